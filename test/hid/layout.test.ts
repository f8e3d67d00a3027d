import { expect, test } from "bun:test";
import { LAYOUT_NAMES, type LayoutName } from "../../src/base/layout-names.ts";
import { layoutOf, strokesOf } from "../../src/hid/layout.ts";

const US = layoutOf("us");

test("the US layout makes Tab, Enter and all of 32 to 126, and nothing else", () => {
  const codes = [...US.strokes.keys()].map((character) => character.codePointAt(0) ?? -1);
  const printable = Array.from({ length: 95 }, (_, index) => 32 + index);
  expect(codes.sort((a, b) => a - b)).toEqual([9, 10, ...printable]);
});

test("in it each character is one stroke, and no two characters share one", () => {
  const made = [...US.strokes.values()].map((strokes) => JSON.stringify(strokes));
  expect(new Set(made).size).toBe(97);
  expect([...US.strokes.values()].every((strokes) => strokes.length === 1)).toBe(true);
});

/** Strokes as usages with `+` for Shift and `^` for AltGr. */
function way(layout: LayoutName, character: string): string {
  const strokes = layoutOf(layout).strokes.get(character) ?? [];
  return strokes
    .map(({ usage, modifiers }) => {
      const shift = modifiers & 0x02 ? "+" : "";
      const altGr = modifiers & 0x40 ? "^" : "";
      return `${shift}${altGr}${usage.toString(16).padStart(2, "0")}`;
    })
    .join(" ");
}

test.each<[LayoutName, Record<string, string>]>([
  ["us", { a: "04", Z: "+1d", "0": "27", ")": "+27", "\n": "28", "\t": "2b", " ": "2c" }],
  ["us", { "|": "+31", '"': "+34", "~": "+35", "?": "+38" }],
  ["uk", { '"': "+1f", "@": "+34", "#": "31", "~": "+31", "£": "+20", "€": "^21", "\\": "64" }],
  ["de", { y: "1d", z: "1c", "@": "^14", "€": "^08", "{": "^24", "\\": "^2d", "<": "64" }],
  ["de", { "^": "35 2c", "`": "+2e 2c", é: "2e 08", Ê: "35 +08", "~": "^30", "|": "^64" }],
  ["fr", { a: "14", "1": "+1e", "&": "1e", é: "1f", ê: "2f 08", "@": "^27", ë: "+2f 08" }],
  ["es", { ñ: "33", á: "34 04", Á: "34 +04", "¿": "+2e", "@": "^1f", "^": "+2f 2c" }],
  ["br", { ç: "33", ã: "34 04", "~": "34 2c", "'": "35", "/": "87", "^": "+34 2c" }],
  ["se", { å: "2f", ö: "33", é: "2e 08", "~": "^30 2c", "@": "^1f" }],
  ["us-intl", { "'": "34 2c", '"': "+34 2c", "~": "+35 2c", é: "34 08", ç: "^36" }],
  ["sk", { "'": "^0d" }],
  ["jp", { "@": "2f", "^": "2e", "\\": "89", _: "+87", '"': "+1f" }],
  ["ru", { я: "1d", Ё: "+35", ".": "38", ",": "+38", "№": "+20" }],
])("%s has characters where its keyboards have them", (layout, ways) => {
  const found = Object.keys(ways).map((character) => [character, way(layout, character)]);
  expect(Object.fromEntries(found)).toEqual(ways);
});

test("every layout is there, with as much as a keyboard types, and Caps Lock where it is", () => {
  for (const name of LAYOUT_NAMES) {
    const { strokes, capsLock } = layoutOf(name);
    expect([name, strokes.size >= 97]).toEqual([name, true]);
    const modifiers = name === "jp" ? 2 : 0;
    const wanted = name === "us-colemak" ? undefined : { usage: 0x39, modifiers };
    expect([name, capsLock]).toEqual([name, wanted]);
  }
});

test("a text becomes its strokes in order, and what the layout lacks is told by index", () => {
  const strokes = [
    { usage: 0x04, modifiers: 0 },
    { usage: 0x05, modifiers: 0x02 },
  ];
  expect(strokesOf("aB", US)).toEqual({ strokes, missing: [] });
  expect(strokesOf("a😀Bé", US)).toEqual({ strokes, missing: [1, 3] });
});
