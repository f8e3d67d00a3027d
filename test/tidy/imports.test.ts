import { describe, expect, test } from "bun:test";
import {
  checkCycles,
  checkImports,
  checkReached,
  checkTargets,
  importsOf,
  ROOMS,
  roomOf,
  type Tree,
} from "./imports.ts";

function tree(files: Record<string, string>): Tree {
  return new Map(Object.entries(files));
}

describe("importsOf", () => {
  test("finds every form of import and re-export", () => {
    const text = [
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      'import { type C } from "./c.ts";',
      'import {\n  d,\n  e,\n} from "./d.ts";',
      'import * as f from "f";',
      'import library from "../build/x.so" with { type: "file" };',
      'import "./g.ts";',
      'export { h } from "./h.ts";',
      'export type * from "./i.ts";',
      'const j = await import("./j.ts");',
    ];
    expect(importsOf(text.join("\n"))).toEqual([
      { specifier: "./a.ts", typeOnly: false },
      { specifier: "./b.ts", typeOnly: true },
      { specifier: "./c.ts", typeOnly: false },
      { specifier: "./d.ts", typeOnly: false },
      { specifier: "f", typeOnly: false },
      { specifier: "../build/x.so", typeOnly: false },
      { specifier: "./g.ts", typeOnly: false },
      { specifier: "./h.ts", typeOnly: false },
      { specifier: "./i.ts", typeOnly: true },
      { specifier: "./j.ts", typeOnly: false },
    ]);
  });

  test("takes nothing in comments, strings and other statements for one", () => {
    const text = [
      '// import { a } from "./a.ts";',
      "const b = `",
      'import "./b.ts";',
      "`;",
      'export const from = "./c.ts";',
      'export const d = [..."e"];',
      'export type F = "f";',
    ];
    expect(importsOf(text.join("\n"))).toEqual([]);
  });
});

describe("checkImports", () => {
  test("lets through what a room's row names", () => {
    expect(checkImports("src/hid/a.ts", 'import { sys } from "../ffi/sys.ts";')).toEqual([]);
    expect(checkImports("src/base/toml.ts", 'import { a } from "./toml/lex.ts";')).toEqual([]);
    expect(checkImports("src/base/toml/lex.ts", 'import { a } from "../fault.ts";')).toEqual([]);
    expect(checkImports("src/http/app.ts", 'import { cors } from "hono/cors";')).toEqual([]);
    expect(checkImports("src/cli/a.ts", 'import type { A } from "../http/a.ts";')).toEqual([]);
    expect(checkImports("src/ffi/a.ts", 'import so from "../../build/sys.so";')).toEqual([]);
    expect(checkImports("src/base/a.ts", 'import { open } from "node:fs";')).toEqual([]);
    expect(checkImports("test/hid/a.test.ts", 'import { a } from "../../src/http/a.ts";')).toEqual(
      [],
    );
  });

  test("names the room that goes the wrong way", () => {
    expect(checkImports("src/hid/x.ts", 'import { a } from "../http/a.ts";')).toEqual([
      "src/hid/x.ts: hid may not import http",
    ]);
    expect(checkImports("src/base/x.ts", 'export type { A } from "../ffi/a.ts";')).toEqual([
      "src/base/x.ts: base may not import ffi",
    ]);
    expect(checkImports("src/devices.ts", 'import { a } from "./cli/a.ts";')).toEqual([
      "src/devices.ts: daemon may not import cli",
    ]);
    expect(checkImports("src/cli/x.ts", 'const a = await import("../daemon.ts");')).toEqual([
      "src/cli/x.ts: cli may not import daemon",
    ]);
  });

  test("names the room that takes code where it may have types", () => {
    expect(checkImports("src/cli/x.ts", 'import { a } from "../http/a.ts";')).toEqual([
      "src/cli/x.ts: cli may import only types of http",
    ]);
  });

  test("keeps packages in their rooms", () => {
    const found = [
      "bun:ffi",
      "smol-toml",
      "@noble/hashes/sha2.js",
      "left-pad",
      "honorable",
    ].flatMap((name) => checkImports("src/http/x.ts", `import { a } from "${name}";`));
    expect(found).toEqual([
      "src/http/x.ts: http may not import bun:ffi",
      "src/http/x.ts: http may not import smol-toml",
      "src/http/x.ts: http may not import @noble/hashes/sha2.js",
      "src/http/x.ts: http may not import left-pad",
      "src/http/x.ts: http may not import honorable",
    ]);
  });

  test("keeps src to itself, and knows all of its rooms", () => {
    expect(checkImports("src/base/x.ts", 'import { a } from "../../test/a.ts";')).toEqual([
      "src/base/x.ts: nothing in src may import test/a.ts",
    ]);
    expect(checkImports("src/hid/x.ts", 'import so from "../../build/sys.so";')).toEqual([
      "src/hid/x.ts: nothing in src may import build/sys.so",
    ]);
    expect(checkImports("src/attic/x.ts", "")).toEqual([
      "src/attic/x.ts: attic is no room: add it to the table of imports",
    ]);
  });

  test("has a table in which no room is above itself", () => {
    const names = Object.keys(ROOMS);
    for (const [name, { code, types = [] }] of Object.entries(ROOMS)) {
      for (const other of [...code, ...types]) expect(names).toContain(other);
      const above = code.filter((other) => ROOMS[other]?.code.includes(name));
      expect([name, above]).toEqual([name, []]);
    }
  });

  test("counts what lies right in src as the daemon's, save for main", () => {
    expect(roomOf("src/daemon.ts")).toBe("daemon");
    expect(roomOf("src/threads.ts")).toBe("daemon");
    expect(roomOf("src/main.ts")).toBe("main");
    expect(roomOf("src/base/toml/lex.ts")).toBe("base");
    expect(roomOf("test/base/a.ts")).toBeUndefined();
  });
});

