import { join } from "node:path";
import { AccessFile } from "../access/access-file.ts";
import { parseDocument } from "../access/document.ts";
import { Fault } from "../base/fault.ts";
import { type PlacedFault, renderPlacedFault } from "../base/placed-fault.ts";
import { readSettings, settingsFile } from "../config/read.ts";
import type { Call } from "./command.ts";

/** What is to be said about one file. */
interface Checked {
  readonly faults: readonly PlacedFault[];
  readonly warnings: readonly PlacedFault[];
  /** Why the file could not be read at all. */
  readonly unread?: Fault;
  readonly summary: string;
}

/** Reads both files as the daemon would, and names every fault of either. */
export async function check({ places, io }: Call): Promise<void> {
  const [settings, access] = [settingsFile(places.config), join(places.config, "access.toml")];
  const checked = [
    await reading(() => checkSettings(places.config)),
    await reading(() => checkAccess(access)),
  ];
  const faults = checked.flatMap((file) => file.faults);
  const unread = checked.flatMap((file) => file.unread ?? []);
  const all = faults.length + unread.length;
  const [only] = unread;
  if (all === 1 && only !== undefined) throw new Fault("bad_config", only.message, { cause: only });
  const tell = (fault: PlacedFault, mark = "") => {
    for (const line of renderPlacedFault(fault).split("\n")) io.warn(`${mark}${line}`);
  };
  for (const fault of faults) tell(fault);
  for (const { message } of unread) io.warn(message);
  for (const warning of checked.flatMap(({ warnings }) => warnings)) tell(warning, "warning: ");
  if (all > 0) throw new Fault("bad_config", `${count(all, "fault")}: mend what is named above`);
  for (const [index, file] of [settings, access].entries()) {
    io.print(`${file}: ${checked[index]?.summary}`);
  }
}

/** One file that cannot be read is no reason to say nothing about the other. */
async function reading(look: () => Promise<Checked>): Promise<Checked> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { faults } = error.details as { faults?: readonly PlacedFault[] };
    const nothing = { warnings: [], summary: "" };
    return faults === undefined
      ? { ...nothing, faults: [], unread: error }
      : { ...nothing, faults };
  }
}

async function checkSettings(directory: string): Promise<Checked> {
  const found = await readSettings(directory);
  if ("faults" in found) return { faults: found.faults, warnings: [], summary: "" };
  const summary = found.blank ? "not there or empty, so all is as by default" : "good";
  return { faults: [], warnings: [], summary };
}

async function checkAccess(file: string): Promise<Checked> {
  const image = await new AccessFile(file).read();
  if (image === undefined) return { faults: [], warnings: [], summary: "not there yet" };
  const { users, tokens, warnings } = parseDocument(image.text, file);
  const summary = `good, ${count(users.length, "user")}, ${count(tokens.length, "token")}`;
  return { faults: [], warnings, summary };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
