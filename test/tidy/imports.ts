/** Who may import whom, as one table, and what else can be told from the imports of the tree. */
import { posix } from "node:path";
import { mask } from "./mask.ts";

/** The tracked files that matter, by path from the root of the tree. */
export type Tree = ReadonlyMap<string, string>;

export interface Import {
  /** As written: "../base/fault.ts", "bun:ffi", "hono/cors". */
  readonly specifier: string;
  /** A whole `import type`: gone before the program runs. */
  readonly typeOnly: boolean;
}

interface Room {
  /** Rooms whose code may be imported. */
  readonly code: readonly string[];
  /** Further rooms of which only types may be imported. */
  readonly types?: readonly string[];
  /** What else may be imported, besides `node:` modules. */
  readonly packages?: readonly string[];
}

/** The rooms of src/, from the bottom up: a room may import itself and what its row names. */
export const ROOMS: Readonly<Record<string, Room>> = {
  base: { code: [] },
  ffi: { code: ["base"], packages: ["bun:ffi"] },
  hid: { code: ["base", "ffi"] },
  config: { code: ["base"], packages: ["smol-toml", "valibot"] },
  access: {
    code: ["base"],
    packages: ["bun:sqlite", "smol-toml", "valibot", "@noble/hashes", "otpauth"],
  },
  provision: { code: ["base", "config", "access"], packages: ["smol-toml"] },
  drawing: { code: [], types: ["ffi"] },
  video: { code: ["base", "ffi", "drawing"] },
  simulated: { code: ["base", "ffi", "hid", "drawing", "video"] },
  control: { code: ["base", "hid"] },
  http: {
    code: ["base", "access", "control", "video"],
    types: ["hid"],
    packages: ["@valibot/to-json-schema", "hono", "jsonc-parser", "selfsigned", "valibot"],
  },
  web: { code: [], types: ["http"], packages: ["preact", "uqr"] },
  cli: { code: ["base", "config", "access", "provision", "hid"], types: ["ffi", "http"] },
  daemon: {
    code: [
      "base",
      "ffi",
      "hid",
      "config",
      "access",
      "video",
      "simulated",
      "control",
      "http",
      "web",
    ],
  },
  main: { code: ["base", "ffi", "cli", "daemon"] },
};

/** Files outside src/ that the binary carries, each with the one room that reads it. */
const CARRIED: ReadonlyMap<string, string> = new Map([
  ["build/page.assets", "daemon"],
  ["build/sys.so", "ffi"],
  ["config/access.toml", "access"],
  ["package.json", "main"],
]);

/** Where the program begins: its first file, the first of each worker thread, and of the page. */
export const ENTRIES = [
  "src/main.ts",
  "src/hid/worker.ts",
  "src/simulated/worker.ts",
  "src/video/worker.ts",
  "src/web/main.tsx",
];

/**
 * Every import and re-export of a TypeScript text, in order; `import()` and bare `import` as well.
 */
export function importsOf(text: string): Import[] {
  const code = mask(text);
  const pattern =
    /^(import|export)\b(\s+type\b)?([^;"'()]*?\bfrom)?\s*(["'])|\bimport\s*\(\s*(["'])/gm;
  return [...code.matchAll(pattern)].flatMap((match) => {
    const [whole, keyword, type, from] = match;
    if (keyword === "export" && from === undefined) return [];
    const start = match.index + whole.length;
    const stop = code.indexOf(whole.at(-1) ?? "", start);
    return [{ specifier: text.slice(start, stop), typeOnly: type !== undefined }];
  });
}

/** The room of a file below src/. Of those right in it, all but main.ts are the daemon's. */
export function roomOf(path: string): string | undefined {
  if (path === "src/main.ts") return "main";
  if (/^src\/[^/]+$/.test(path)) return "daemon";
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Imports that go the wrong way, or take in a package where it does not belong. */
export function checkImports(path: string, text: string): string[] {
  const name = roomOf(path);
  if (name === undefined || !/\.tsx?$/.test(path)) return [];
  const room = ROOMS[name];
  if (room === undefined) return [`${path}: ${name} is no room: add it to the table of imports`];
  return importsOf(text).flatMap(({ specifier, typeOnly }) => {
    if (!specifier.startsWith(".")) {
      const allowed = [...(room.packages ?? []), "node:"].some((each) => isWithin(specifier, each));
      return allowed ? [] : [`${path}: ${name} may not import ${specifier}`];
    }
    const target = resolve(path, specifier);
    if (!target.startsWith("src/")) {
      if (CARRIED.get(target) === name) return [];
      return [`${path}: nothing in src may import ${target}`];
    }
    const other = roomOf(target) ?? "";
    if (other === name || room.code.includes(other)) return [];
    if (!room.types?.includes(other)) return [`${path}: ${name} may not import ${other}`];
    return typeOnly ? [] : [`${path}: ${name} may import only types of ${other}`];
  });
}

/** Relative imports without extension, or of a file that is not there. */
export function checkTargets(tree: Tree): string[] {
  return typescript(tree).flatMap(([path, text]) =>
    importsOf(text)
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier }) => resolve(path, specifier))
      .filter((target) => !tree.has(target) && !target.startsWith("build/"))
      .map((target) => `${path}: there is no ${target}: name the file with its extension`),
  );
}

/** Circles of imports below src/, each told once, from its first file in the alphabet. */
export function checkCycles(tree: Tree): string[] {
  const edges = graph(tree);
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      const circle = trail.slice(at);
      const first = circle.indexOf(circle.toSorted()[0] ?? "");
      const turned = [...circle.slice(first), ...circle.slice(0, first)];
      found.add(
        `${turned[0]}: imports itself through ${[...turned.slice(1), turned[0]].join(", ")}`,
      );
      return;
    }
    if (done.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) if (path.startsWith("src/")) visit(path, []);
  return [...found];
}

/** Files of src/ that no entry leads to, and files of test/ that no test leads to. */
export function checkReached(tree: Tree): string[] {
  const edges = graph(tree);
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const target of edges.get(path) ?? []) visit(target);
  };
  const scripts = [...edges.keys()].filter((path) =>
    /^(scripts|test\/(lab|bench|arm64|image))\//.test(path),
  );
  const tests = [...edges.keys()].filter((path) => path.endsWith(".test.ts"));
  const own = (path: string) => !path.endsWith(".d.ts");
  for (const path of ENTRIES) if (edges.has(path)) visit(path);
  const unused = [...edges.keys()].filter((path) => path.startsWith("src/") && !reached.has(path));
  for (const path of [...scripts, ...tests]) visit(path);
  const untested = [...edges.keys()].filter(
    (path) => path.startsWith("test/") && !reached.has(path),
  );
  return [...unused, ...untested]
    .filter(own)
    .map((path) => `${path}: nothing that runs imports it: use it or delete it`);
}

function graph(tree: Tree): Map<string, string[]> {
  return new Map(
    typescript(tree).map(([path, text]) => [
      path,
      importsOf(text)
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => resolve(path, specifier)),
    ]),
  );
}

function typescript(tree: Tree): [string, string][] {
  return [...tree].filter(([path]) => /\.tsx?$/.test(path));
}

function resolve(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier);
}

/** `hono/cors` is within `hono`, `node:fs` within `node:`; `honorable` is not within `hono`. */
function isWithin(specifier: string, allowed: string): boolean {
  if (allowed.endsWith(":")) return specifier.startsWith(allowed);
  return specifier === allowed || specifier.startsWith(`${allowed}/`);
}
