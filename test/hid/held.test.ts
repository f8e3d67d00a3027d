import { expect, test } from "bun:test";
import { Held } from "../../src/hid/held.ts";
import { layoutOf, strokesOf } from "../../src/hid/layout.ts";
import type { HidReport } from "../../src/hid/reports.ts";

const [A, B, C, LEFT_SHIFT, LEFT_ALT] = [0x04, 0x05, 0x06, 0xe1, 0xe2];

/** `k`, `p` or `m` for the endpoint, and the bytes in hex without the zeros at the end. */
const told = (reports: readonly HidReport[]) =>
  reports.map(({ endpoint, bytes }) => `${endpoint[0]} ${bytes.toHex().replace(/(00)+$/, "")}`);

const strokes = (text: string) => strokesOf(text, layoutOf("us")).strokes;

test("keys and modifiers go down and up one report at a time", () => {
  const held = new Held();
  expect(told(held.key(LEFT_SHIFT, true))).toEqual(["k 02"]);
  expect(told(held.key(A, true))).toEqual(["k 020004"]);
  expect(told(held.key(B, true))).toEqual(["k 02000405"]);
  expect(told(held.key(A, false))).toEqual(["k 020005"]);
  expect(held.holdings).toEqual({ keys: [B], modifiers: 0x02, buttons: 0 });
  expect(told(held.key(LEFT_SHIFT, false))).toEqual(["k 000005"]);
  expect(told(held.key(B, false))).toEqual(["k "]);
  expect(held.isAnythingHeld).toBe(false);
});

test("a held key that is pressed again types again, a modifier stays down", () => {
  const held = new Held();
  held.key(A, true);
  held.key(B, true);
  expect(told(held.key(A, true))).toEqual(["k 000005", "k 00000504"]);
  held.key(LEFT_ALT, true);
  expect(told(held.key(LEFT_ALT, true))).toEqual(["k 04000504"]);
});

test("keys and buttons of one are let go alone, wherever they were pressed", () => {
  const held = new Held();
  for (const key of [LEFT_SHIFT, A, B]) held.key(key, true);
  held.pointer(1, 1, 1, 0, 0);
  held.mouse(3, 0, 0, 0, 0);
  held.mouse(7, 0, 0, 0, 0);
  expect(told(held.letGo([LEFT_SHIFT, B], 5))).toEqual([
    ...["k 00000405", "k 000004"],
    ...["m 02", "p 00ff7fff7f"],
  ]);
  expect(told(held.letGo([], 2))).toEqual(["m "]);
  expect(held.holdings).toEqual({ keys: [A], modifiers: 0, buttons: 0 });
  expect(held.letGo([], 31)).toEqual([]);
});

test("a release of what is up tells the host the state", () => {
  expect(told(new Held().key(A, false))).toEqual(["k "]);
  expect(told(new Held().mouse(0, 0, 0, 0, 0))).toEqual(["m "]);
});

test("a seventh key rolls over until one of the seven is up", () => {
  const held = new Held();
  for (let usage = 4; usage <= 9; usage++) held.key(usage, true);
  expect(told(held.key(10, true))).toEqual(["k 0000010101010101"]);
  expect(told(held.key(4, false))).toEqual(["k 000005060708090a"]);
});

test("a button pressed absolutely is released by a relative event, where it was pressed", () => {
  const held = new Held();
  expect(told(held.pointer(1, 1, 1, 0, 0))).toEqual(["p 01ff7fff7f"]);
  expect(told(held.mouse(1, 5, 0, 0, 0))).toEqual(["m 0005"]);
  expect(held.holdings.buttons).toBe(1);
  expect(told(held.mouse(0, 6, 0, 0, 0))).toEqual(["m 0006", "p 00ff7fff7f"]);
  expect(held.isAnythingHeld).toBe(false);
});

test("a button pressed relatively is released by an absolute event, where it was pressed", () => {
  const held = new Held();
  expect(told(held.mouse(3, 0, 0, 0, 0))).toEqual(["m 03"]);
  expect(told(held.pointer(7, 0, 0, 0, 0))).toEqual(["p 04"]);
  expect(told(held.pointer(5, 0, 0, 0, 0))).toEqual(["p 04", "m 01"]);
  expect(told(held.pointer(0, 0, 0, -1, 1))).toEqual(["p 0000000000ff01", "m "]);
});

test("letting go releases what was used, and leaves the pointer where it is", () => {
  const held = new Held();
  held.key(A, true);
  held.pointer(1, 1, 0, 0, 0);
  expect(held.isAnythingHeld).toBe(true);
  expect(told(held.releaseAll())).toEqual(["k ", "p 00ff7f"]);
  expect(held.isAnythingHeld).toBe(false);
  held.mouse(0, 1, 0, 0, 0);
  expect(told(held.releaseAll())).toEqual(["k ", "p 00ffffffff", "m "]);
});

test("letting go says nothing on endpoints that were never used", () => {
  const held = new Held();
  expect(held.releaseAll()).toEqual([]);
  held.type(strokes("a"));
  expect(told(held.releaseAll())).toEqual(["k "]);
});

test("typing presses and releases, and changes Shift in the release", () => {
  expect(told(new Held().type(strokes("aabAB!")))).toEqual([
    ...["k 000004", "k ", "k 000004", "k "],
    ...["k 000005", "k 02", "k 020004", "k 02", "k 020005", "k 02", "k 02001e", "k "],
  ]);
  expect(new Held().type([])).toEqual([]);
});

test("typing lifts held modifiers and puts them back", () => {
  const held = new Held();
  held.key(LEFT_ALT, true);
  expect(told(held.type(strokes("aB")))).toEqual(["k ", "k 000004", "k 02", "k 020005", "k 04"]);
  expect(held.holdings.modifiers).toBe(0x04);
});

test("typing leaves held keys down, and a held key that is typed ends down", () => {
  const held = new Held();
  held.key(C, true);
  expect(told(held.type(strokes("a")))).toEqual(["k 00000604", "k 000006"]);
  expect(told(held.type(strokes("cc")))).toEqual(["k ", "k 000006", "k ", "k 000006"]);
  expect(held.holdings.keys).toEqual([C]);
});

test("typing with six keys held makes room for the typed one", () => {
  const held = new Held();
  for (let usage = 0x10; usage <= 0x15; usage++) held.key(usage, true);
  expect(told(held.type(strokes("a")))).toEqual([
    "k 00001011121314",
    "k 0000101112131404",
    "k 0000101112131415",
  ]);
});

const [PLAY, NEXT, SLEEP] = [0x0c_00cd, 0x0c_00b5, 0x01_0082];

test("media and system keys have reports of their own, one key of a page at a time", () => {
  const held = new Held();
  expect(told(held.key(A, true))).toEqual(["k 000004"]);
  expect(told(held.key(PLAY, true))).toEqual(["c 01cd"]);
  expect(told(held.key(SLEEP, true))).toEqual(["c 0202"]);
  expect(held.holdings.keys).toEqual([A, PLAY, SLEEP]);
  expect(told(held.key(NEXT, true))).toEqual(["c 01b5"]);
  expect(told(held.key(PLAY, false))).toEqual(["c 01b5"]);
  expect(told(held.key(NEXT, true))).toEqual(["c 01", "c 01b5"]);
  expect(told(held.key(NEXT, false))).toEqual(["c 01"]);
  expect(told(held.key(A, false))).toEqual(["k "]);
  expect(held.isAnythingHeld).toBe(true);
  expect(told(held.releaseAll())).toEqual(["k ", "c 01", "c 02"]);
  expect(held.isAnythingHeld).toBe(false);
});
