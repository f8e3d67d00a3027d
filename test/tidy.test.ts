/** The rules of the house, held over the whole tree. Each check has tests of its own in tidy/. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LIMITS } from "../src/base/limits.ts";
import {
  type Check,
  checkBanned,
  checkDocument,
  checkFunctions,
  checkSize,
  checkTopLevel,
} from "./tidy/checks.ts";
import {
  checkCycles,
  checkImports,
  checkReached,
  checkTargets,
  type Tree,
} from "./tidy/imports.ts";

const root = join(import.meta.dir, "..");
const tree = readTree();

/** Every text that is tracked, or would be with the next `git add`. */
function readTree(): Tree {
  const list = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout, success } = Bun.spawnSync(list, { cwd: root });
  if (!success) throw new Error("git does not list the files: run the tests in a clone");
  const paths = stdout.toString().split("\0").filter(Boolean);
  const texts = paths
    .filter((path) => existsSync(join(root, path)))
    .map((path) => [path, readFileSync(join(root, path), "utf8")] as const)
    .filter(([, text]) => !text.includes("\0"));
  return new Map(texts);
}

function eachFile(check: Check): string[] {
  return [...tree].flatMap(([path, text]) => check(path, text));
}

test("imports go one way, and packages stay in their rooms", () => {
  expect(tree.size).toBeGreaterThan(50);
  expect(eachFile(checkImports)).toEqual([]);
});

test("imports name files that are there", () => {
  expect(checkTargets(tree)).toEqual([]);
});

test("no file imports itself through others", () => {
  expect(checkCycles(tree)).toEqual([]);
});

test("every file is reached from where the program or a test begins", () => {
  expect(checkReached(tree)).toEqual([]);
});

test("nothing banned is called or left over", () => {
  expect(eachFile(checkBanned)).toEqual([]);
});

test("nothing runs at import", () => {
  expect(eachFile(checkTopLevel)).toEqual([]);
});

test("lines, files and functions are short", () => {
  expect(eachFile(checkSize)).toEqual([]);
  expect(eachFile(checkFunctions)).toEqual([]);
});

test("ARCHITECTURE.md names every room", () => {
  const path = "ARCHITECTURE.md";
  expect(checkDocument(path, tree.get(path) ?? "", tree.keys())).toEqual([]);
});

test("limits are whole numbers that agree with each other", () => {
  for (const [name, value] of Object.entries(LIMITS)) {
    expect([name, Number.isSafeInteger(value) && value > 0]).toEqual([name, true]);
    expect(name).toMatch(/_(?:bytes|ms|max|min)$/);
  }
  const minima = Object.entries(LIMITS).filter(([name]) => name.endsWith("_min"));
  for (const [name, least] of minima) {
    const most = new Map(Object.entries(LIMITS)).get(name.replace(/_min$/, "_max"));
    expect(least).toBeLessThanOrEqual(most ?? least);
  }
  // A change of a file is live within a second, with time left to read it.
  expect(LIMITS.file_poll_ms + LIMITS.file_settle_ms).toBeLessThan(900);
  // One text event fits a body even when every character is written as two \uXXXX.
  expect(LIMITS.text_characters_max * 12).toBeLessThan(LIMITS.body_bytes_max);
  // A capture that stands still is found out before a snapshot gives up.
  expect(LIMITS.capture_poll_ms).toBeLessThan(LIMITS.snapshot_wait_ms_max);
  // A report that a sleeping host does not take does not hold up the way down.
  expect(LIMITS.report_wait_ms_max).toBeLessThan(LIMITS.stop_ms_max);
});
