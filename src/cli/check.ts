import { join } from "node:path";
import { parseDocument } from "../access/document.ts";
import { readBounded } from "../base/bounded-file.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { type PlacedFault, renderPlacedFault } from "../base/placed-fault.ts";
import { readSettings, settingsFile } from "../config/read.ts";
import type { Call } from "./command.ts";

/** Reads both files as the daemon would, and names every fault of either. */
export async function check({ places, io }: Call): Promise<void> {
  const settings = await readSettings(places.config);
  const faults = "faults" in settings ? settings.faults : [];
  const access = await checkAccess(join(places.config, "access.toml"));
  for (const fault of [...faults, ...access.faults]) {
    for (const line of renderPlacedFault(fault).split("\n")) io.warn(line);
  }
  for (const warning of access.warnings) {
    for (const line of renderPlacedFault(warning).split("\n")) io.warn(`warning: ${line}`);
  }
  const count = faults.length + access.faults.length;
  if (count > 0) {
    throw new Fault("bad_config", `${count} ${count === 1 ? "fault" : "faults"}: mend them above`);
  }
  io.print(`${settingsFile(places.config)}: good`);
  io.print(`${join(places.config, "access.toml")}: ${access.summary}`);
}

interface Checked {
  readonly faults: readonly PlacedFault[];
  readonly warnings: readonly PlacedFault[];
  readonly summary: string;
}

async function checkAccess(file: string): Promise<Checked> {
  const bytes = await readBounded(file, LIMITS.access_file_bytes_max);
  if (bytes === undefined) return { faults: [], warnings: [], summary: "not there yet" };
  try {
    const document = parseDocument(new TextDecoder().decode(bytes), file);
    const summary = `good, ${document.users.length} users, ${document.tokens.length} tokens`;
    return { faults: [], warnings: document.warnings, summary };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { faults } = error.details as { faults?: readonly PlacedFault[] };
    if (faults === undefined) throw error;
    return { faults, warnings: [], summary: "" };
  }
}
