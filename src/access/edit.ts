/**
 * linkrd's own edits of access.toml, as splices of its text: a block is added, one key of it is
 * set, or it is deleted, and every byte outside that block stays. An edit that turns out to mean
 * anything else than it should is refused instead of written.
 */
import { TomlDate, type TomlTable, type TomlValue } from "smol-toml";
import { Fault } from "../base/fault.ts";
import { scanToml, type TomlEntry } from "../base/toml.ts";
import { type AccessDocument, isTable, parseDocument, parseRoot } from "./document.ts";
import * as layout from "./layout.ts";
import { block, inlineTable, literal, type Value, type Values } from "./literal.ts";

type TableName = "user" | "token";

export type Edit =
  | { readonly kind: "add"; readonly table: TableName; readonly values: Values }
  | {
      readonly kind: "set";
      readonly table: TableName;
      readonly name: string;
      readonly key: string;
      readonly value: Value;
    }
  | { readonly kind: "delete"; readonly table: TableName; readonly name: string };

export interface Edited {
  readonly text: string;
  readonly document: AccessDocument;
}

/**
 * `text` after `edit`, and what it means now. A Fault `bad_config` when `text` is not a valid
 * access.toml, `not_found` when it has no block of that name, `internal` when the splice went
 * wrong.
 */
export function applyEdit(text: string, edit: Edit): Edited {
  parseDocument(text);
  const root = parseRoot(text);
  const list = listOf(root, edit.table);
  const index = edit.kind === "add" ? list.length : indexOf(list, edit);
  const entries = scanToml(text);
  const after = layout.spliced(text, splicesOf(text, entries, edit, index));

  const document = parseDocument(after);
  const wanted = { ...root, [edit.table]: intended(list, edit, index) };
  const result = parseRoot(after);
  if (!sameValue({ ...result, [edit.table]: listOf(result, edit.table) }, wanted)) {
    throw new Fault("internal", "access.toml is laid out beyond this edit: make it by hand");
  }
  return { text: after, document };
}

function splicesOf(
  text: string,
  entries: readonly TomlEntry[],
  edit: Edit,
  index: number,
): readonly layout.Splice[] {
  const array = entries.find(
    ({ kind, path }) => kind === "pair" && path.length === 1 && path[0] === edit.table,
  );
  const elements = entries.filter(
    ({ kind, path }) => kind === "element" && path.length === 2 && path[0] === edit.table,
  );
  if (edit.kind === "add") {
    if (array === undefined) return [appendBlock(text, edit.table, edit.values)];
    return appendElement(text, array, elements.at(-1), edit.values);
  }
  const at = entries.findIndex((entry) => isPath(entry.path, [edit.table, index]));
  if (edit.kind === "set") return [setKey(text, entries, at, edit.key, edit.value)];
  const element = elements[index];
  if (element !== undefined) return deleteElement(text, element, elements[index - 1]);
  return deleteBlocks(text, entries, [edit.table, index]);
}

/** The blank line above is part of what is added, so that deleting the block takes it back. */
function appendBlock(text: string, table: string, values: Values): layout.Splice {
  const newline = layout.newlineAt(text, text.length);
  const ended = /^\uFEFF?$|\n$/.test(text);
  const lead = (ended ? "" : newline) + newline;
  return { start: text.length, end: text.length, insert: lead + block(table, values, newline) };
}

function appendElement(
  text: string,
  array: TomlEntry,
  last: TomlEntry | undefined,
  values: Values,
): readonly layout.Splice[] {
  const element = inlineTable(values);
  if (last === undefined) {
    const start = array.valueStart + 1;
    const newline = layout.newlineAt(text, start);
    const long = text.slice(start, array.valueEnd).includes("\n");
    return [{ start, end: start, insert: long ? `${newline}  ${element},` : element }];
  }
  const next = layout.skipBlank(text, last.end);
  const comma = text[next] === ",";
  const end = comma ? next + 1 : last.end;
  if (!layout.beginsLine(text, last.start)) {
    return [{ start: end, end, insert: `${comma ? "" : ","} ${element}` }];
  }
  const newline = layout.newlineAt(text, end);
  const indent = layout.indentAt(text, last.start);
  const line = `${newline}${indent}${element}${comma ? "," : ""}`;
  if (!layout.endsLine(text, end)) {
    return [{ start: end, end, insert: (comma ? "" : ",") + line }];
  }
  const start = layout.lineEnd(text, end) - newline.length;
  if (!comma && start === end) return [{ start, end, insert: `,${line}` }];
  const added = { start, end: start, insert: line };
  return comma ? [added] : [{ start: end, end, insert: "," }, added];
}

