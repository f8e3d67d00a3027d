import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { HEADER, isSettled, MODE, same, setUp, strips } from "./told.ts";

describe("the screen now", () => {
  const { signal } = new AbortController();
  const [PERIOD_US, AGE_US] = [33_333, LIMITS.snapshot_age_ms_max * 1000];
  const WATCH_US = LIMITS.snapshot_watch_ms * 1000;

  /** A screen whose device has sent 30 frames a second up to now, and told the last of them. */
  function watched() {
    const set = setUp();
    set.clock.us = 10_000_000;
    for (const seconds of [2, 1, 0]) {
      const atUs = set.clock.us - seconds * 1_000_000;
      const counts = { captured: atUs / PERIOD_US, dropped: 0, encoded: 0, encodeUs: 0 };
      set.screen.receive({ kind: "counts", ...counts, atUs });
    }
    set.screen.receive(strips(set.clock.us, { 0: 1 }, HEADER));
    return set;
  }

  test("is the picture told last, as long as the device has no newer frame", async () => {
    const { screen, clock, orders } = watched();
    clock.us += PERIOD_US - 1000;
    expect(await screen.now(signal)).toMatchObject({ capturedUs: 10_000_000, version: 1 });
    expect(orders.splice(0)).toEqual([{ kind: "change", untilUs: clock.us + WATCH_US }]);
    clock.us += 2000;
    const asked = screen.now(signal);
    expect(orders).toEqual([{ kind: "frame", afterUs: clock.us - AGE_US }]);
    screen.receive(same(10_000_000 + PERIOD_US));
    expect(await asked).toMatchObject({ capturedUs: 10_033_333, version: 1 });
  });

  test("is never older than the last input that the host took", async () => {
    const { screen, clock, input, orders } = watched();
    clock.us += 1000;
    input.us = clock.us - 500;
    const asked = screen.now(signal);
    expect(orders).toEqual([{ kind: "frame", afterUs: input.us }]);
    screen.vouch.give(10_000_000, { sequence: 1, capturedUs: input.us - 1 });
    screen.receive(same(input.us - 1));
    expect(await isSettled(asked)).toBe(false);
    screen.receive(strips(input.us, { 0: 2 }));
    expect(await asked).toMatchObject({ capturedUs: input.us, version: 2 });
    expect(await screen.now(signal)).toMatchObject({ version: 2 });
  });

  test("is as fresh as the video thread has vouched for, of that picture", async () => {
    const { screen, clock, orders } = watched();
    clock.us += 3 * PERIOD_US;
    const newest = { sequence: 9, capturedUs: clock.us - 1000 };
    screen.vouch.give(10_000_000 + 1, newest);
    const asked = screen.now(signal);
    expect(orders).toHaveLength(1);
    screen.receive(same(clock.us - 900));
    expect(await asked).toMatchObject({ capturedUs: clock.us - 900 });
    screen.vouch.give(10_000_000, { sequence: 9, capturedUs: clock.us - 800 });
    expect(await screen.now(signal)).toMatchObject({ sequence: 9, capturedUs: clock.us - 800 });
    expect(orders.filter(({ kind }) => kind === "frame")).toHaveLength(1);
  });

  test("wakes no thread for a change that cannot be there yet", async () => {
    const { screen, clock, orders, tell } = setUp();
    tell({ stage: "ok", mode: { ...MODE, freeRunning: true } });
    const ask = (untilUs: number) => void screen.change(1, untilUs, signal).catch(() => undefined);
    screen.receive(strips(1000, { 0: 1 }, HEADER));
    clock.us = 1000 + LIMITS.frame_period_us_min - 1;
    ask(90_000);
    expect([orders.splice(0), screen.vouch.takeLeft()]).toEqual([[], 90_000]);
    ask(80_000);
    expect(orders.splice(0)).toEqual([{ kind: "change", untilUs: 80_000 }]);
    screen.receive(strips(20_000, { 0: 2 }));
    clock.us = 20_000 + LIMITS.frame_period_us_min;
    void screen.change(2, 90_000, signal).catch(() => undefined);
    expect(orders.splice(0)).toEqual([{ kind: "change", untilUs: 90_000 }]);
    expect(screen.vouch.takeLeft()).toBeUndefined();
  });

  test("has changes followed for a while, and then no more", async () => {
    const { screen, clock, orders } = watched();
    const untilUs = clock.us + 1 + WATCH_US;
    clock.us += 1;
    await screen.now(signal);
    expect(orders.splice(0)).toEqual([{ kind: "change", untilUs }]);
    screen.receive(strips(clock.us + 5000, { 0: 2 }));
    expect(orders.splice(0)).toEqual([{ kind: "change", untilUs }]);
    screen.receive(same(untilUs));
    expect(orders).toEqual([]);
  });

  test("is asked for while nobody knows how often the device sends frames", async () => {
    const { screen, clock, orders } = setUp();
    screen.receive(strips(clock.us, { 0: 1 }, HEADER));
    clock.us += 1;
    const asked = screen.now(signal);
    expect(orders).toHaveLength(1);
    screen.receive(same(clock.us));
    expect(await asked).toMatchObject({ capturedUs: clock.us });
  });
});

describe("a change", () => {
  const { signal } = new AbortController();

  test("is the first picture of another version, or the same one in the end", async () => {
    const { screen, orders } = setUp();
    screen.receive(strips(1000, { 0: 1 }, HEADER));
    const [soon, late] = [screen.change(1, 5000, signal), screen.change(1, 9000, signal)];
    expect(orders).toEqual([{ kind: "change", untilUs: 5000 }]);
    screen.receive(same(4999));
    expect(await isSettled(soon)).toBe(false);
    screen.receive(same(5000));
    expect(await soon).toMatchObject({ version: 1, capturedUs: 5000 });
    expect(await isSettled(late)).toBe(false);
    expect(orders.at(-1)).toEqual({ kind: "change", untilUs: 9000 });
    screen.receive(strips(5001, { 0: 2 }));
    expect(await late).toMatchObject({ version: 2, capturedUs: 5001 });
  });

  test("that has come already is the screen now", async () => {
    const { screen, clock, orders } = setUp();
    screen.receive(strips(1000, { 0: 1 }, HEADER));
    screen.receive(strips(2000, { 0: 2 }));
    clock.us = 1_000_000;
    const asked = screen.change(1, 5_000_000, signal);
    expect(orders).toEqual([{ kind: "frame", afterUs: 900_000 }]);
    screen.receive(same(999_000));
    expect(await asked).toMatchObject({ version: 2, capturedUs: 999_000 });
  });

  test("is ordered anew when capture begins anew", async () => {
    const { screen, tell, orders } = setUp();
    screen.receive(strips(1000, { 0: 1 }, HEADER));
    const asked = screen.change(1, 5000, signal);
    tell({ stage: "mode change" });
    tell({ stage: "ok", mode: MODE });
    expect(orders).toHaveLength(2);
    screen.receive(strips(2000, { 0: 1 }, HEADER));
    expect(await asked).toMatchObject({ version: 2 });
  });
});
