import { afterEach, expect, jest, test } from "bun:test";
import { Arbiter } from "../../src/control/arbiter.ts";
import { Jiggler } from "../../src/control/jiggler.ts";
import { Runner } from "../../src/control/runner.ts";
import { layoutOf } from "../../src/hid/layout.ts";
import { partyOf } from "./party.ts";
import { NotingSink } from "./sink.ts";

const US = layoutOf("us");
const JIGGLE = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? "m 000a0a" : "m 00f6f6"));

function setUp() {
  jest.useFakeTimers();
  const sink = new NotingSink();
  const options = { sink, layout: () => US, leds: () => 0, releaseAfterSeconds: () => 600 };
  const runner = new Runner(options);
  const arbiter = new Arbiter({ runner, monotonic: () => performance.now() });
  const host = { isAsleep: false };
  const jiggler = new Jiggler({ runner, arbiter, isAsleep: () => host.isAsleep });
  return { sink, arbiter, jiggler, host };
}

async function pass(seconds: number): Promise<void> {
  for (let ms = 0; ms < seconds * 1000; ms += 50) {
    jest.advanceTimersByTime(50);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
}

afterEach(() => {
  jest.useRealTimers();
});

test("after a minute without input the mouse goes to and fro, and ends where it was", async () => {
  const { sink, jiggler } = setUp();
  jiggler.switch(true);
  await pass(59);
  expect(sink.taken).toEqual([]);
  await pass(3);
  expect(sink.taken).toEqual(JIGGLE);
  await pass(78);
  expect(sink.taken).toEqual([...JIGGLE, ...JIGGLE]);
  jiggler.switch(false);
  await pass(200);
  expect(sink.taken).toHaveLength(20);
});

test("it keeps away from whoever has the lease", async () => {
  const { sink, arbiter, jiggler } = setUp();
  await arbiter.take(partyOf("token", "a"), 100);
  jiggler.switch(true);
  await pass(99);
  expect(sink.taken).toEqual([]);
  await pass(30);
  expect(sink.taken).toEqual(JIGGLE);
  jiggler.switch(false);
});

test("a host that sleeps is not woken by it", async () => {
  const { sink, jiggler, host } = setUp();
  host.isAsleep = true;
  jiggler.switch(true);
  await pass(200);
  expect(sink.taken).toEqual([]);
  host.isAsleep = false;
  await pass(3);
  expect(sink.taken).toEqual(JIGGLE);
  jiggler.switch(false);
});
