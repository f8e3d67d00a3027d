import { expect, test } from "bun:test";
import { codeFrame, placedFault, renderPlacedFault } from "../../src/base/placed-fault.ts";

test("draws the line with its number and a caret under the column", () => {
  expect(codeFrame("a = 1\r\n\tb = x\r\n", 2, 6)).toBe("  2 |  b = x\n    |      ^");
  expect(codeFrame(`${"\n".repeat(99)}bad`, 100, 1)).toBe("  100 | bad\n      | ^");
});

test("a place after the last character, or of a line that is not there, is drawn too", () => {
  expect(codeFrame("a =", 1, 4)).toBe("  1 | a =\n    |    ^");
  expect(codeFrame("a = [\n", 2, 1)).toBe("  2 | \n    | ^");
  expect(codeFrame("", 9, 1)).toBe("  9 | \n    | ^");
});

test("of a long line, the part around the column is drawn", () => {
  const [line, caret] = codeFrame(`${"x".repeat(500)}!${"y".repeat(500)}`, 1, 501).split("\n");
  expect(line).toBe(`  1 | …${"x".repeat(40)}!${"y".repeat(39)}…`);
  expect(caret?.indexOf("^")).toBe(line?.indexOf("!") ?? -1);
});

test("what could drive a terminal is drawn as escapes, and the caret stays in place", () => {
  const frame = codeFrame("\uFEFFa\u{1b}[2J\u202Eb = 1", 1, 7);
  expect(frame).toBe(`  1 | a\\u{1b}[2J\\u{202e}b = 1\n    | ${" ".repeat(18)}^`);
});

test("renders as one line to find it by and the drawn line", () => {
  const fault = placedFault("linkrd.toml", "a\nb = 0\n", { line: 2, column: 5 }, "0\n: give 1");
  expect(renderPlacedFault(fault)).toBe(
    "linkrd.toml:2:5: 0\\u{a}: give 1\n  2 | b = 0\n    |     ^",
  );
});
