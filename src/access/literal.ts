/** Values of access.toml as TOML text. */
import { formatInstant } from "./instant.ts";

export type Value = string | Date | readonly string[];
export type Values = Readonly<Record<string, Value>>;

/** `value` as a TOML literal in one line; a Date is written in UTC to the second. */
export function literal(value: Value): string {
  if (typeof value === "string") return quoted(value);
  if (value instanceof Date) return formatInstant(value.getTime());
  return `[${value.map(quoted).join(", ")}]`;
}

/** `{ name = "x", … }` */
export function inlineTable(values: Values): string {
  const pairs = Object.entries(values).map(([key, value]) => `${key} = ${literal(value)}`);
  return `{ ${pairs.join(", ")} }`;
}

/** `[[table]]` and its lines, each ended by `newline`. */
export function block(table: string, values: Values, newline: string): string {
  const pairs = Object.entries(values).map(([key, value]) => `${key} = ${literal(value)}`);
  return [`[[${table}]]`, ...pairs].map((line) => line + newline).join("");
}

/** A TOML basic string: JSON's escapes are among TOML's, but JSON leaves DEL as it is. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\x7f", "\\u007F");
}
