import { expect, test } from "bun:test";
import { Meter } from "../../src/web/screen/meter.ts";
import { Retry } from "../../src/web/state/retry.ts";
import { Store } from "../../src/web/state/store.ts";
import { relativeTime, span } from "../../src/web/state/time.ts";

test("moments are said as people say them", () => {
  const now = Date.parse("2026-11-22T00:00:00Z");
  const cases = [
    ["2026-11-22T00:00:00Z", "now"],
    ["2026-11-21T23:59:57Z", "3 seconds ago"],
    ["2026-11-22T00:05:20Z", "in 5 minutes"],
    ["2026-11-20T23:00:00Z", "25 hours ago"],
    ["2026-12-22T00:00:00Z", "in 30 days"],
    ["2027-02-20T00:00:00Z", "in 3 months"],
    ["2029-11-22T00:00:00Z", "in 3 years"],
  ] as const;
  for (const [moment, said] of cases) expect(relativeTime(moment, now)).toBe(said);
  expect([span(5), span(59 * 60), span(7260), span(3 * 86_400 + 3600)]).toEqual([
    "5 s",
    "59 min",
    "2 h 1 min",
    "3 d 1 h",
  ]);
});

test("tries come later and later, up to 10 s apart, and at once after one that worked", () => {
  const retry = new Retry();
  const delays = Array.from({ length: 7 }, () => retry.next());
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  retry.reset();
  expect(retry.next()).toBe(500);
});

test("a meter tells of the last two seconds alone", () => {
  let now = 25;
  const meter = new Meter(() => now);
  for (; now < 2000; now += 50) meter.note(1000, 1);
  now = 2000;
  expect(meter.rates).toEqual({ pictures: 20, bits: 160_000 });
  now = 10_000;
  expect(meter.rates).toEqual({ pictures: 0, bits: 0 });
});

test("a store tells of what is another value, to those who still listen", () => {
  const store = new Store(1);
  const told: number[] = [];
  const stop = store.subscribe((value) => told.push(value));
  store.set(1);
  store.set(2);
  stop();
  store.set(3);
  expect([told, store.value]).toEqual([[2], 3]);
});
