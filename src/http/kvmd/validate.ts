/**
 * kvmd's way to check what its clients send, with the sentences they compare.
 *
 * `raw` is what stands in the query or form, undefined when it is absent. Each kind is bounded
 * first, then stripped, then looked at; what does not pass is a Fault `bad_request`. A parameter
 * that may be left out goes through {@link whenGiven}.
 */
import { isUserNameForm } from "../../access/token.ts";
import { Fault } from "../../base/fault.ts";

/** How long a text may be before it is looked at, whatever it says. */
const RAW = {
  user: 128,
  password: 512,
  token: 128,
  word: 16,
  mouse: 8,
  resolution: 32,
  text: 4096,
} as const;
const DECIMAL = /^[+-]?\d+$/;
const HEXADECIMAL = /^0[xX][\da-fA-F]+$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TRUE = ["1", "true", "yes"];
const FALSE = ["0", "false", "no"];
/** kvmd's name of a boolean tells how to write one. */
const BOOL = "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])";
/** Where kvmd's own pages are, and so where its login may lead. */
const REDIRECTS = ["", "/", "/kvm", "/kvm/"];

type Raw = string | undefined;

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** What `raw` says, or `fallback` where it is absent. What is there and empty is looked at. */
export function whenGiven<Value>(raw: Raw, fallback: Value, valid: (raw: string) => Value): Value {
  return raw === undefined ? fallback : valid(raw);
}

/** `1`, `true`, `yes`, `0`, `false` or `no`, in any case. */
export function validBool(raw: Raw): boolean {
  const text = filled(raw, BOOL, RAW.word).toLowerCase();
  if (!TRUE.includes(text) && !FALSE.includes(text)) throw invalid(text, BOOL);
  return TRUE.includes(text);
}

/** A whole number, decimal or `0x…`. @param name what kvmd calls it, such as `stream FPS` */
export function validInteger(raw: Raw, name: string, range: Range = {}): number {
  return inRange(integer(filled(raw, name, RAW.word), name), name, range, String);
}

/** A decimal number, such as seconds. */
export function validFloat(raw: Raw, name: string, range: Range = {}): number {
  const text = filled(raw, name, RAW.word);
  if (!FLOAT.test(text)) throw invalid(text, name);
  const printed = (value: number) => (Number.isInteger(value) ? `${value}.0` : `${value}`);
  return inRange(Number(text), name, range, printed);
}

/** A whole number of the mouse, which is moved into its range and never refused for it. */
export function validClamped(raw: Raw, name: string, min: number, max: number): number {
  const value = integer(filled(raw, name, RAW.mouse), name);
  return Math.min(Math.max(value, min), max);
}

/** One of `variants`, compared in lower case unless `exact`. */
export function validOneOf<const Variant extends string>(
  raw: Raw,
  name: string,
  variants: readonly Variant[],
  exact = false,
): Variant {
  const stripped = present(raw, name, RAW.word).trim();
  const text = exact ? stripped : stripped.toLowerCase();
  const found = variants.find((variant) => variant === text);
  if (found === undefined) throw invalid(text, name);
  return found;
}

/** The items between commas, blanks and tabs, each passed through `valid`; empty ones count not. */
export function validList<Item>(
  raw: Raw,
  name: string,
  valid: (item: string) => Item,
  charactersMax: number = RAW.text,
): Item[] {
  const text = present(raw, name, charactersMax).trim();
  const items = text.split(/[,\t ]+/).filter((item) => item !== "");
  try {
    return items.map(valid);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw refused(`Failed sub-validator on one of the item of ${listed(items)}`);
  }
}

/** `1920x1080`. */
export function validResolution(raw: Raw): { readonly width: number; readonly height: number } {
  const name = "stream resolution";
  const text = filled(raw, name, RAW.resolution);
  const [width, height, ...rest] = text.split("x");
  if (height === undefined || rest.length > 0) throw invalid(text, name);
  return {
    width: validInteger(width, `${name} (width)`, { min: 1 }),
    height: validInteger(height, `${name} (height)`, { min: 1 }),
  };
}

/** A text of any form, which may be empty, such as the name of an image. */
export function validText(raw: Raw, name: string, charactersMax: number = RAW.text): string {
  return present(raw, name, charactersMax).trim();
}

/** A user name of legal form, whoever that is. */
export function validUser(raw: string): string {
  const user = bounded(raw, RAW.user).trim();
  if (!isUserNameForm(user)) throw invalid(user, "username characters");
  return user;
}

/** A password that could be one. kvmd takes ASCII alone; what is beyond is let through here. */
export function validPassword(raw: string): string {
  const password = bounded(raw, RAW.password);
  if (/\p{Cc}/u.test(password)) throw invalid(undefined, "passwd characters");
  return password;
}

/** The text of a session; a secret is never repeated. */
export function validSessionText(raw: string): string {
  const text = bounded(raw, RAW.token).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw invalid(undefined, "auth token");
  return text;
}

/** Seconds after which a session ends; 0 is never, as is a field that is left empty. */
export function validExpire(raw: string): number {
  const isEmpty = bounded(raw, RAW.word).trim() === "";
  return isEmpty ? 0 : validInteger(raw, "expiration time", { min: 0 });
}

/** Where a login leads to; "" is nowhere. */
export function validRedirect(raw: string): string {
  const path = bounded(raw, RAW.text).trim();
  if (!REDIRECTS.includes(path)) throw invalid(path, "login redirect");
  return path;
}

/** What is not of the kind `name`; `value` is left out where it is a secret. */
export function invalid(value: string | undefined, name: string): Fault {
  const argument = value === undefined ? "The argument" : `The argument ${quoted(value)}`;
  return refused(`${argument} is not a valid ${name}`);
}

function bounded(raw: string, charactersMax: number): string {
  if (raw.length > charactersMax) throw refused("RAW limit exceed");
  return raw;
}

function present(raw: Raw, name: string, charactersMax: number): string {
  if (raw === undefined) throw refused(`None argument is not a valid ${name}`);
  return bounded(raw, charactersMax);
}

/** Stripped, and not empty: that counts as absent. */
function filled(raw: Raw, name: string, charactersMax: number): string {
  const text = present(raw, name, charactersMax).trim();
  return text === "" ? present(undefined, name, charactersMax) : text;
}

function integer(text: string, name: string): number {
  if (HEXADECIMAL.test(text) || DECIMAL.test(text)) return Number(text);
  throw invalid(text, name);
}

function inRange(
  value: number,
  name: string,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Range,
  printed: (value: number) => string,
): number {
  const argument = `The argument '${printed(value)}' must be ${name} and`;
  // kvmd's spelling, which clients may compare.
  if (value < min) throw refused(`${argument} greater or equial than ${min}`);
  if (value > max) throw refused(`${argument} lesser or equal then ${max}`);
  return value;
}

function refused(message: string): Fault {
  return new Fault("bad_request", message);
}

/** As Python prints a list of texts. */
function listed(items: readonly string[]): string {
  return `[${items.map(quoted).join(", ")}]`;
}

/** As Python prints a text: in single quotes, or in double ones where it has single ones itself. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`);
  const codes = { "\n": "\\n", "\r": "\\r", "\t": "\\t" } as Record<string, string>;
  const plain = escaped.replace(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return codes[character] ?? `\\x${code}`;
  });
  return `${quote}${plain}${quote}`;
}
