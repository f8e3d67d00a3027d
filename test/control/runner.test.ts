import { afterEach, describe, expect, jest, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type { Batch, ControlEvent } from "../../src/control/events.ts";
import { Runner } from "../../src/control/runner.ts";
import { layoutOf, strokesOf } from "../../src/hid/layout.ts";
import { partyOf } from "./party.ts";
import { NotingSink } from "./sink.ts";

const { signal } = new AbortController();
const ME = partyOf("token", "me");
const PRESS_A: Batch = [{ kind: "key", usage: 0x04, pressed: true }];
const ALL_UP = ["k "];

const US = layoutOf("us");

function typed(characters: string): ControlEvent {
  const { strokes } = strokesOf(characters, US);
  return { kind: "text", strokes, characters: characters.length, skipped: 0 };
}

function setUp(releaseAfterSeconds = 60, leds = 0) {
  const sink = new NotingSink();
  const runner = new Runner({
    sink,
    layout: () => US,
    leds: () => leds,
    releaseAfterSeconds: () => releaseAfterSeconds,
  });
  return { sink, runner };
}

afterEach(() => {
  jest.useRealTimers();
});

test("every kind of event becomes its reports, in order", async () => {
  const { sink, runner } = setUp();
  const outcome = await runner.run(
    [
      { kind: "key", usage: 0xe0, pressed: true },
      { kind: "pointer", buttons: 1, x: 1, y: 0, wheel: 2, pan: -1 },
      { kind: "mouse", buttons: 1, dx: 128, dy: 0, wheel: 0, pan: 0 },
      { kind: "delay", milliseconds: 1 },
      typed("ab"),
    ],
    ME,
    signal,
  );
  expect(sink.taken).toEqual([
    ...["k 01", "p 01ff7f000002ff", "m 0040", "m 0040"],
    ...["k ", "k 000004", "k ", "k 000005", "k 01"],
  ]);
  expect(outcome).toEqual({ events: 5, characters: 2, milliseconds: outcome.milliseconds });
  expect(outcome.milliseconds).toBeGreaterThanOrEqual(1);
});

test("a button and the wheels go out where it moved last, and leave other buttons", async () => {
  const { sink, runner } = setUp();
  const batch: Batch = [
    { kind: "button", button: 1, pressed: true },
    { kind: "move", x: 0, y: 1 },
    { kind: "button", button: 2, pressed: true },
    { kind: "wheel", wheel: 3, pan: -1 },
    { kind: "button", button: 1, pressed: false },
    { kind: "nudge", dx: 130, dy: 0 },
    { kind: "wheel", wheel: -1, pan: 0 },
    { kind: "button", button: 2, pressed: false },
  ];
  await runner.run(batch, ME, signal);
  expect(sink.taken).toEqual([
    ...["m 01", "p 000000ff7f", "p 020000ff7f", "p 020000ff7f03ff"],
    ...["p 020000ff7f", "m ", "m 0041", "m 0041", "m 000000ff", "m ", "p 000000ff7f"],
  ]);
  expect(runner.holdings.buttons).toBe(0);
});

test("a release lets go of everything, as part of a batch", async () => {
  const { sink, runner } = setUp();
  await runner.run([...PRESS_A, { kind: "release" }], ME, signal);
  expect(sink.taken).toEqual(["k 000004", "k "]);
  expect(runner.holdings.keys).toEqual([]);
});

test("a slow text waits before each report, and stops where it is told to", async () => {
  const { sink, runner } = setUp();
  const leaving = new AbortController();
  const slow = { ...typed("abc"), pauseMs: 1 };
  await runner.run([slow], ME, signal);
  expect(sink.sizes).toEqual([1, 1, 1, 1, 1, 1]);
  sink.before = async () => {
    if (sink.sizes.length === 9) leaving.abort(new Error("left"));
  };
  const ended = await runner.run([slow], ME, leaving.signal).catch((error: unknown) => error);
  expect(ended).toEqual(new Error("left"));
  // The report that was on its way, and the release.
  expect(sink.taken.slice(6)).toEqual(["k 000004", "k ", "k 000005", "k ", "k "]);
});

test("what the host was to notice counts as activity, and a pause does not", async () => {
  const { runner } = setUp();
  const madeMs = performance.now();
  await runner.run([{ kind: "delay", milliseconds: 5 }], ME, signal);
  const pausedMs = performance.now() - madeMs;
  expect(runner.idleSeconds * 1000).toBeGreaterThanOrEqual(pausedMs);
  const pressedMs = performance.now();
  await runner.run(PRESS_A, ME, signal);
  const idleMs = runner.idleSeconds * 1000;
  expect(idleMs).toBeLessThanOrEqual(performance.now() - pressedMs);
});

test("keys stay down between batches, and holdings tell which", async () => {
  const { runner } = setUp();
  await runner.run(PRESS_A, ME, signal);
  expect(runner.holdings).toEqual({ keys: [0x04], modifiers: 0, buttons: 0 });
  await runner.run([{ kind: "key", usage: 0x04, pressed: false }], ME, signal);
  expect(runner.holdings.keys).toEqual([]);
});

test("a text is one call, which its signal stops on its way, with everything up", async () => {
  const { sink, runner } = setUp();
  const text: Batch = [typed("a".repeat(1024))];
  await runner.run(text, ME, signal);
  expect(sink.sizes).toEqual([2048]);
  const client = new AbortController();
  sink.before = async (stop) => {
    client.abort(new Error("client gone"));
    stop?.throwIfAborted();
  };
  await expect(runner.run(text, ME, client.signal)).rejects.toThrow("client gone");
  expect(sink.sizes).toEqual([2048, 1]);
  expect(sink.taken.slice(-1)).toEqual(ALL_UP);
});

test("a text of many strokes goes in pieces that the sink takes at once", async () => {
  const { sink, runner } = setUp();
  await runner.run([typed("a".repeat(LIMITS.reports_waiting_max))], ME, signal);
  expect(sink.sizes).toEqual([LIMITS.reports_waiting_max, LIMITS.reports_waiting_max]);
});

test("when the host takes no reports, all is let go and the fault is told", async () => {
  const { sink, runner } = setUp();
  await runner.run(PRESS_A, ME, signal);
  const asleep = new Fault("no_hid", "the host is asleep: wake it");
  sink.before = async () => {
    sink.before = async () => undefined;
    throw asleep;
  };
  await expect(runner.run([typed("x")], ME, signal)).rejects.toBe(asleep);
  expect(sink.taken).toEqual(["k 000004", ...ALL_UP]);
  expect(runner.holdings.keys).toEqual([]);
});

test("when the host does not take the releases either, the first fault is told", async () => {
  const { sink, runner } = setUp();
  let calls = 0;
  sink.before = async () => {
    throw new Fault("no_hid", `fault ${++calls}`);
  };
  await expect(runner.run(PRESS_A, ME, signal)).rejects.toThrow("fault 1");
  expect(calls).toBe(2);
  expect(runner.holdings.keys).toEqual([]);
});

test("a delay ends at once when the client goes, and everything is up", async () => {
  const { sink, runner } = setUp();
  const client = new AbortController();
  sink.before = async () => queueMicrotask(() => client.abort(new Error("client gone")));
  const batch: Batch = [...PRESS_A, { kind: "delay", milliseconds: 600_000 }];
  await expect(runner.run(batch, ME, client.signal)).rejects.toThrow("client gone");
  expect(sink.taken).toEqual(["k 000004", ...ALL_UP]);
});

test("who aborts before the start disturbs nothing that others hold", async () => {
  const { sink, runner } = setUp();
  await runner.run(PRESS_A, ME, signal);
  const aborted = AbortSignal.abort(new Error("never"));
  await expect(runner.run(PRESS_A, ME, aborted)).rejects.toThrow("never");
  expect(sink.taken).toEqual(["k 000004"]);
});

test("a key held with no further batch is let go, and any batch starts the time anew", async () => {
  jest.useFakeTimers();
  const { sink, runner } = setUp(60);
  await runner.run(PRESS_A, ME, signal);
  jest.advanceTimersByTime(59_999);
  await runner.run([{ kind: "key", usage: 0xe1, pressed: true }], ME, signal);
  jest.advanceTimersByTime(59_999);
  expect(sink.taken).toEqual(["k 000004", "k 020004"]);
  jest.advanceTimersByTime(1);
  await Promise.resolve();
  expect(sink.taken).toEqual(["k 000004", "k 020004", ...ALL_UP]);
  jest.advanceTimersByTime(600_000);
  await Promise.resolve();
  expect(sink.taken).toHaveLength(3);
});

test("letting go tells what was used, and the time of held keys ends with it", async () => {
  jest.useFakeTimers();
  const { sink, runner } = setUp();
  await runner.run(PRESS_A, ME, signal);
  await runner.releaseAll();
  jest.advanceTimersByTime(60_000);
  await Promise.resolve();
  expect(sink.taken).toEqual(["k 000004", ...ALL_UP]);
});

test("a text is typed with Caps Lock off, which then is on as before", async () => {
  const { sink, runner } = setUp(60, 2);
  await runner.run([typed("ab"), typed(""), typed("c")], ME, signal);
  const caps = ["k 000039", "k "];
  expect(sink.taken).toEqual([
    ...[...caps, "k 000004", "k ", "k 000005", "k ", ...caps],
    ...[...caps, "k 000006", "k ", ...caps],
  ]);
});

test("what one holds is let go alone, and after the text that another types", async () => {
  const { sink, runner } = setUp();
  const other = partyOf("token", "other");
  await runner.run(PRESS_A, other, signal);
  await runner.run([{ kind: "mouse", buttons: 1, dx: 0, dy: 0, wheel: 0, pan: 0 }], ME, signal);
  let released: Promise<void> | undefined;
  sink.before = async () => {
    released ??= runner.letGo((party) => party === other);
  };
  await runner.run([typed("b"), typed("c")], ME, signal);
  await released;
  expect(sink.taken).toEqual([
    ...["k 000004", "m 01", "k 00000405", "k 000004"],
    ...["k ", "k 000006", "k "],
  ]);
  expect(runner.holdings).toEqual({ keys: [], modifiers: 0, buttons: 1 });
});

test("one who cannot be told to let go alone lets go of everything when it is back", async () => {
  const { sink, runner } = setUp();
  await runner.run(PRESS_A, ME, signal);
  sink.before = async () => {
    throw new Fault("no_hid", "the host is off");
  };
  await runner.letGo(() => true);
  sink.before = async () => undefined;
  await runner.run([typed("x")], ME, signal);
  expect(sink.taken).toEqual(["k 000004", "k ", "k 00001b", "k "]);
});

test("nothing is sent to let go of what was never used", async () => {
  const { sink, runner } = setUp();
  await runner.releaseAll();
  expect(sink.sizes).toEqual([]);
  await runner.run([{ kind: "mouse", buttons: 0, dx: 1, dy: 1, wheel: 0, pan: 0 }], ME, signal);
  await runner.releaseAll();
  expect(sink.taken).toEqual(["m 000101", "m "]);
});

describe("a host that could not be told to let go", () => {
  const off = new Fault("no_hid", "the host is off");

  /** Presses a key, then lets the host go away in the middle of a text. */
  async function lose() {
    const { sink, runner } = setUp();
    await runner.run(PRESS_A, ME, signal);
    sink.before = async () => {
      throw off;
    };
    await expect(runner.run([...PRESS_A, typed("lost")], ME, signal)).rejects.toBe(off);
    expect(runner.holdings).toEqual({ keys: [], modifiers: 0, buttons: 0 });
    const back = () => {
      sink.before = async () => undefined;
      sink.taken.length = 0;
    };
    return { sink, runner, back };
  }

  test("is told as soon as it is back, once", async () => {
    jest.useFakeTimers();
    const { sink, back } = await lose();
    jest.advanceTimersByTime(1000);
    await settle();
    back();
    jest.advanceTimersByTime(1000);
    await settle();
    expect(sink.taken).toEqual(["k "]);
    jest.advanceTimersByTime(600_000);
    await settle();
    expect(sink.taken).toEqual(["k "]);
  });

  test("is told before the next batch, and of the one before it gets nothing", async () => {
    const { sink, runner, back } = await lose();
    back();
    await runner.run([typed("x")], ME, signal);
    expect(sink.taken).toEqual(["k ", "k 00001b", "k "]);
  });

  test("gets no batch until it has taken that", async () => {
    const { sink, runner } = await lose();
    sink.sizes.length = 0;
    await expect(runner.run([{ kind: "delay", milliseconds: 0 }], ME, signal)).rejects.toBe(off);
    expect(sink.sizes).toEqual([]);
  });
});

/** Lets what waits for promises alone go on. */
async function settle(): Promise<void> {
  for (let times = 0; times < 20; times++) await Promise.resolve();
}
