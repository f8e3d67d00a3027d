import { afterEach, expect, jest, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import type { Batch, ControlEvent } from "../../src/control/events.ts";
import { Runner } from "../../src/control/runner.ts";
import { layoutOf, strokesOf } from "../../src/hid/layout.ts";
import { NotingSink } from "./sink.ts";

const { signal } = new AbortController();
const PRESS_A: Batch = [{ kind: "key", usage: 0x04, pressed: true }];
const ALL_UP = ["k ", "p 0000400040", "m "];

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
    signal,
  );
  expect(sink.taken).toEqual([
    ...["k 01", "p 01ff7f000002ff", "m 0040", "m 0040"],
    ...["k ", "k 000004", "k ", "k 000005", "k 01"],
  ]);
  expect(outcome).toEqual({ events: 5, characters: 2, milliseconds: outcome.milliseconds });
  expect(outcome.milliseconds).toBeGreaterThanOrEqual(1);
});

test("keys stay down between batches, and holdings tell which", async () => {
  const { runner } = setUp();
  await runner.run(PRESS_A, signal);
  expect(runner.holdings).toEqual({ keys: [0x04], modifiers: 0, buttons: 0 });
  await runner.run([{ kind: "key", usage: 0x04, pressed: false }], signal);
  expect(runner.holdings.keys).toEqual([]);
});

test("batches that come together run one after the other", async () => {
  const { sink, runner } = setUp();
  const texts = ["ab", "cd"].map(
    (text): Batch => [
      typed(text[0] ?? ""),
      { kind: "delay", milliseconds: 1 },
      typed(text[1] ?? ""),
    ],
  );
  const running = texts.map((batch) => runner.run(batch, signal));
  expect(runner.waiting).toBe(1);
  await Promise.all(running);
  const presses = sink.taken.filter((report) => report !== "k ");
  expect(presses).toEqual(["k 000004", "k 000005", "k 000006", "k 000007"]);
});

test("the ninth that waits is refused, the eight are not", async () => {
  const { sink, runner } = setUp();
  const gate = Promise.withResolvers<void>();
  sink.before = () => gate.promise;
  const taken = Array.from({ length: 9 }, () => runner.run(PRESS_A, signal));
  await expect(runner.run(PRESS_A, signal)).rejects.toMatchObject({ code: "too_many" });
  gate.resolve();
  expect(await Promise.all(taken)).toHaveLength(9);
});

test("a long text goes in pieces, and stops between them with everything up", async () => {
  const { sink, runner } = setUp();
  const client = new AbortController();
  sink.before = async () => {
    if (sink.sizes.length === 2) client.abort(new Error("client gone"));
  };
  const text: Batch = [typed("a".repeat(1024))];
  await expect(runner.run(text, client.signal)).rejects.toThrow("client gone");
  expect(sink.sizes).toEqual([64, 64, 64, 3]);
  expect(sink.taken.slice(-3)).toEqual(ALL_UP);
});

test("when the host takes no reports, all is let go and the fault is told", async () => {
  const { sink, runner } = setUp();
  await runner.run(PRESS_A, signal);
  const asleep = new Fault("no_hid", "the host is asleep: wake it");
  sink.before = async () => {
    sink.before = async () => undefined;
    throw asleep;
  };
  await expect(runner.run([typed("x")], signal)).rejects.toBe(asleep);
  expect(sink.taken).toEqual(["k 000004", ...ALL_UP]);
  expect(runner.holdings.keys).toEqual([]);
});

test("when the host does not take the releases either, the first fault is told", async () => {
  const { sink, runner } = setUp();
  let calls = 0;
  sink.before = async () => {
    throw new Fault("no_hid", `fault ${++calls}`);
  };
  await expect(runner.run(PRESS_A, signal)).rejects.toThrow("fault 1");
  expect(calls).toBe(2);
  expect(runner.holdings.keys).toEqual([]);
});

test("a delay ends at once when the client goes, and everything is up", async () => {
  const { sink, runner } = setUp();
  const client = new AbortController();
  sink.before = async () => queueMicrotask(() => client.abort(new Error("client gone")));
  const batch: Batch = [...PRESS_A, { kind: "delay", milliseconds: 600_000 }];
  await expect(runner.run(batch, client.signal)).rejects.toThrow("client gone");
  expect(sink.taken).toEqual(["k 000004", ...ALL_UP]);
});

test("who aborts before the turn disturbs nothing that others hold", async () => {
  const { sink, runner } = setUp();
  await runner.run(PRESS_A, signal);
  const aborted = AbortSignal.abort(new Error("never"));
  await expect(runner.run(PRESS_A, aborted)).rejects.toThrow("never");
  expect(sink.taken).toEqual(["k 000004"]);
});

test("a key held with no further batch is let go, and any batch starts the time anew", async () => {
  jest.useFakeTimers();
  const { sink, runner } = setUp(60);
  await runner.run(PRESS_A, signal);
  jest.advanceTimersByTime(59_999);
  await runner.run([{ kind: "key", usage: 0xe1, pressed: true }], signal);
  jest.advanceTimersByTime(59_999);
  expect(sink.taken).toEqual(["k 000004", "k 020004"]);
  jest.advanceTimersByTime(1);
  await Promise.resolve();
  expect(sink.taken).toEqual(["k 000004", "k 020004", ...ALL_UP]);
  jest.advanceTimersByTime(600_000);
  await Promise.resolve();
  expect(sink.taken).toHaveLength(5);
});

test("letting go tells all endpoints, and the time of held keys ends with it", async () => {
  jest.useFakeTimers();
  const { sink, runner } = setUp();
  await runner.run(PRESS_A, signal);
  await runner.releaseAll();
  jest.advanceTimersByTime(60_000);
  await Promise.resolve();
  expect(sink.taken).toEqual(["k 000004", ...ALL_UP]);
});

test("a text is typed with Caps Lock off, which then is on as before", async () => {
  const { sink, runner } = setUp(60, 2);
  await runner.run([typed("ab"), typed(""), typed("c")], signal);
  const caps = ["k 000039", "k "];
  expect(sink.taken).toEqual([
    ...[...caps, "k 000004", "k ", "k 000005", "k ", ...caps],
    ...[...caps, "k 000006", "k ", ...caps],
  ]);
});
