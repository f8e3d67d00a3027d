import { expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { strokesOf, US_LAYOUT } from "../../src/hid/layout.ts";

test("the US layout makes Tab, Enter and all of 32 to 126, and nothing else", () => {
  const codes = [...US_LAYOUT.keys()].map((character) => character.codePointAt(0) ?? -1);
  const printable = Array.from({ length: 95 }, (_, index) => 32 + index);
  expect(codes.sort((a, b) => a - b)).toEqual([9, 10, ...printable]);
});

test("each character is one stroke, and no two characters share one", () => {
  const made = [...US_LAYOUT.values()].map((strokes) => JSON.stringify(strokes));
  expect(new Set(made).size).toBe(97);
  expect([...US_LAYOUT.values()].every((strokes) => strokes.length === 1)).toBe(true);
});

test("characters are on the keys where a US keyboard has them", () => {
  const at = (character: string) => US_LAYOUT.get(character)?.[0];
  expect(at("a")).toEqual({ usage: 0x04, modifiers: 0 });
  expect(at("Z")).toEqual({ usage: 0x1d, modifiers: 0x02 });
  expect(at("0")).toEqual({ usage: 0x27, modifiers: 0 });
  expect(at(")")).toEqual({ usage: 0x27, modifiers: 0x02 });
  expect(at("\n")).toEqual({ usage: 0x28, modifiers: 0 });
  expect(at("\t")).toEqual({ usage: 0x2b, modifiers: 0 });
  expect(at(" ")).toEqual({ usage: 0x2c, modifiers: 0 });
  expect(at("|")).toEqual({ usage: 0x31, modifiers: 0x02 });
  expect(at('"')).toEqual({ usage: 0x34, modifiers: 0x02 });
  expect(at("~")).toEqual({ usage: 0x35, modifiers: 0x02 });
  expect(at("?")).toEqual({ usage: 0x38, modifiers: 0x02 });
});

test("a text becomes its strokes in order", () => {
  expect(strokesOf("aB", US_LAYOUT)).toEqual([
    { usage: 0x04, modifiers: 0 },
    { usage: 0x05, modifiers: 0x02 },
  ]);
});

test("a character that the layout lacks is named by its index alone", () => {
  expect(() => strokesOf("a😀é", US_LAYOUT)).toThrow(
    new Fault(
      "bad_request",
      "the keyboard layout has no key for the character at index 1: leave it out",
    ),
  );
});
