import { expect, test } from "bun:test";
import { untilDue } from "../../src/http/pace.ts";
import { isSettled } from "../video/told.ts";

/** Of a device that sends `captured` frames a second, a picture of which was sent just now. */
function due(captured: number, fpsMax: number, sentUs = 1_000_000): Promise<boolean> {
  const screen = { rates: { captured, delivered: captured } };
  return isSettled(untilDue({ nowUs: () => 1_000_000, fpsMax: () => fpsMax, screen }, sentUs));
}

test("a device that sends no more than is wanted is asked for the next frame at once", async () => {
  expect(await due(30, 30)).toBe(true);
  expect(await due(25, 30)).toBe(true);
  expect(await due(60, 30)).toBe(false);
  expect(await due(30, 10)).toBe(false);
});

test("of one whose rate is not known it is waited for", async () => {
  expect(await due(0, 30)).toBe(false);
  expect(await due(0, 30, 1_000_000 - 33_333)).toBe(true);
});
