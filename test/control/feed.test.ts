import { afterEach, expect, jest, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { Arbiter } from "../../src/control/arbiter.ts";
import type { Batch, ControlEvent } from "../../src/control/events.ts";
import { InputFeed } from "../../src/control/feed.ts";
import { Runner } from "../../src/control/runner.ts";
import { layoutOf } from "../../src/hid/layout.ts";
import { partyOf } from "./party.ts";
import { NotingSink } from "./sink.ts";

const US = layoutOf("us");
const { signal } = new AbortController();

function setUp(kind: "person" | "token" = "person") {
  const sink = new NotingSink();
  const options = { sink, layout: () => US, leds: () => 0, releaseAfterSeconds: () => 60 };
  const runner = new Runner(options);
  const time = { nowMs: 0 };
  const arbiter = new Arbiter({ runner, monotonic: () => time.nowMs });
  const refusals: string[] = [];
  const feedOf = (name: string) =>
    new InputFeed({
      arbiter,
      party: partyOf(kind, name),
      refused: (error) => refusals.push(error instanceof Fault ? error.code : `${error}`),
    });
  return { sink, runner, arbiter, time, refusals, feedOf, feed: feedOf("a") };
}

/** A sink that takes nothing until the function returned is called. */
function stall(sink: NotingSink): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  sink.before = () => promise;
  return resolve;
}

/** Somebody whose batch lasts until the function returned is called, which waits for its end. */
function occupy(arbiter: Arbiter): () => Promise<void> {
  const leaving = new AbortController();
  const asker = { party: partyOf("person", "c"), waitMs: 0 };
  const lasting: Batch = [{ kind: "delay", milliseconds: 600_000 }];
  const running = arbiter.run(lasting, asker, leaving.signal).catch(() => "left");
  return async () => {
    leaving.abort();
    expect(await running).toBe("left");
  };
}

async function taken(sink: NotingSink, count: number): Promise<void> {
  while (sink.taken.length < count) await new Promise(setImmediate);
}

afterEach(() => {
  jest.useRealTimers();
});

const key = (usage: number, pressed = true): ControlEvent => ({ kind: "key", usage, pressed });
const move = (x: number): ControlEvent => ({ kind: "move", x, y: 0 });
const nudge = (dx: number): ControlEvent => ({ kind: "nudge", dx, dy: -dx });

test("what comes while the host keeps up is done at once, each for itself", async () => {
  const { sink, feed } = setUp();
  feed.push([key(4), key(4, false), nudge(1), nudge(2)]);
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  expect(sink.taken).toEqual(["k 000004", "k ", "m 0001ff", "m 0002fe"]);
});

test("of a thousand movements at once the first are done each for itself", async () => {
  const { sink, feed } = setUp();
  feed.push(Array.from({ length: 1000 }, () => nudge(1)));
  await taken(sink, 32 + 7);
  const steps = sink.taken.map((report) => Buffer.from(report.slice(4), "hex").readInt8(0));
  expect(steps.slice(0, 31)).toEqual(Array(31).fill(1));
  expect(steps.reduce((sum, dx) => sum + dx, 0)).toBe(1000);
});

test("behind a slow host movements become one, and keys stay where they were between", async () => {
  const { sink, feed } = setUp();
  const go = stall(sink);
  feed.push([key(4)]);
  for (const x of [0, 0.5, 1]) feed.push([move(x)]);
  feed.push([key(5)]);
  for (let times = 0; times < 1000; times++) feed.push([nudge(1), nudge(1)]);
  feed.push([key(5, false), move(1), move(0)]);
  go();
  await taken(sink, 3);
  while (sink.taken.at(-1) !== "p ") await new Promise(setImmediate);
  const [first, ...rest] = sink.taken;
  expect([first, ...rest.slice(0, 2)]).toEqual(["k 000004", "p 00ff7f", "k 00000405"]);
  const nudges = rest.slice(2, -2).map((report) => Buffer.from(report.slice(4), "hex").readInt8(0));
  expect(nudges).toHaveLength(16);
  expect(nudges.reduce((sum, dx) => sum + dx, 0)).toBe(2000);
  expect(rest.slice(-2)).toEqual(["k 000004", "p "]);
});

test("movements never fill it, keys do: then it takes no more", () => {
  const { sink, feed } = setUp();
  stall(sink);
  for (let times = 0; times < 60_000; times++) expect(feed.push([nudge(1)])).toBe(true);
  let taken = 0;
  while (feed.push([key(4, taken % 2 === 0)])) taken++;
  expect(taken).toBeGreaterThan(LIMITS.input_events_waiting_max - 10);
  expect(taken).toBeLessThanOrEqual(LIMITS.input_events_waiting_max);
});