function setKey(
  text: string,
  entries: readonly TomlEntry[],
  at: number,
  key: string,
  value: Value,
): layout.Splice {
  const owner = entries[at];
  const pairs = directPairs(entries, at);
  const last = pairs.at(-1);
  if (owner === undefined || last === undefined) throw new Error("a block without a name");
  const known = pairs.find(({ path }) => isPath(path, [...owner.path, key]));
  if (known !== undefined) {
    return { start: known.valueStart, end: known.valueEnd, insert: literal(value) };
  }
  const pair = `${key} = ${literal(value)}`;
  if (owner.kind === "element") {
    return { start: last.end, end: last.end, insert: `, ${pair}` };
  }
  const newline = layout.newlineAt(text, last.end);
  const line = `${layout.indentAt(text, last.start)}${pair}${newline}`;
  const end = layout.lineEnd(text, last.end);
  return { start: end, end, insert: text[end - 1] === "\n" ? line : newline + line };
}

/** An element goes with one comma: the one after it or, of the last one, the one before it. */
function deleteElement(
  text: string,
  element: TomlEntry,
  before: TomlEntry | undefined,
): readonly layout.Splice[] {
  const next = layout.skipBlank(text, element.end);
  const comma = text[next] === ",";
  const end = comma ? next + 1 : element.end;
  if (layout.beginsLine(text, element.start) && layout.endsLine(text, end)) {
    const start = layout.commentStart(text, element.start, before?.end ?? 0);
    const lines = { start, end: layout.lineEnd(text, end), insert: "" };
    return comma || before === undefined ? [lines] : [commaAfter(text, before), lines];
  }
  if (comma || before === undefined) {
    const space = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
    return [{ start: element.start, end: comma ? end + space : end, insert: "" }];
  }
  const space = /^[ \t]*,[ \t]*$/.test(text.slice(before.end, element.start));
  if (space) return [{ start: before.end, end, insert: "" }];
  return [commaAfter(text, before), { start: element.start, end, insert: "" }];
}

function commaAfter(text: string, element: TomlEntry): layout.Splice {
  const start = layout.skipBlank(text, element.end);
  return { start, end: start + 1, insert: "" };
}

/** A block goes with the tables under it, which need not stand next to it. */
function deleteBlocks(
  text: string,
  entries: readonly TomlEntry[],
  path: readonly (string | number)[],
): readonly layout.Splice[] {
  const splices: layout.Splice[] = [];
  let floor = 0;
  entries.forEach((entry, at) => {
    if (isHeader(entry) && isPath(entry.path.slice(0, path.length), path)) {
      const last = Math.max(entry.end, ...directPairs(entries, at).map(({ end }) => end));
      const start = layout.commentStart(text, entry.start, floor);
      const end = layout.commentEnd(text, last, entry.valueEnd);
      splices.push(layout.withBlankLine(text, start, end));
    }
    floor = Math.max(floor, entry.end);
  });
  return splices;
}

/** The pairs of the header or element at `at` itself, without those of inline tables in them. */
function directPairs(entries: readonly TomlEntry[], at: number): readonly TomlEntry[] {
  const owner = entries[at];
  const bound = owner?.kind === "element" ? owner.end : (owner?.valueEnd ?? 0);
  const pairs: TomlEntry[] = [];
  for (const entry of entries.slice(at + 1)) {
    if (entry.start >= bound || isHeader(entry)) break;
    if (entry.kind === "pair" && entry.start >= (pairs.at(-1)?.end ?? 0)) pairs.push(entry);
  }
  return pairs;
}

function isHeader(entry: TomlEntry): boolean {
  return entry.kind === "table" || entry.kind === "array-table";
}

function isPath(path: TomlEntry["path"], wanted: TomlEntry["path"]): boolean {
  return path.length === wanted.length && path.every((key, at) => key === wanted[at]);
}

function listOf(root: TomlTable, table: TableName): readonly TomlValue[] {
  const list = root[table];
  return Array.isArray(list) ? list : [];
}

function indexOf(list: readonly TomlValue[], edit: { table: TableName; name: string }): number {
  const index = list.findIndex((item) => isTable(item) && item["name"] === edit.name);
  if (index !== -1) return index;
  throw new Fault("not_found", `no ${edit.table} is named ${edit.name}: look at the list`);
}

function intended(list: readonly TomlValue[], edit: Edit, index: number): readonly TomlValue[] {
  if (edit.kind === "delete") return list.toSpliced(index, 1);
  if (edit.kind === "add") return [...list, asTable(edit.values)];
  const old = list[index];
  return list.with(index, { ...(isTable(old) ? old : {}), ...asTable({ [edit.key]: edit.value }) });
}

function asTable(values: Values): TomlTable {
  const entries = Object.entries(values).map(([key, value]): [string, TomlValue] => {
    if (value instanceof Date) return [key, new TomlDate(literal(value))];
    return [key, typeof value === "string" ? value : [...value]];
  });
  return Object.fromEntries(entries);
}

/** Equal as TOML: the order of keys does not count, the offset a date is written in does. */
function sameValue(one: unknown, other: unknown): boolean {
  if (one instanceof TomlDate && other instanceof TomlDate) {
    return one.toISOString() === other.toISOString();
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => sameValue(item, other[at]));
  }
  if (isTable(one) && isTable(other)) {
    const keys = Object.keys(one);
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]))
    );
  }
  return Object.is(one, other);
}
