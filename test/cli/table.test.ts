import { expect, test } from "bun:test";
import { table } from "../../src/cli/table.ts";

test("columns are aligned, and lines end with their last character", () => {
  const rows = [
    ["NAME", "BY", ""],
    ["a-long-name", "x", "y"],
  ];
  expect(table(rows)).toEqual(["NAME         BY", "a-long-name  x   y"]);
});

test("no cell drives the terminal or begins a line", () => {
  expect(table([["ci", "adm\x1b[31m\nin"]])).toEqual(["ci  adm\\u{1b}[31m\\u{a}in"]);
});
