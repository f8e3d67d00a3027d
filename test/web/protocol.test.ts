import { expect, test } from "bun:test";
import { button, key, move, ping, relative, wheel } from "../../src/web/input/protocol.ts";

const text = (message: Uint8Array) => new TextDecoder().decode(message);

test("keys and buttons go by name, with whether they are down", () => {
  expect([...ping()]).toEqual([0]);
  expect(text(key("KeyA", true))).toBe("\x01\x01KeyA");
  expect(text(key("ShiftRight", false))).toBe("\x01\x00ShiftRight");
  expect(text(button("middle", true))).toBe("\x02\x01middle");
});

test("a place is from -32768 to 32767, and never beyond", () => {
  expect([...move(0, 1)]).toEqual([3, 0x80, 0x00, 0x7f, 0xff]);
  expect([...move(-1, 2)]).toEqual([3, 0x80, 0x00, 0x7f, 0xff]);
  expect([...move(0.5, 0.5)]).toEqual([3, 0, 0, 0, 0]);
});

test("a way is one pair, or as many as it takes, with the same sum", () => {
  expect([...relative(3, -2)]).toEqual([4, 1, 3, 254]);
  expect([...wheel(0, 1)]).toEqual([5, 1, 0, 1]);
  for (const [dx, dy] of [
    [300, -7],
    [-1000, 999],
    [127, -127],
    [128, 0],
  ] as const) {
    const pairs = new Int8Array(relative(dx, dy).buffer, 2);
    const sum = (from: number) =>
      pairs.reduce((total, delta, at) => total + (at % 2 === from ? delta : 0), 0);
    expect([sum(0), sum(1)]).toEqual([dx, dy]);
    expect(Math.max(...pairs.map(Math.abs))).toBeLessThanOrEqual(127);
  }
});
