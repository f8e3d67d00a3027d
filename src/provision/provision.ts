/** Takes over settings from a folder of the boot partition, which people fill elsewhere. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { SHIPPED_ACCESS } from "../access/open.ts";
import { readBounded } from "../base/bounded-file.ts";
import { chain, Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { printable } from "../base/log.ts";
import { nearest } from "../base/nearest.ts";
import { apply, wipe } from "./files.ts";
import { KINDS, type Kind } from "./kinds.ts";
import { decodeText } from "./text.ts";

export interface Provisioning {
  /** The folder with the files. */
  readonly folder: string;
  /** What stands for `/` of the device. */
  readonly root: string;
  /** Leave files where they are, for a device that forgets at the next start. */
  readonly keep: boolean;
}

/** One line of the report: a file, and what became of it. */
export interface Report {
  readonly name: string;
  readonly good: boolean;
  readonly told: string;
}

/** Ours, and never taken for settings. */
const LOG = "log.txt";
const OWN = ["README.txt", LOG];
const FILES_MAX = 64;

/**
 * Takes over every file of the folder that is right, and wipes it; one with a mistake changes
 * nothing and stays. The report says both, and so does log.txt in the folder, if there was anything
 * to say. Each file of the device is the old one or the new one, whenever the power goes; done
 * again, it comes to the same.
 */
export async function provision(what: Provisioning): Promise<readonly Report[]> {
  const names = (await readdir(what.folder)).filter(isMeant).sort().slice(0, FILES_MAX);
  if (names.length === 0) return [];
  const reports = names.filter((name) => kindOf(name) === undefined).map(unknown);
  for (const kind of KINDS) {
    const [name, ...further] = names.filter((candidate) => kindOf(candidate) === kind);
    if (name !== undefined) reports.push(await take(what, kind, name));
    for (const other of further) {
      const told = `${name} says the same thing: leave one of them`;
      reports.push({ name: other, good: false, told });
    }
  }
  await writeLog(what.folder, reports);
  return reports;
}

/** Systems leave files of their own on whatever is put into them, with a dot in front. */
function isMeant(name: string): boolean {
  return !name.startsWith(".") && !OWN.some((own) => own.toLowerCase() === name.toLowerCase());
}

/** Editors like to put a .txt behind a name, and FAT does not tell capitals. */
function kindOf(name: string): Kind | undefined {
  const plain = name.toLowerCase().replace(/\.txt$/, "");
  return KINDS.find((kind) => kind.name === plain);
}

function unknown(name: string): Report {
  const known = KINDS.map((kind) => kind.name);
  const meant = nearest(name.toLowerCase().replace(/\.txt$/, ""), known);
  const remedy = meant === undefined ? `they are ${known.join(", ")}` : `did you mean ${meant}?`;
  return { name, good: false, told: `no file of this name is looked for: ${remedy}` };
}

async function take(
  { folder, root, keep }: Provisioning,
  kind: Kind,
  name: string,
): Promise<Report> {
  const path = join(folder, name);
  try {
    const bytes = await readBounded(path, LIMITS.access_file_bytes_max);
    const text = decodeText(bytes ?? new Uint8Array());
    const { changes, told } = kind.read(text, await accessOf(root));
    for (const change of changes) await apply(root, change);
    if (!keep) await wipe(path);
    return { name, good: true, told };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const cause = error instanceof Fault ? error.message : `it could not be done: ${chain(error)}`;
    return { name, good: false, told: cause };
  }
}

async function accessOf(root: string): Promise<string> {
  const file = join(root, "etc/linkrd/access.toml");
  const bytes = await readBounded(file, LIMITS.access_file_bytes_max);
  return bytes === undefined ? SHIPPED_ACCESS : new TextDecoder().decode(bytes);
}

/** With line ends that every editor shows. */
async function writeLog(folder: string, reports: readonly Report[]): Promise<void> {
  const lines = reports.flatMap(({ name, good, told }) => {
    const [first = "", ...rest] = told.split("\n");
    const head = `${good ? "done" : "NOT DONE"}: ${printable(name)}: ${first}`;
    return [head, ...rest.map((line) => `    ${line}`)];
  });
  if (reports.some(({ good }) => !good)) {
    lines.push("", "What is not done stays here: mend it, and start the device again.");
  }
  const bytes = new TextEncoder().encode(`${lines.join("\r\n")}\r\n`);
  await using handle = await open(join(folder, LOG), "w");
  await handle.writeFile(bytes);
  await handle.sync();
}
