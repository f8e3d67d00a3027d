import { describe, expect, test } from "bun:test";
import {
  BANNED,
  checkBanned,
  checkDocument,
  checkFunctions,
  checkSize,
  checkTopLevel,
} from "./checks.ts";

/** Joined here: this file is read by the check, too. */
const PACKAGES = ["deb", "debian"].join(".");

describe("checkBanned", () => {
  /** One line that each row refuses, in the order of the rows. */
  const examples: [path: string, line: string, found: string][] = [
    ["src/ffi/x.ts", "const b = toBuffer(p, 0, 4);", "toBuffer"],
    ["src/video/x.ts", "const b = toArrayBuffer(p, 0, 4);", "toArrayBuffer"],
    ["src/ffi/x.ts", "const c = new JSCallback(f, {});", "JSCallback"],
    ["src/http/x.ts", "  console.log(1);", "console.log"],
    ["src/cli/x.ts", "  const [a] = process.argv;", "process.argv"],
    ["src/base/x.ts", "  return eval(text);", "eval("],
    ["src/base/x.ts", "function f(a: any): void {}", "any"],
    ["src/video/x.ts", "  setInterval(f, 1);", "setInterval"],
    ["src/access/x.ts", "  return Math.random();", "Math.random"],
    ["src/base/x.ts", "export default class {}", "export default"],
    ["src/base/x.ts", 'export * from "./y.ts";', 'export * from "'],
    ["src/base/x.ts", "let count = 0;", "let"],
    [
      "src/base/x.ts",
      "const seen = new Map<string, number>();",
      "const seen = new Map<string, number>()",
    ],
    ["test/base/x.test.ts", "test.only(name, f);", ".only("],
    ["test/base/x.test.ts", "  await Bun.sleep(5);", "Bun.sleep"],
    ["src/base/x.ts", `// @ts-${"ig"}nore`, `@ts-${"ig"}nore`],
    ["README.md", `${"TO"}DO: write`, `${"TO"}DO`],
    ["scripts/x.sh", `cd /${"wo"}rk/x`, `/${"wo"}rk/`],
    ["scripts/x.sh", `curl https://${PACKAGES}.org`, PACKAGES],
  ];

  examples.forEach(([path, line, found], at) => {
    test(`row ${at}: ${found}`, () => {
      expect(checkBanned(path, `\n${line}\n`)).toEqual([
        `${path}:2: ${found} is banned: ${BANNED[at]?.instead}`,
      ]);
    });
  });

  test("every row has its example", () => {
    expect(examples).toHaveLength(BANNED.length);
  });

  test("what only looks like it is let through", () => {
    const lines = [
      "// any let eval( process.exit console.log toBuffer",
      'const a = "any console.log(process.env)";',
      "const b = await Promise.any(c);",
      "const d = { any: 1 };",
      "  let e = f.console.line;",
      'const g: readonly string[] = ["h"];',
      'export const from = "./c.ts";',
      "const m = new Map([[1, 2]]);",
      `see https://example.org/frame/${"wo"}rk/x and ~/${"wo"}rk/, docs/${"wo"}rk/`,
    ];
    expect(checkBanned("src/base/x.ts", lines.join("\n"))).toEqual([]);
  });

  test("files with leave may", () => {
    expect(checkBanned("src/main.ts", "process.exit(1);")).toEqual([]);
    expect(checkBanned("src/ffi/assets.d.ts", "  export default path;")).toEqual([]);
    expect(checkBanned("test/lab/run.ts", "process.exit(1);\nawait Bun.sleep(1);")).toEqual([]);
  });
});

describe("checkSize", () => {
  test("a line of 101 columns, not one of 100, counted in characters", () => {
    const text = `${"é".repeat(100)}\n${"😀".repeat(100)}\n${"x".repeat(101)}\n`;
    expect(checkSize("README.md", text)).toEqual([
      "README.md:3: 101 columns: break the line at 100",
    ]);
  });

  test("an address on a line of its own cannot be broken", () => {
    expect(checkSize("README.md", ` * <https://example.org/${"x".repeat(100)}>\n`)).toEqual([]);
  });

  test("a file of 401 lines, not one of 400, of code and not of data", () => {
    expect(checkSize("src/base/x.ts", "x\n".repeat(400))).toEqual([]);
    expect(checkSize("src/base/x.ts", "x\n".repeat(401))).toEqual([
      "src/base/x.ts: 401 lines: split it, 400 is the most",
    ]);
    expect(checkSize("test/golden/x.ts", `${"x".repeat(101)}\n`.repeat(401))).toEqual([]);
    expect(checkSize("CHANGELOG.md", "x\n".repeat(401))).toEqual([]);
  });
});

