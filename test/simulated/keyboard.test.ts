import { expect, test } from "bun:test";
import { layoutOf } from "../../src/hid/layout.ts";
import { Keyboard, type Press } from "../../src/simulated/keyboard.ts";

function feed(keyboard: Keyboard, ...reports: readonly (readonly number[])[]): Press[] {
  return reports.flatMap((report) => keyboard.apply(Uint8Array.from(report)));
}

const UP = [0, 0, 0, 0, 0, 0, 0, 0];
const A = [0, 0, 0x04, 0, 0, 0, 0, 0];
const SHIFT_A = [0x02, 0, 0x04, 0, 0, 0, 0, 0];
const CAPS_LOCK = [0, 0, 0x39, 0, 0, 0, 0, 0];
const NUM_LOCK = [0, 0, 0x53, 0, 0, 0, 0, 0];
const SCROLL_LOCK = [0, 0, 0x47, 0, 0, 0, 0, 0];
const KEYPAD_4 = [0, 0, 0x5c, 0, 0, 0, 0, 0];

test("a key is pressed once however often it is reported", () => {
  const presses = feed(new Keyboard(), A, A, A, UP, A);
  expect(presses).toEqual([
    { name: "KeyA", action: { type: "a" } },
    { name: "KeyA", action: { type: "a" } },
  ]);
});

test("new keys count in the order of the report, held ones do not", () => {
  const presses = feed(new Keyboard(), A, [0, 0, 0x06, 0x04, 0x05, 0, 0, 0]);
  expect(presses.map((press) => press.name)).toEqual(["KeyA", "KeyC", "KeyB"]);
});

test("a usage that stands in two slots is one press", () => {
  expect(feed(new Keyboard(), [0, 0, 0x04, 0x04, 0, 0, 0, 0])).toHaveLength(1);
});

test("a rollover error changes nothing, modifiers included", () => {
  const keyboard = new Keyboard();
  expect(feed(keyboard, A, [0x02, 0, 1, 1, 1, 1, 1, 1], A)).toHaveLength(1);
  expect(keyboard.modifiers).toBe(0);
});

test("shift and caps lock make capitals, both together do not", () => {
  const keyboard = new Keyboard();
  const typed = feed(keyboard, SHIFT_A, UP, CAPS_LOCK, UP, A, UP, SHIFT_A, UP);
  expect(typed.map((press) => press.action)).toEqual([
    { type: "A" },
    undefined,
    { type: "A" },
    { type: "a" },
  ]);
});

test("caps lock leaves digits alone", () => {
  const presses = feed(new Keyboard(), CAPS_LOCK, UP, [0, 0, 0x1e, 0, 0, 0, 0, 0]);
  expect(presses[1]?.action).toEqual({ type: "1" });
});

test("every character of the layout comes back as itself", () => {
  const keyboard = new Keyboard();
  const us = layoutOf("us").strokes;
  for (const [character, strokes] of us) {
    const presses = strokes.flatMap(({ usage, modifiers }) =>
      feed(keyboard, [modifiers, 0, usage, 0, 0, 0, 0, 0], UP),
    );
    const action = presses[0]?.action;
    if (character === "\n") expect(action).toEqual({ edit: "enter" });
    else if (character === "\t") expect(action).toEqual({ edit: "tab" });
    else expect(action).toEqual({ type: character });
  }
  expect(us.size).toBe(97);
});

test("the locks toggle their LEDs on press alone", () => {
  const keyboard = new Keyboard();
  const leds = [NUM_LOCK, UP, CAPS_LOCK, UP, SCROLL_LOCK, SCROLL_LOCK, UP, CAPS_LOCK].map(
    (report) => {
      feed(keyboard, report);
      return keyboard.leds;
    },
  );
  expect(leds).toEqual([1, 1, 3, 3, 7, 7, 7, 5]);
});

test("the keypad moves, and types with num lock", () => {
  const presses = feed(new Keyboard(), KEYPAD_4, UP, NUM_LOCK, UP, KEYPAD_4, UP);
  expect(presses.map((press) => press.action)).toEqual([
    { edit: "left" },
    undefined,
    { type: "4" },
  ]);
});

test("a shortcut is named and types nothing", () => {
  expect(feed(new Keyboard(), [0x05, 0, 0x4c, 0, 0, 0, 0, 0])).toEqual([
    { name: "Ctrl+Alt+Delete", action: undefined },
  ]);
  expect(feed(new Keyboard(), [0x8a, 0, 0x04, 0, 0, 0, 0, 0])).toEqual([
    { name: "Shift+Meta+KeyA", action: undefined },
  ]);
});

test("a modifier counts by itself only if it was not used with a key", () => {
  const meta = [0x08, 0, 0, 0, 0, 0, 0, 0];
  expect(feed(new Keyboard(), meta, UP)).toEqual([{ name: "MetaLeft", action: undefined }]);
  const used = feed(new Keyboard(), meta, [0x08, 0, 0x04, 0, 0, 0, 0, 0], meta, UP);
  expect(used.map((press) => press.name)).toEqual(["Meta+KeyA"]);
});

test("a usage without a name shows as its number", () => {
  expect(feed(new Keyboard(), [0, 0, 0x32, 0, 0, 0, 0, 0])[0]?.name).toBe("0x32");
});

test("media and power keys show by name, once a press", () => {
  const keyboard = new Keyboard();
  const names = [
    [0x01, 0xe9, 0x00],
    [0x01, 0xe9, 0x00],
    [0x02, 0x02, 0x00],
    [0x01, 0x00, 0x00],
    [0x01, 0xe9, 0x00],
    [0x01, 0x9c, 0x02],
  ].map((report) => keyboard.applyConsumer(Uint8Array.from(report)).map(({ name }) => name));
  const up = ["AudioVolumeUp"];
  expect(names).toEqual([up, [], ["Sleep"], [], up, ["0xc029c"]]);
});
