import { describe, expect, test } from "bun:test";
import { parse } from "smol-toml";
import { placeOf, scanToml, type TomlEntry } from "../../src/base/toml.ts";
import { generateToml, random } from "./toml-generator.ts";

/** `kind path line:column «text» «value»`, one line an entry. */
function outline(text: string): string[] {
  return scanToml(text).map((entry) => {
    const whole = text.slice(entry.start, entry.end);
    const value = text.slice(entry.valueStart, entry.valueEnd);
    const place = `${entry.line}:${entry.column}`;
    return `${entry.kind} ${JSON.stringify(entry.path)} ${place} «${whole}» «${value}»`;
  });
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = new Map<unknown, unknown>(Object.entries(value)).get(String(key));
  }
  return value;
}

/** What smol-toml makes of an entry's value when it is cut out of its text. */
function cutOut(text: string, entry: TomlEntry): unknown {
  const value = text.slice(entry.valueStart, entry.valueEnd);
  return entry.kind.endsWith("table") ? parse(value) : parse(`x = ${value}`)["x"];
}

/** The leaves of `part` are all in `whole`, with the same values. */
function within(part: unknown, whole: unknown): boolean {
  const plain = Object.prototype.toString.call(part) === "[object Object]";
  if (!plain) return Bun.deepEquals(part, whole);
  return Object.entries(part as object).every(([key, value]) =>
    within(value, valueAt(whole, [key])),
  );
}

/** The path, as JSON, of each value under `root` that is neither a table nor an array. */
function scalarPaths(root: unknown, path: readonly (string | number)[] = []): string[] {
  if (Array.isArray(root)) return root.flatMap((item, at) => scalarPaths(item, [...path, at]));
  if (Object.prototype.toString.call(root) !== "[object Object]") return [JSON.stringify(path)];
  const entries = Object.entries(root as object);
  return entries.flatMap(([key, value]) => scalarPaths(value, [...path, key]));
}

