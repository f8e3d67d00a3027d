import { expect, test } from "bun:test";
import { Vouch } from "../../src/video/vouch.ts";

test("what one thread vouches for, another sees, of that picture alone", () => {
  const ours = new Vouch();
  const theirs = new Vouch(ours.memory);
  expect(ours.newest(0)).toBeUndefined();
  const frame = { sequence: 0xffff_ffff, capturedUs: 90 * 86_400_000_000 + 1 };
  theirs.give(70_000, frame);
  expect(ours.newest(70_000)).toEqual(frame);
  expect(ours.newest(69_999)).toBeUndefined();
  expect(ours.newest(70_001)).toBeUndefined();
});

test("what the main thread leaves, the other finds once", () => {
  const ours = new Vouch();
  const theirs = new Vouch(ours.memory);
  expect(theirs.takeLeft()).toBeUndefined();
  ours.leave(90 * 86_400_000_000 + 0.5);
  ours.leave(90 * 86_400_000_000 + 1.5);
  expect(theirs.takeLeft()).toBe(90 * 86_400_000_000 + 2);
  expect(theirs.takeLeft()).toBeUndefined();
});