describe("checkFunctions", () => {
  const body = (lines: number, indentation = "") => `${indentation}  f();\n`.repeat(lines);
  const tooLong: Record<string, string> = {
    function: `export function f(): void {\n${body(69)}}\n`,
    generator: `async function* f() {\n${body(69)}}\n`,
    arrow: `const f = (a: number) => {\n${body(69)}};\n`,
    argument: `g(1, async () => {\n${body(69)}});\n`,
    "head over lines": `function f(\n  a: number,\n): Promise<void> {\n${body(67)}}\n`,
    "object type": `function f(): { a: number } {\n${body(69)}}\n`,
    method: `class A {\n  private f<T>(a: T): Map<T, string[]> {\n${body(69, "  ")}  }\n}\n`,
    getter: `class A {\n  get f(): number {\n${body(69, "  ")}  }\n}\n`,
    "private method": `class A {\n  async #f() {\n${body(69, "  ")}  }\n}\n`,
  };
  for (const [name, text] of Object.entries(tooLong)) {
    test(`71 lines are too many, 70 are not: ${name}`, () => {
      const line = text.startsWith("class") ? 2 : 1;
      expect(checkFunctions("src/base/x.ts", text)).toEqual([
        `src/base/x.ts:${line}: a function of 71 lines: split it at 70`,
      ]);
      expect(checkFunctions("src/base/x.ts", text.replace(/ +f\(\);\n/, ""))).toEqual([]);
    });
  }

  test("in C too", () => {
    const text = `static int\nf(int a) {\n${body(69)}}\n`;
    expect(checkFunctions("native/x.c", text)).toEqual([
      "native/x.c:2: a function of 71 lines: split it at 70",
    ]);
  });

  test("classes, tables, types and describe are no functions", () => {
    const texts = [
      "class A {",
      "const A = {",
      "interface A {",
      'describe("a", () => {',
      "if (a) {",
    ];
    for (const text of texts) {
      expect(checkFunctions("src/base/x.ts", `${text}\n${body(99)}}\n`)).toEqual([]);
    }
  });
});

describe("checkTopLevel", () => {
  test("declarations and tables do not run", () => {
    const lines = [
      'import { dlopen } from "bun:ffi";',
      'import {\n  object,\n} from "valibot";',
      "export const TABLE = [\n  1,\n];",
      'import { join } from "node:path";',
      "export const SCHEMA = object({ a: 1 });",
      'const FILE = join("a", "b");',
      "const NAMES: ReadonlyMap<string, number> = new Map([]);",
      "const load = () => dlopen(1);",
      "const text = `a\nb`;",
      "async function f(\n  a: number,\n): Promise<void> {\n  dlopen(a);\n}",
      "export abstract class A {\n  b() {}\n}",
      "type B =\n  | 1\n  | 2;",
      "export interface C {}",
      "export type { D };",
      "declare module a {}",
    ];
    expect(checkTopLevel("src/ffi/x.ts", lines.join("\n"))).toEqual([]);
  });

  test("calls, loops, awaits and reaching out do", () => {
    const lines = [
      'import { dlopen, ptr } from "bun:ffi";',
      "main();",
      "for (const a of b) c(a);",
      "const d = await e();",
      "const lib = dlopen(path, {});",
      "export const file = Bun.file(path);",
      "const worker = new Worker(url);",
      "a.b = 1;",
    ];
    expect(checkTopLevel("src/ffi/x.ts", lines.join("\n"))).toEqual(
      lines.slice(1).map((line, at) => {
        return `src/ffi/x.ts:${at + 2}: ${line} runs at import: do it in a function`;
      }),
    );
  });

  test("entries, tests and scripts are there to run", () => {
    expect(checkTopLevel("src/main.ts", "main();")).toEqual([]);
    expect(checkTopLevel("src/hid/worker.ts", "run();")).toEqual([]);
    expect(checkTopLevel("test/lab/run.ts", "run();")).toEqual([]);
    expect(checkTopLevel("src/hid/other.ts", "run();")).toHaveLength(1);
  });
});

test("checkDocument asks for every room", () => {
  const paths = [
    "src/main.ts",
    "src/base/a.ts",
    "src/base/toml/b.ts",
    "src/hid/c.ts",
    "test/x/y.ts",
  ];
  expect(checkDocument("A.md", "`src/base/` knows nothing", paths)).toEqual([
    "A.md: says nothing of src/hid/",
  ]);
});
