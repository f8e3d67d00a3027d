import { expect, test } from "bun:test";
import { FrameRate } from "../../src/video/frame-rate.ts";

const SECOND_US = 1_000_000;

/** A counter read once a second, from one second on. */
function readEachSecond(totals: readonly number[]): FrameRate {
  const rate = new FrameRate();
  totals.forEach((total, at) => {
    rate.read(total, (at + 1) * SECOND_US);
  });
  return rate;
}

test("a counter that rises by 30 a second is 30 frames a second", () => {
  expect(readEachSecond([7, 37, 67]).perSecond(3 * SECOND_US)).toBe(30);
});

test("a fraction is kept to a tenth", () => {
  expect(readEachSecond([0, 30, 60, 90, 119]).perSecond(5 * SECOND_US)).toBe(29.8);
});

test("one reading, or none, tells no rate", () => {
  expect(new FrameRate().perSecond(SECOND_US)).toBe(0);
  expect(readEachSecond([30]).perSecond(SECOND_US)).toBe(0);
});

test("what was long ago does not count", () => {
  const slow = [60, 120, 180, 240];
  const fast = [241, 242, 243, 244];
  expect(readEachSecond([...slow, ...fast]).perSecond(8 * SECOND_US)).toBe(1);
});

test("a counter that stands still for two seconds is no frames a second", () => {
  const rate = readEachSecond([0, 30, 60]);
  expect(rate.perSecond(5 * SECOND_US)).toBe(30);
  expect(rate.perSecond(5 * SECOND_US + 1)).toBe(0);
});

test("a counter that begins anew has no rate until it is read twice", () => {
  const rate = readEachSecond([900, 930, 5]);
  expect(rate.perSecond(3 * SECOND_US)).toBe(0);
  rate.read(20, 4 * SECOND_US);
  expect(rate.perSecond(4 * SECOND_US)).toBe(15);
});

test("a picture each time it is read, many a second", () => {
  const rate = new FrameRate();
  for (let frame = 0; frame < 600; frame++) rate.read(frame, Math.round((frame * SECOND_US) / 60));
  expect(rate.perSecond(10 * SECOND_US)).toBe(60);
});