describe("scanToml", () => {
  test("places headers, pairs and their values", () => {
    expect(outline('a = 1 # one\n[b]\n  c.d = "x"\n')).toEqual([
      'pair ["a"] 1:1 «a = 1» «1»',
      'table ["b"] 2:1 «[b]» «\n  c.d = "x"\n»',
      'pair ["b","c","d"] 3:3 «c.d = "x"» «"x"»',
    ]);
  });

  test("numbers nested arrays of tables by their newest element", () => {
    const text = "[[a]]\n[[a.b]]\n[[a.b]]\n[a.b.c]\nk = 1\n[[a]]\n[[a.b]]\nk = 2\n";
    expect(scanToml(text).map((entry) => JSON.stringify(entry.path))).toEqual([
      '["a",0]',
      '["a",0,"b",0]',
      '["a",0,"b",1]',
      '["a",0,"b",1,"c"]',
      '["a",0,"b",1,"c","k"]',
      '["a",1]',
      '["a",1,"b",0]',
      '["a",1,"b",0,"k"]',
    ]);
  });

  test("goes into arrays and inline tables, over lines and comments", () => {
    const text = "a = [ # ]\n  1, # ,\n  {b = 'x]', \"c\" . d = [2]},\n]\nz = {}\n";
    expect(outline(text).slice(1)).toEqual([
      'element ["a",0] 2:3 «1» «1»',
      'element ["a",1] 3:3 «{b = \'x]\', "c" . d = [2]}» «{b = \'x]\', "c" . d = [2]}»',
      "pair [\"a\",1,\"b\"] 3:4 «b = 'x]'» «'x]'»",
      'pair ["a",1,"c","d"] 3:14 «"c" . d = [2]» «[2]»',
      'element ["a",1,"c","d",0] 3:25 «2» «2»',
      'pair ["z"] 5:1 «z = {}» «{}»',
    ]);
  });

  test("decodes quoted keys, and takes nothing inside of strings for structure", () => {
    const first = `"\\u00e9\\U0001F600\\x41\\t\\"]=#" = '[x]'`;
    const last = `'' = """\n[no] "" \\"""\n"""""`;
    const text = `${first}\n['li\\t.#']\n${last}\n`;
    expect(outline(text)).toEqual([
      `pair ["é😀A\\t\\"]=#"] 1:1 «${first}» «'[x]'»`,
      `table ["li\\\\t.#"] 2:1 «['li\\t.#']» «\n${last}\n»`,
      `pair ["li\\\\t.#",""] 3:1 «'' = """\n[no] "" \\"""\n"""""» «"""\n[no] "" \\"""\n"""""»`,
    ]);
  });

  test("counts lines after CRLF and columns after a byte order mark", () => {
    expect(outline("\uFEFFa = 1979-05-27 07:32:00 # x\r\n\r\n\tb = -0x1F\r\n")).toEqual([
      'pair ["a"] 1:1 «a = 1979-05-27 07:32:00» «1979-05-27 07:32:00»',
      'pair ["b"] 3:2 «b = -0x1F» «-0x1F»',
    ]);
  });

  test("keys named like an object's own members are keys like others", () => {
    const text = "[[__proto__]]\nconstructor = 1\n[[__proto__]]\n";
    expect(scanToml(text).map((entry) => JSON.stringify(entry.path))).toEqual([
      '["__proto__",0]',
      '["__proto__",0,"constructor"]',
      '["__proto__",1]',
    ]);
  });

  test("ten thousand tables and a line of a hundred thousand elements take under a second", () => {
    const text = `${"[[t]]\nk = 'v'\n".repeat(10_000)}x = [${"1,".repeat(100_000)}]\n`;
    const started = performance.now();
    expect(scanToml(text)).toHaveLength(120_001);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("finds, in generated texts, the values that smol-toml finds", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const text = generateToml(random(seed));
      const root = parse(text);
      for (const entry of scanToml(text)) {
        const found = cutOut(text, entry);
        const expected = valueAt(root, entry.path);
        const same = entry.kind.endsWith("table")
          ? within(found, expected)
          : Bun.deepEquals(found, expected);
        if (!same) throw new Error(`seed ${seed}, ${JSON.stringify(entry)} of:\n${text}`);
      }
    }
  });

  test("places, in generated texts, every scalar exactly once", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const text = generateToml(random(seed));
      const placed = scanToml(text)
        .filter((entry) => !entry.kind.endsWith("table"))
        .filter((entry) => !"[{".includes(text[entry.valueStart] ?? ""))
        .map((entry) => JSON.stringify(entry.path));
      expect(placed.toSorted()).toEqual(scalarPaths(parse(text)).toSorted());
    }
  });

  test("leaves, in generated texts, nothing but blanks and comments between its entries", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const text = generateToml(random(seed));
      let end = text.startsWith("\uFEFF") ? 1 : 0;
      for (const entry of scanToml(text)) {
        if (entry.start < end) continue;
        expect(text.slice(end, entry.start)).toMatch(/^(?:[ \t\r\n]|#[^\n]*\n)*$/);
        end = entry.end;
      }
      expect(text.slice(end)).toMatch(/^(?:[ \t\r\n]|#[^\n]*(?:\n|$))*$/);
    }
  });
});

describe("placeOf", () => {
  const entries = scanToml("server.bind = 1\n[video]\nfps = 1\n[[user]]\n[[user]]\nname = ''\n");
  const lineOf = (...path: (string | number)[]) => placeOf(entries, path)?.line;

  test("prefers the exact path, then what lies below, then the longest prefix", () => {
    expect(lineOf("video", "fps")).toBe(3);
    expect(lineOf("video", "missing")).toBe(2);
    expect(lineOf("server")).toBe(1);
    expect(lineOf("user", 1, "name")).toBe(6);
    expect(lineOf("user", 1)).toBe(5);
    expect(lineOf("user", 0, "name")).toBe(4);
    expect(lineOf("user")).toBe(4);
  });

  test("knows nothing of a first key that does not occur", () => {
    expect(lineOf("log", "level")).toBeUndefined();
    expect(lineOf()).toBeUndefined();
  });
});
