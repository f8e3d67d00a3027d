import { expect, test } from "bun:test";
import { Settling } from "../../src/video/settling.ts";

const MS = 1000;
const STILL = 150 * MS;
const FRAME = 33 * MS;

/** Sees frames at 30 a second. @returns at which of them the screen had settled, from 1 */
function settledAt(settling: Settling, frames: readonly (readonly number[])[]): number {
  for (const [at, changed] of frames.entries()) {
    settling.see((at + 1) * FRAME, changed);
    if (settling.isSettled) return at + 1;
  }
  return Number.NaN;
}

const times = <T>(count: number, what: T): T[] => Array.from({ length: count }, () => what);

test("a screen that never changes has settled when the time is over, not before", () => {
  const settling = new Settling(0, STILL, 68);
  expect(settledAt(settling, times(9, []))).toBe(5);
  expect(settling.hasChanged).toBe(false);
});

test("each change starts the time anew", () => {
  const settling = new Settling(0, STILL, 68);
  const frames = [[], [7], [], [], [], [20], ...times(9, [])];
  expect(settledAt(settling, frames)).toBe(11);
  expect(settling.hasChanged).toBe(true);
});

test("a screen that scrolls has not settled until it stands still", () => {
  const settling = new Settling(0, STILL, 68);
  const all = Array.from({ length: 60 }, (_, strip) => strip);
  expect(settledAt(settling, times(40, all))).toBeNaN();
  expect(settledAt(new Settling(0, STILL, 68), [...times(20, all), ...times(9, [])])).toBe(25);
});

test("a clock that ticks in every frame is not waited for, what happens beside it is", () => {
  const clock = times(30, [0]).map((strips, at) => (at % 3 === 0 ? [...strips, 1] : strips));
  const still = new Settling(0, STILL, 15);
  expect(settledAt(still, clock)).toBe(5);
  expect(still.hasChanged).toBe(false);
  const typed = clock.map((strips, at) => (at === 2 ? [...strips, 9] : strips));
  const busy = new Settling(0, STILL, 15);
  expect(settledAt(busy, typed)).toBe(8);
  expect(busy.hasChanged).toBe(true);
});

test("two frames do not make a clock", () => {
  const settling = new Settling(0, STILL, 68);
  settling.see(140 * MS, [3]);
  settling.see(280 * MS, [3]);
  expect(settling.isSettled).toBe(false);
  settling.see(440 * MS, []);
  expect(settling.isSettled).toBe(true);
});

test("for no time at all the first frame will do", () => {
  expect(settledAt(new Settling(0, 0, 68), [[1, 2, 3]])).toBeNaN();
  expect(settledAt(new Settling(0, 0, 68), [[]])).toBe(1);
});
