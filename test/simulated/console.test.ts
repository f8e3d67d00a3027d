import { expect, test } from "bun:test";
import { Console, type Edit } from "../../src/simulated/console.ts";
import { random } from "./read.ts";

test("typed text stands after the prompt, and the cursor after the text", () => {
  const console = new Console(20, 4, "$ ");
  console.type("hi");
  expect(console.view()).toEqual(["$ hi"]);
  expect(console.cursor).toEqual({ row: 0, column: 4 });
});

test("enter begins a new line, and a full console scrolls", () => {
  const console = new Console(20, 3, "$ ");
  for (const text of ["one", "two", "three"]) {
    console.type(text);
    console.edit("enter");
  }
  expect(console.view()).toEqual(["$ two", "$ three", "$ "]);
  expect(console.cursor).toEqual({ row: 2, column: 2 });
});

test("a long line wraps, and the cursor goes to the next row with it", () => {
  const console = new Console(6, 4, "$ ");
  console.type("abcd");
  expect(console.view()).toEqual(["$ abcd", ""]);
  expect(console.cursor).toEqual({ row: 1, column: 0 });
  console.type("ef");
  expect(console.view()).toEqual(["$ abcd", "ef"]);
});

test("a line longer than the console keeps its end", () => {
  const console = new Console(4, 2, "$ ");
  console.type("abcdefghij");
  expect(console.view()).toEqual(["ghij", ""]);
  console.edit("backspace");
  expect(console.view()).toEqual(["cdef", "ghi"]);
});

test("backspace takes what was typed, and leaves the prompt", () => {
  const console = new Console(20, 2, "$ ");
  console.type("ab");
  for (let count = 0; count < 5; count++) console.edit("backspace");
  expect(console.view()).toEqual(["$ "]);
  expect(console.cursor).toEqual({ row: 0, column: 2 });
});

test("a tab reaches the next multiple of eight", () => {
  const console = new Console(20, 2, "$ ");
  console.edit("tab");
  console.type("x");
  console.edit("tab");
  console.type("y");
  expect(console.view()).toEqual(["$       x       y"]);
});

test("the line is edited where the cursor is", () => {
  const console = new Console(20, 2, "$ ");
  console.type("bcd");
  console.edit("home");
  console.type("a");
  console.edit("delete");
  console.edit("right");
  console.edit("left");
  console.edit("left");
  expect(console.cursor).toEqual({ row: 0, column: 2 });
  console.edit("end");
  console.edit("right");
  console.type("!");
  expect(console.view()).toEqual(["$ acd!"]);
});

test("whatever is done, rows and cursor stay inside", () => {
  const next = random(20261121);
  const edits: readonly Edit[] = [
    "enter",
    "tab",
    "backspace",
    "delete",
    "left",
    "right",
    "home",
    "end",
  ];
  for (let round = 0; round < 200; round++) {
    const columns = 1 + Math.floor(next() * 12);
    const rows = 1 + Math.floor(next() * 5);
    const console = new Console(columns, rows, "$ ");
    for (let step = 0; step < 200; step++) {
      const edit = edits[Math.floor(next() * 24)];
      if (edit === undefined) console.type("x");
      else console.edit(edit);
      const view = console.view();
      const { row, column } = console.cursor;
      expect(view.length).toBeWithin(1, rows + 1);
      expect(Math.max(...view.map((text) => text.length))).toBeWithin(0, columns + 1);
      expect(row).toBeWithin(0, view.length);
      expect(column).toBeWithin(0, columns);
    }
  }
});
