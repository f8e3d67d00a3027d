/**
 * Where things stand in a TOML text (toml.io v1.0 and v1.1). smol-toml says whether a text is valid
 * and what its values are; this says at which offset each header, pair and element lies, so that a
 * fault can be shown in its line and an edit can touch one block and keep every other byte.
 */
import { bareEnd, search, stringEnd, unescapeBasic } from "./toml/lex.ts";

/** One place in a text. Offsets count UTF-16 code units; `end` offsets are exclusive. */
export interface TomlEntry {
  /** Keys as decoded, with an index after the name of each array that is passed through. */
  readonly path: readonly (string | number)[];
  /** 1-based line and column of `start`. A byte order mark takes up no column. */
  readonly line: number;
  readonly column: number;
  /** `start…end`: a header with its brackets, a pair from key to value, or an array's element. */
  readonly start: number;
  readonly end: number;
  /** `valueStart…valueEnd`: the value; of a header its body, up to the next header or the end. */
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly kind: "table" | "array-table" | "pair" | "element";
}

type Draft = { -readonly [Name in keyof TomlEntry]: TomlEntry[Name] };
type Path = readonly (string | number)[];

/**
 * Every header, pair and array element of `text` in the order they stand in it; pairs of inline
 * tables and elements of arrays follow the entry they belong to. `text` must be one that
 * smol-toml's `parse` took without complaint; of any other text the result means nothing.
 */
export function scanToml(text: string): readonly TomlEntry[] {
  const scanner = new Scanner(text);
  scanner.document();
  return scanner.entries;
}

/**
 * The entry to point at for `path`: the one at exactly that path, else the first one below it (a
 * dotted key makes its tables unsaid), else the same for ever shorter prefixes of `path`.
 * Undefined when not even its first key occurs.
 */
export function placeOf(entries: readonly TomlEntry[], path: Path): TomlEntry | undefined {
  for (let length = path.length; length > 0; length--) {
    const below = entries.filter(
      (entry) =>
        entry.path.length >= length &&
        entry.path.every((key, at) => at >= length || key === path[at]),
    );
    const found = below.find((entry) => entry.path.length === length) ?? below[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

class Scanner {
  readonly entries: Draft[] = [];
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #nextLine: number;
  /** How many elements each array of tables has so far, by its path as JSON. */
  readonly #tables = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
    this.#nextLine = search(text, /\n/g, 0) + 1;
    if (text.startsWith("\uFEFF")) {
      this.#at = 1;
      this.#lineStart = 1;
    }
  }

  document(): void {
    let header: Draft | undefined;
    this.#skipBlank();
    while (this.#at < this.#text.length) {
      if (this.#text[this.#at] === "[") {
        if (header !== undefined) header.valueEnd = this.#at;
        header = this.#header();
      } else {
        this.#pair(header?.path ?? []);
      }
      this.#skipBlank();
    }
    if (header !== undefined) header.valueEnd = this.#text.length;
  }

  #header(): Draft {
    const array = this.#text[this.#at + 1] === "[";
    const entry = this.#begin(array ? "array-table" : "table", []);
    this.#at += array ? 2 : 1;
    entry.path = this.#resolve(this.#key("]"), array);
    this.#at += array ? 2 : 1;
    entry.end = this.#at;
    entry.valueStart = this.#at;
    return entry;
  }

  /** The path a header means: each array of tables on the way stands for its newest element. */
  #resolve(keys: readonly string[], array: boolean): Path {
    const path: (string | number)[] = [];
    keys.forEach((key, depth) => {
      path.push(key);
      const name = JSON.stringify(path);
      const known = this.#tables.get(name) ?? 0;
      const opens = array && depth === keys.length - 1;
      if (opens) this.#tables.set(name, known + 1);
      if (opens || known > 0) path.push(opens ? known : known - 1);
    });
    return path;
  }

  #pair(under: Path): void {
    const entry = this.#begin("pair", []);
    entry.path = [...under, ...this.#key("=")];
    this.#at += 1;
    this.#skipBlank();
    this.#finish(entry);
  }

  #array(path: Path): void {
    this.#at += 1;
    this.#skipBlank();
    for (let index = 0; !this.#closes("]"); index++) {
      this.#finish(this.#begin("element", [...path, index]));
      this.#skipSeparator();
    }
    this.#at += 1;
  }

  #inlineTable(path: Path): void {
    this.#at += 1;
    this.#skipBlank();
    while (!this.#closes("}")) {
      this.#pair(path);
      this.#skipSeparator();
    }
    this.#at += 1;
  }

  #finish(entry: Draft): void {
    entry.valueStart = this.#at;
    const first = this.#text[this.#at];
    if (first === "[") this.#array(entry.path);
    else if (first === "{") this.#inlineTable(entry.path);
    else if (first === '"' || first === "'") this.#at = stringEnd(this.#text, this.#at);
    else this.#at = bareEnd(this.#text, this.#at);
    entry.valueEnd = this.#at;
    entry.end = this.#at;
  }

  /** The parts of a dotted key, up to the delimiter, which is not taken. */
  #key(delimiter: "]" | "="): string[] {
    const keys: string[] = [];
    while (!this.#closes(delimiter)) {
      const start = this.#at;
      const first = this.#text[start] ?? "";
      if (first === '"' || first === "'") {
        this.#at = stringEnd(this.#text, start);
        const inside = this.#text.slice(start + 1, this.#at - 1);
        keys.push(first === '"' ? unescapeBasic(inside) : inside);
      } else if (/[\w-]/.test(first)) {
        this.#at = search(this.#text, /[^\w-]/g, start);
        keys.push(this.#text.slice(start, this.#at));
      } else {
        this.#at += 1;
      }
    }
    return keys;
  }

  #begin(kind: TomlEntry["kind"], path: Path): Draft {
    const start = this.#at;
    while (this.#nextLine <= start) {
      this.#line += 1;
      this.#lineStart = this.#nextLine;
      this.#nextLine = search(this.#text, /\n/g, this.#nextLine) + 1;
    }
    const place = { start, end: start, valueStart: start, valueEnd: start };
    const entry: Draft = {
      path,
      kind,
      line: this.#line,
      column: start - this.#lineStart + 1,
      ...place,
    };
    this.entries.push(entry);
    return entry;
  }

  #closes(delimiter: string): boolean {
    return this.#at >= this.#text.length || this.#text[this.#at] === delimiter;
  }

  #skipSeparator(): void {
    this.#skipBlank();
    if (this.#text[this.#at] === ",") this.#at += 1;
    this.#skipBlank();
  }

  /** Past white space, newlines and comments. */
  #skipBlank(): void {
    this.#at = search(this.#text, /[^ \t\r\n]/g, this.#at);
    while (this.#text[this.#at] === "#") {
      this.#at = search(this.#text, /\n/g, this.#at);
      this.#at = search(this.#text, /[^ \t\r\n]/g, this.#at);
    }
  }
}