test("closing lets go of its own keys alone, and drops what has not begun", async () => {
  const { sink, runner, feed, feedOf } = setUp();
  const other = feedOf("b");
  feed.push([key(4), key(0xe1), { kind: "button", button: 1, pressed: true }]);
  other.push([key(5)]);
  await taken(sink, 4);
  await feed.close();
  expect(runner.holdings).toEqual({ keys: [5], modifiers: 0, buttons: 0 });
  await other.close();
  expect(runner.holdings.keys).toEqual([]);
});

test("closing while it waits for its turn presses nothing", async () => {
  const { sink, arbiter, feed } = setUp();
  const leave = occupy(arbiter);
  feed.push([key(4)]);
  while (arbiter.waiting === 0) await new Promise(setImmediate);
  await feed.close();
  await leave();
  expect(sink.taken).toEqual([]);
});

test("ending does what it has taken, and then lets go", async () => {
  const { sink, runner, feed } = setUp();
  const go = stall(sink);
  for (const usage of [4, 5, 6]) feed.push([key(usage), key(usage, false)]);
  feed.push([key(7)]);
  const ended = feed.end();
  go();
  await ended;
  const taps = ["k 000004", "k ", "k 000005", "k ", "k 000006", "k "];
  expect(sink.taken).toEqual([...taps, "k 000007", "k "]);
  expect(runner.holdings.keys).toEqual([]);
});

test("closing cuts an end short", async () => {
  const { sink, runner, feed } = setUp();
  const go = stall(sink);
  for (const usage of [4, 5, 6]) feed.push([key(usage), key(usage, false)]);
  const ended = feed.end();
  await new Promise(setImmediate);
  const closed = feed.close();
  go();
  await Promise.all([ended, closed]);
  expect(sink.taken.length).toBeLessThan(6);
  expect(runner.holdings.keys).toEqual([]);
});

test("ending does not wait for long", async () => {
  jest.useFakeTimers();
  const { sink, arbiter, feed } = setUp();
  const leave = occupy(arbiter);
  feed.push([key(4)]);
  const ended = feed.end();
  jest.advanceTimersByTime(LIMITS.input_wait_ms_max);
  await ended;
  await leave();
  expect(sink.taken).toEqual([]);
});

test("what cannot be done soon, behind a batch that lasts, is not done at all", async () => {
  jest.useFakeTimers();
  const { sink, arbiter, refusals, feed } = setUp();
  const leave = occupy(arbiter);
  const pass = async (milliseconds: number) => {
    jest.advanceTimersByTime(milliseconds);
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  feed.push([key(4)]);
  await pass(LIMITS.input_wait_ms_max - 1);
  feed.push([key(4, false)]);
  expect(refusals).toEqual([]);
  await pass(1);
  expect(refusals).toEqual(["conflict"]);
  await leave();
  await pass(10);
  expect(sink.taken).toEqual([]);
  feed.push([key(5)]);
  await pass(0);
  expect(sink.taken).toEqual(["k 000005"]);
});

test("others have a turn between, however much comes", async () => {
  const { sink, arbiter, feed } = setUp();
  const go = stall(sink);
  for (let times = 0; times < 200; times++) feed.push([key(4, times % 2 === 0)]);
  const asker = { party: partyOf("person", "c"), waitMs: 0 };
  const other = arbiter.run([key(5)], asker, signal);
  go();
  await other;
  expect(sink.taken.length).toBeLessThan(80);
  await feed.close();
});

test("a token is refused once while a person is in control, and keeps nothing down", async () => {
  const { sink, runner, arbiter, time, refusals, feed } = setUp("token");
  feed.push([key(4)]);
  await taken(sink, 1);
  const person = { party: partyOf("person", "p"), waitMs: 0 };
  await arbiter.run([key(5), key(5, false)], person, signal);
  for (const pressed of [true, false, true]) {
    feed.push([key(6, pressed)]);
    await new Promise(setImmediate);
  }
  expect(refusals).toEqual(["conflict"]);
  expect(runner.holdings.keys).toEqual([]);
  time.nowMs += LIMITS.person_active_ms;
  feed.push([key(6)]);
  await taken(sink, sink.taken.length + 1);
  expect(runner.holdings.keys).toEqual([6]);
  await arbiter.run([key(5), key(5, false)], person, signal);
  feed.push([key(6, false)]);
  await new Promise(setImmediate);
  expect(refusals).toEqual(["conflict", "conflict"]);
});

test("what waited when the host fell asleep never comes, and what comes after does", async () => {
  const { sink, runner, refusals, feed } = setUp();
  let fails = () => {};
  sink.before = () =>
    new Promise((_, reject) => {
      fails = () => reject(new Fault("no_hid", "the host sleeps"));
    });
  feed.push([key(4)]);
  feed.push([key(5)]);
  await new Promise(setImmediate);
  sink.before = async () => undefined;
  fails();
  while (refusals.length === 0) await new Promise(setImmediate);
  expect([refusals, runner.holdings.keys]).toEqual([["no_hid"], []]);
  const before = sink.taken.length;
  feed.push([key(6)]);
  await taken(sink, before + 1);
  expect(sink.taken.slice(before)).toEqual(["k 000006"]);
});
