/** From the text of linkrd.toml to settings, or to all of its faults at once. */
import { parse, TomlError } from "smol-toml";
import { type BaseIssue, safeParse } from "valibot";
import { nearest } from "../base/nearest.ts";
import { type PlacedFault, placedFault } from "../base/placed-fault.ts";
import { placeOf, scanToml, type TomlEntry } from "../base/toml.ts";
import { isTable, LISTS, SETTINGS, type Settings, TABLES } from "./schema.ts";

export type ConfigFault = PlacedFault;

export type ParsedSettings =
  | { readonly settings: Settings }
  | { readonly faults: readonly ConfigFault[] };

type Path = readonly (string | number)[];

/** A value longer than this is cut in a message; the frame shows it in its line anyway. */
const QUOTED_CHARACTERS_MAX = 40;

/**
 * Reads the text of linkrd.toml. Of a text that is not TOML the first fault is named, with
 * smol-toml's line and column; of one that is, every key that is unknown and every value that does
 * not fit, in the order of the text. `file` is only for the faults to name.
 */
export function parseSettings(text: string, file: string): ParsedSettings {
  let root: Record<string, unknown>;
  try {
    root = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n", 1)[0]?.replace("Invalid TOML document: ", "");
    return { faults: [placedFault(file, text, error, `not valid TOML from here: ${reason}`)] };
  }
  const checked = safeParse(SETTINGS, root);
  const unknown = unknownNames(root);
  if (checked.success && unknown.length === 0) return { settings: checked.output };

  const entries = scanToml(text);
  const faults = [
    ...unknown.map((name) => locate(text, file, entries, name.path, () => name.message)),
    ...(checked.issues ?? []).map((issue) => misfit(text, file, entries, issue)),
  ];
  return { faults: faults.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function misfit(
  text: string,
  file: string,
  entries: readonly TomlEntry[],
  issue: BaseIssue<unknown>,
): ConfigFault {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));
  return locate(text, file, entries, path, (entry) => {
    if (entry === undefined || entry.path.length < path.length) return `left out: ${issue.message}`;
    const pair = entry.kind === "pair" || entry.kind === "element";
    const exact = pair && entry.path.length === path.length;
    const [start, end] = exact ? [entry.valueStart, entry.valueEnd] : [entry.start, entry.end];
    return `${quote(text.slice(start, end))} does not fit: ${issue.message}`;
  });
}

function locate(
  text: string,
  file: string,
  entries: readonly TomlEntry[],
  path: Path,
  say: (entry: TomlEntry | undefined) => string,
): ConfigFault {
  const entry = placeOf(entries, path);
  return placedFault(
    file,
    text,
    entry ?? { line: 1, column: 1 },
    `${named(path, entry)}: ${say(entry)}`,
  );
}

/** `[video]`, `[video] quality`, `[server] hosts[2]`; a key above all tables by itself. */
function named(path: Path, entry: TomlEntry | undefined): string {
  if (path.length === 1 && entry?.kind === "pair" && entry.path.length === 1) return `${path[0]}`;
  const [table, key, ...indexes] = path;
  if (typeof key === "number") return `[[${table}]] ${indexes.join(".")}`.trimEnd();
  const inside = indexes.map((index) => (typeof index === "number" ? `[${index}]` : `.${index}`));
  return key === undefined ? `[${table}]` : `[${table}] ${key}${inside.join("")}`;
}

function quote(value: string): string {
  const line = value.replace(/\s+/g, " ");
  return line.length > QUOTED_CHARACTERS_MAX ? `${line.slice(0, QUOTED_CHARACTERS_MAX)}…` : line;
}

/** Every table and key that {@link TABLES} does not have. valibot's strictObject names only one. */
function unknownNames(root: Record<string, unknown>): { path: Path; message: string }[] {
  const known = new Map(Object.entries(TABLES).map(([name, keys]) => [name, Object.keys(keys)]));
  const lists = new Map(Object.entries(LISTS).map(([name, keys]) => [name, Object.keys(keys)]));
  return Object.entries(root).flatMap(([table, content]) => {
    const list = lists.get(table);
    if (list !== undefined) return unknownInList(table, content, list, known);
    const keys = known.get(table);
    if (keys === undefined)
      return [{ path: [table], message: unknownTable(table, content, known) }];
    if (!isTable(content)) return [];
    return Object.keys(content)
      .filter((key) => !keys.includes(key))
      .map((key) => ({ path: [table, key], message: unknownKey(key, keys, known) }));
  });
}

function unknownInList(
  list: string,
  content: unknown,
  keys: readonly string[],
  known: ReadonlyMap<string, readonly string[]>,
): { path: Path; message: string }[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((entry: unknown, index) =>
    Object.keys(isTable(entry) ? entry : {})
      .filter((key) => !keys.includes(key))
      .map((key) => ({ path: [list, index, key], message: unknownKey(key, keys, known) })),
  );
}

function unknownTable(
  name: string,
  content: unknown,
  known: ReadonlyMap<string, readonly string[]>,
): string {
  const names = [...known.keys()];
  if (!isTable(content)) return unknownKey(name, [], known);
  const meant = nearest(name, names);
  if (meant !== undefined) return `unknown table: did you mean [${meant}]?`;
  return `unknown table: the tables are ${names.map((table) => `[${table}]`).join(", ")}`;
}

function unknownKey(
  key: string,
  siblings: readonly string[],
  known: ReadonlyMap<string, readonly string[]>,
): string {
  const home = [...known].find(([, keys]) => keys.includes(key))?.[0];
  if (home !== undefined) return `unknown key here: it belongs under [${home}]`;
  const meant = nearest(key, siblings);
  if (meant !== undefined) return `unknown key: did you mean ${meant}?`;
  if (siblings.length === 0) return "unknown key: keys stand under a table such as [server]";
  return `unknown key: the keys here are ${siblings.join(", ")}`;
}
