import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type { VideoMessage } from "../../src/video/messages.ts";
import { ask, HEADER, isSettled, MODE, same, setUp, strips } from "./told.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function faultOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Fault)) throw new Error(`no fault: ${error}`);
  return [error.code, error.details["stage"]];
}

test("frames a second are those of the device, and those that were wanted", () => {
  const { screen, clock } = setUp();
  expect(screen.rates).toEqual({ captured: 0, delivered: 0 });
  for (let second = 1; second <= 3; second++) {
    const atUs = second * 1_000_000;
    const counts = { captured: 30 * second, dropped: second, encoded: second, encodeUs: 9 };
    screen.receive({ kind: "counts", ...counts, atUs });
    screen.receive(strips(atUs, { 0: second }, second === 1 ? HEADER : undefined));
    clock.us = atUs;
  }
  expect([screen.rates, screen.totals.dropped]).toEqual([{ captured: 30, delivered: 1 }, 3]);
  clock.us += 2_000_001;
  expect(screen.rates).toEqual({ captured: 0, delivered: 0 });
});

describe("a picture", () => {
  test("is put together from header and strips", async () => {
    const { screen } = setUp();
    const asked = ask(screen);
    screen.receive(strips(2000, { 0: 1, 1: 2 }, HEADER));
    expect(await asked).toEqual({
      jpeg: Uint8Array.of(0xaa, 1, 0xff, 0xd0, 2, 0xff, 0xd9),
      ...{ width: 64, height: 32, sequence: 2000, capturedUs: 2000, version: 1 },
    });
    const later = ask(screen);
    screen.receive(strips(3000, { 1: 9 }));
    expect(await later).toEqual({
      jpeg: Uint8Array.of(0xaa, 1, 0xff, 0xd0, 9, 0xff, 0xd9),
      ...{ width: 64, height: 32, sequence: 3000, capturedUs: 3000, version: 2 },
    });
  });

  test("keeps its version while nothing changes, and its bytes", async () => {
    const { screen } = setUp();
    screen.receive(strips(2000, { 0: 1, 1: 2 }, HEADER));
    const [first, second] = [ask(screen), ask(screen)];
    screen.receive(same(3000));
    expect(await first).toMatchObject({ version: 1, sequence: 3000, capturedUs: 3000 });
    expect(await second).toEqual(await first);
    screen.receive(strips(4000, { 0: 1 }));
    const third = ask(screen);
    screen.receive(same(5000));
    expect(await third).toMatchObject({ version: 2, sequence: 5000 });
  });

  test("of a dongle has a version of its own when its bytes are others", async () => {
    const { screen } = setUp();
    const show = (message: VideoMessage) => {
      const asked = ask(screen);
      screen.receive(message);
      return asked;
    };
    const jpeg = (capturedUs: number, ...bytes: number[]): VideoMessage => {
      const facts = {
        kind: "jpeg",
        number: 1,
        sequence: capturedUs,
        capturedUs,
        width: 8,
        height: 8,
      } as const;
      return { ...facts, bytes: Uint8Array.from(bytes) };
    };
    const first = { jpeg: Uint8Array.of(1, 2), version: 1 };
    expect(await show(jpeg(1000, 1, 2))).toMatchObject(first);
    expect(await show(same(1001))).toMatchObject({ ...first, sequence: 1001, capturedUs: 1001 });
    expect(await show(jpeg(1002, 1, 3))).toMatchObject({ jpeg: Uint8Array.of(1, 3), version: 2 });
  });

  test("after a loss of the signal begins anew, with a version of its own", async () => {
    const { screen, tell } = setUp();
    screen.receive(strips(2000, { 0: 1, 1: 2 }, HEADER));
    tell({ stage: "no signal" });
    tell({ stage: "ok", mode: MODE });
    const asked = ask(screen);
    screen.receive(strips(3000, { 0: 1 }, HEADER));
    expect(await asked).toMatchObject({ jpeg: Uint8Array.of(0xaa, 1, 0xff, 0xd9), version: 2 });
  });
});

