import { expect, test } from "bun:test";
import { editDistance, nearest } from "../../src/base/nearest.ts";

test("counts insertions, deletions, substitutions and swaps of neighbours as one edit each", () => {
  expect(editDistance("", "")).toBe(0);
  expect(editDistance("", "abc")).toBe(3);
  expect(editDistance("abc", "")).toBe(3);
  expect(editDistance("qualty", "quality")).toBe(1);
  expect(editDistance("qualiity", "quality")).toBe(1);
  expect(editDistance("quelity", "quality")).toBe(1);
  expect(editDistance("qulaity", "quality")).toBe(1);
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("ab", "ba")).toBe(1);
});

test("finds the name that was meant", () => {
  const known = ["source", "device", "format", "quality", "fps_max"];
  expect(nearest("qualty", known)).toBe("quality");
  expect(nearest("Quality", known)).toBe("quality");
  expect(nearest("fpsmax", known)).toBe("fps_max");
  expect(nearest("fps", known)).toBe("fps_max");
  expect(nearest("dev", known)).toBe("device");
});

test("is silent rather than far off", () => {
  expect(nearest("password", ["source", "device", "quality"])).toBeUndefined();
  expect(nearest("", ["source"])).toBeUndefined();
  expect(nearest("re", ["revoke", "release-keys"])).toBeUndefined();
  expect(nearest("x".repeat(100_000), ["source"])).toBeUndefined();
});