test("checkTargets finds imports of what is not there", () => {
  const files = {
    "src/base/a.ts": 'import { b } from "./b";\nimport { c } from "./c.ts";\nimport d from "d";',
    "src/base/c.ts": 'import so from "../../build/sys.so";',
  };
  expect(checkTargets(tree(files))).toEqual([
    "src/base/a.ts: there is no src/base/b: name the file with its extension",
  ]);
});

test("checkCycles tells each circle once, and no detour for one", () => {
  const files = {
    "src/base/a.ts": 'import { b } from "./b.ts";\nimport { d } from "./d.ts";',
    "src/base/b.ts": 'import { c } from "./c.ts";\nimport { d } from "./d.ts";',
    "src/base/c.ts": 'import type { a } from "./a.ts";',
    "src/base/d.ts": "",
    "src/base/e.ts": 'import { e } from "./e.ts";',
  };
  expect(checkCycles(tree(files))).toEqual([
    "src/base/a.ts: imports itself through src/base/b.ts, src/base/c.ts, src/base/a.ts",
    "src/base/e.ts: imports itself through src/base/e.ts",
  ]);
});

test("checkReached starts at the entries for src, at the tests and scripts for test", () => {
  const files = {
    "src/main.ts": 'import { a } from "./base/a.ts";',
    "src/base/a.ts": "",
    "src/base/only-tested.ts": "",
    "src/hid/worker.ts": 'import { b } from "./b.ts";',
    "src/hid/b.ts": "",
    "src/ffi/assets.d.ts": "",
    "test/base/a.test.ts": 'import { x } from "../../src/base/only-tested.ts";',
    "test/base/orphan.ts": "",
  };
  expect(checkReached(tree(files))).toEqual([
    "src/base/only-tested.ts: nothing that runs imports it: use it or delete it",
    "test/base/orphan.ts: nothing that runs imports it: use it or delete it",
  ]);
});
