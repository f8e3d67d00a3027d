import { join } from "node:path";
import { AccessFile } from "../access/access-file.ts";
import { parseDocument } from "../access/document.ts";
import { Fault } from "../base/fault.ts";
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
  const all = faults.length + access.faults.length;
  if (all > 0) throw new Fault("bad_config", `${count(all, "fault")}: mend what is named above`);
  io.print(`${settingsFile(places.config)}: good`);
  io.print(`${join(places.config, "access.toml")}: ${access.summary}`);
}

interface Checked {
  readonly faults: readonly PlacedFault[];
  readonly warnings: readonly PlacedFault[];
  readonly summary: string;
}

async function checkAccess(file: string): Promise<Checked> {
  try {
    const image = await new AccessFile(file).read();
    if (image === undefined) return { faults: [], warnings: [], summary: "not there yet" };
    const { users, tokens, warnings } = parseDocument(image.text, file);
    const summary = `good, ${count(users.length, "user")}, ${count(tokens.length, "token")}`;
    return { faults: [], warnings, summary };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { faults } = error.details as { faults?: readonly PlacedFault[] };
    if (faults === undefined) throw error;
    return { faults, warnings: [], summary: "" };
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
