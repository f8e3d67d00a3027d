/** What is wrong in access.toml, each with its place, and one Fault that names all of it. */
import { Fault } from "../base/fault.ts";
import { type PlacedFault, placedFault } from "../base/placed-fault.ts";
import { scanToml, type TomlEntry } from "../base/toml.ts";

export type Path = readonly (string | number)[];

/** So many are placed; of the rest only the number is told, for a file that is no file of ours. */
const FINDINGS_MAX = 50;
/** So many of them go into one message, which is one line of the log. */
const TOLD_MAX = 10;

/** Collects sentences about the values of one text, which must be valid TOML. */
export class Findings {
  readonly #file: string;
  readonly #text: string;
  readonly #entries: ReadonlyMap<string, TomlEntry>;
  readonly #said: { readonly path: Path; readonly message: string }[] = [];

  constructor(file: string, text: string, entries = entriesByPath(text)) {
    this.#file = file;
    this.#text = text;
    this.#entries = entries;
  }

  /** An empty collection about the same text. */
  sibling(): Findings {
    return new Findings(this.#file, this.#text, this.#entries);
  }

  get count(): number {
    return this.#said.length;
  }

  /** Says `message` about the value at `path`, or about the nearest thing around it. */
  say(path: Path, message: string): void {
    this.#said.push({ path, message });
  }

  /** The value at `path` as it is written. */
  written(path: Path): string {
    const entry = this.#entries.get(JSON.stringify(path));
    return entry === undefined ? "" : this.#text.slice(entry.valueStart, entry.valueEnd);
  }

  /** What was said, in the order of the text. */
  placed(): readonly PlacedFault[] {
    const text = masked(this.#text);
    return this.#said
      .slice(0, FINDINGS_MAX)
      .map(({ path, message }) => placedFault(this.#file, text, this.#place(path), message))
      .toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  #place(path: Path): { readonly line: number; readonly column: number } {
    for (let length = path.length; length > 0; length--) {
      const entry = this.#entries.get(JSON.stringify(path.slice(0, length)));
      if (entry !== undefined) return entry;
    }
    return { line: 1, column: 1 };
  }
}

function entriesByPath(text: string): ReadonlyMap<string, TomlEntry> {
  const entries = new Map<string, TomlEntry>();
  for (const entry of scanToml(text)) {
    const paths = [entry.path];
    // The array itself stands where its first block does.
    if (entry.kind === "array-table") paths.push(entry.path.slice(0, -1));
    for (const key of paths.map((path) => JSON.stringify(path))) {
      if (!entries.has(key)) entries.set(key, entry);
    }
  }
  return entries;
}

/** One finding about a text that need not be TOML. */
export function findingAt(
  file: string,
  text: string,
  place: { readonly line: number; readonly column: number },
  message: string,
): PlacedFault {
  return placedFault(file, masked(text), place, message);
}

/** One Fault `bad_config` out of `count` findings; those that are placed are `details.faults`. */
export function findingsFault(placed: readonly PlacedFault[], count = placed.length): Fault {
  const told = placed.slice(0, TOLD_MAX).map(describe);
  if (count > told.length) told.push(`and ${count - told.length} more`);
  return new Fault("bad_config", told.join("; "), { details: { faults: placed } });
}

/** `file:line:column: message`, for a line of the log. */
export function describe(finding: PlacedFault): string {
  return `${finding.file}:${finding.line}:${finding.column}: ${finding.message}`;
}

/** The frame of a finding is shown and may be logged, so secrets are starred out, width kept. */
function masked(text: string): string {
  const star = (secret: string) => "*".repeat(secret.length);
  return text
    .replace(/((?:totp|password)["']?[ \t]*=)([^\r\n]*)/g, (_, key, value) => key + star(value))
    .replace(/radxa_linkr_[\w-]+/g, star);
}
