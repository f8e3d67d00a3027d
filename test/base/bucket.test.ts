import { expect, test } from "bun:test";
import { Bucket } from "../../src/base/bucket.ts";

test("so many at once, and over time as many as flow in", () => {
  const time = { nowMs: 0 };
  const bucket = new Bucket(() => time.nowMs, { max: 3, perSecond: 10 });
  const takes = (count: number) => Array.from({ length: count }, () => bucket.take());
  expect(takes(4)).toEqual([true, true, true, false]);
  time.nowMs += 100;
  expect(takes(2)).toEqual([true, false]);
  time.nowMs += 50;
  expect(takes(1)).toEqual([false]);
  time.nowMs += 50;
  expect(takes(2)).toEqual([true, false]);
  time.nowMs += 60_000;
  expect([bucket.take(4), bucket.take(2), bucket.take(2), bucket.take()]).toEqual([
    ...[false, true, false, true],
  ]);
  time.nowMs += 60_000;
  expect(takes(4)).toEqual([true, true, true, false]);
});