describe("whoever asks", () => {
  test("gets a frame captured after the question, never an older one", async () => {
    const { screen, clock, orders } = setUp();
    screen.receive(strips(900, { 0: 1 }, HEADER));
    const asked = ask(screen);
    expect(orders).toHaveLength(1);
    screen.receive(strips(999, { 0: 2 }));
    expect(await isSettled(asked)).toBe(false);
    expect(orders).toHaveLength(2);
    clock.us = 5000;
    screen.receive(strips(1000, { 0: 3 }));
    expect(await isSettled(asked)).toBe(true);
    expect(await asked).toMatchObject({ capturedUs: 1000, version: 3 });
    expect(orders).toHaveLength(2);
  });

  test("shares one order with all who ask meanwhile", async () => {
    const { screen, orders } = setUp();
    const { signal } = new AbortController();
    const asked = Array.from({ length: 20 }, () => screen.next(signal));
    expect(orders).toHaveLength(1);
    screen.receive(strips(1000, { 0: 1 }, HEADER));
    const pictures = await Promise.all(asked);
    expect(new Set(pictures).size).toBe(1);
    expect(orders).toHaveLength(1);
  });

  test("later than another waits for a later frame, and has it ordered", async () => {
    const { screen, clock, orders } = setUp();
    const early = ask(screen);
    clock.us = 2000;
    const late = ask(screen);
    screen.receive(strips(1500, { 0: 1 }, HEADER));
    expect(await early).toMatchObject({ capturedUs: 1500 });
    expect(await isSettled(late)).toBe(false);
    expect(orders).toHaveLength(2);
    screen.receive(same(2500));
    expect(await late).toMatchObject({ capturedUs: 2500 });
  });

  test("while capture starts waits for it", async () => {
    const { screen, tell } = setUp();
    tell({ stage: "starting" });
    const asked = ask(screen);
    tell({ stage: "ok", mode: MODE });
    screen.receive(strips(1000, { 0: 1 }, HEADER));
    expect(await asked).toMatchObject({ version: 1 });
  });

  test("and goes away is forgotten, and orders nothing more", async () => {
    const { screen, orders } = setUp();
    const gone = new AbortController();
    const asked = screen.next(gone.signal).catch((error: unknown) => error);
    gone.abort();
    expect(faultOf(await asked)).toEqual(["stopping", undefined]);
    screen.receive(strips(500, { 0: 1 }, HEADER));
    expect(orders).toHaveLength(1);
    const late = screen.next(gone.signal).catch((error: unknown) => error);
    expect(faultOf(await late)).toEqual(["stopping", undefined]);
    expect(orders).toHaveLength(1);
  });

  test("is told that the video stalled when no frame comes in time", async () => {
    const { screen, tell } = setUp();
    const asked = ask(screen);
    jest.advanceTimersByTime(LIMITS.snapshot_wait_ms_max - 1);
    expect(await isSettled(asked)).toBe(false);
    jest.advanceTimersByTime(1);
    expect(faultOf(await asked)).toEqual(["no_video", "stalled"]);
    expect(screen.state).toEqual({ stage: "ok", mode: MODE });
    tell({ stage: "stalled" });
    expect(faultOf(await ask(screen))).toEqual(["no_video", "stalled"]);
  });
});

describe("whether there is a signal", () => {
  test("is known of a device that sees it, as long as there is a picture", () => {
    const { screen, tell } = setUp();
    expect(screen.signal).toBe("ok");
    tell({ stage: "no cable" });
    expect(screen.signal).toBeUndefined();
  });

  test("is unknown of a dongle, until its picture changes", () => {
    const { screen, tell } = setUp();
    const change = (at: number) => screen.receive(strips(at, { 0: at }, Uint8Array.of(1)));
    for (const times of [1, 2]) {
      tell({ stage: "ok", mode: { ...MODE, tellsSignal: false } });
      expect(screen.signal).toBe("unknown");
      change(times);
      expect(screen.signal).toBe("unknown");
      screen.receive(same(times));
      expect(screen.signal).toBe("unknown");
      change(times + 10);
      expect(screen.signal).toBe("ok");
    }
  });
});

describe("a change of the signal", () => {
  test("is told to all who wait, and to who asks after it", async () => {
    const { screen, tell, orders } = setUp();
    const asked = [ask(screen), ask(screen)];
    tell({ stage: "no signal" });
    const faults = await Promise.all([...asked, ask(screen)]);
    expect(faults.map(faultOf)).toEqual(new Array(3).fill(["no_video", "no signal"]));
    expect(String(faults[0])).toContain("is the host on, and the cable in at both ends?");
    expect(orders).toHaveLength(1);
  });

  test("to another mode is waited for, and a signal that then is lost is told", async () => {
    const { screen, tell } = setUp();
    const asked = ask(screen);
    tell({ stage: "mode change" });
    const later = ask(screen);
    tell({ stage: "ok", mode: MODE });
    screen.receive(strips(2000, { 0: 1 }, Uint8Array.of(1)));
    expect(await asked).toMatchObject({ sequence: expect.any(Number), capturedUs: 2000 });
    expect(await later).toMatchObject({ capturedUs: 2000 });
    const lost = ask(screen);
    tell({ stage: "mode change" });
    expect(await isSettled(lost)).toBe(false);
    tell({ stage: "no signal" });
    expect(faultOf(await lost)).toEqual(["no_video", "no signal"]);
  });

  test("is logged once each way", () => {
    const { tell, lines, screen } = setUp();
    tell({ stage: "no device" });
    tell({ stage: "no device" });
    tell({ stage: "ok", mode: MODE });
    tell({ stage: "ok", mode: { ...MODE, width: 128 } });
    screen.fail("the video thread: a bug");
    expect(screen.state).toEqual({ stage: "failed", detail: "the video thread: a bug" });
    expect(lines.map((line) => line.split("?")[0])).toEqual([
      "info  video: the picture is there",
      "warn  video: no capture device: is the HDMI capture plugged in, and is its driver loaded",
      "info  video: the picture is there",
      "warn  video: the capture device fails: see the log (the video thread: a bug)",
    ]);
  });
});
