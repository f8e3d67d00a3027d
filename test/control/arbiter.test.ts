import { afterEach, describe, expect, jest, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { Arbiter } from "../../src/control/arbiter.ts";
import type { Batch } from "../../src/control/events.ts";
import { Runner } from "../../src/control/runner.ts";
import { layoutOf } from "../../src/hid/layout.ts";
import { endingParty, partyOf } from "./party.ts";
import { NotingSink } from "./sink.ts";

const { signal } = new AbortController();
const US = layoutOf("us");
const A = { party: partyOf("token", "a"), waitMs: 0 };
const B = { party: partyOf("token", "b"), waitMs: 0 };
const PERSON = partyOf("person", "p");
const PRESS_A: Batch = [{ kind: "key", usage: 0x04, pressed: true }];
const PRESS_B: Batch = [{ kind: "key", usage: 0x05, pressed: true }];
const FOR_EVER: Batch = [...PRESS_A, { kind: "delay", milliseconds: 600_000 }];

function setUp() {
  const sink = new NotingSink();
  const time = { nowMs: 0 };
  const options = { sink, layout: () => US, leds: () => 0, releaseAfterSeconds: () => 60 };
  const runner = new Runner(options);
  const arbiter = new Arbiter({ runner, monotonic: () => time.nowMs });
  return { sink, runner, arbiter, time };
}

/** Until the sink has taken `count` reports. */
async function taken(sink: NotingSink, count: number): Promise<void> {
  while (sink.taken.length < count) await new Promise(setImmediate);
}

afterEach(() => {
  jest.useRealTimers();
});

describe("batches", () => {
  test("that come together run one after the other", async () => {
    const { sink, arbiter } = setUp();
    const pause = { kind: "delay", milliseconds: 1 } as const;
    const batches = [4, 6].map((usage): Batch => {
      const [one, two] = [usage, usage + 1].map((each) => [
        { kind: "key", usage: each, pressed: true } as const,
        { kind: "key", usage: each, pressed: false } as const,
      ]);
      return [...(one ?? []), pause, ...(two ?? [])];
    });
    const running = batches.map((batch) => arbiter.run(batch, A, signal));
    while (arbiter.state.running === undefined) await Promise.resolve();
    expect([arbiter.state.running, arbiter.waiting]).toEqual(["token", 1]);
    await Promise.all(running);
    const presses = sink.taken.filter((report) => report !== "k ");
    expect(presses).toEqual(["k 000004", "k 000005", "k 000006", "k 000007"]);
    expect(arbiter.state.running).toBeUndefined();
  });

  test("end when it is closed, with nothing held, and none begins", async () => {
    const { sink, arbiter } = setUp();
    const [running, waiting] = [FOR_EVER, PRESS_B].map((batch) => {
      return arbiter.run(batch, A, signal).catch((error: unknown) => error);
    });
    await taken(sink, 1);
    await arbiter.close();
    const stopping = { code: "stopping" };
    expect(await running).toMatchObject(stopping);
    expect(await waiting).toMatchObject(stopping);
    await expect(arbiter.run(PRESS_B, A, signal)).rejects.toMatchObject(stopping);
    expect(sink.taken).toEqual(["k 000004", "k "]);
    await arbiter.close();
  });

  test("the ninth that waits is refused, the eight are not", async () => {
    const { sink, arbiter } = setUp();
    const gate = Promise.withResolvers<void>();
    sink.before = () => gate.promise;
    const asked = Array.from({ length: 9 }, () => arbiter.run(PRESS_A, A, signal));
    await expect(arbiter.run(PRESS_A, B, signal)).rejects.toMatchObject({ code: "too_many" });
    gate.resolve();
    expect(await Promise.all(asked)).toHaveLength(9);
  });

  test("that run for too long are ended, and their keys let go", async () => {
    jest.useFakeTimers();
    const { sink, arbiter } = setUp();
    const gate = Promise.withResolvers<void>();
    sink.before = async () => (sink.sizes.length === 1 ? gate.promise : undefined);
    const asked = arbiter.run([...PRESS_A, ...PRESS_B], A, signal);
    while (sink.taken.length === 0) await Promise.resolve();
    jest.advanceTimersByTime(LIMITS.batch_duration_ms_max);
    gate.resolve();
    await expect(asked).rejects.toThrow("the batch was ended after 10 minutes");
    expect(sink.taken.at(-1)).toBe("k ");
  });
});

describe("a token", () => {
  test("is refused while a person is active, and gets its turn when it waits", async () => {
    const { sink, arbiter, time } = setUp();
    await arbiter.run(PRESS_A, { party: PERSON, waitMs: 0 }, signal);
    await expect(arbiter.run(PRESS_B, A, signal)).rejects.toMatchObject({
      code: "conflict",
      details: { reason: "person active", retry_after_seconds: 2 },
    });
    time.nowMs += LIMITS.person_active_ms - 5;
    const patient = arbiter.run(PRESS_B, { ...A, waitMs: 1000 }, signal);
    expect(arbiter.waiting).toBe(1);
    time.nowMs += 5;
    await patient;
    expect(sink.taken).toEqual(["k 000004", "k 00000405"]);
  });

  test("is not kept out by a person who only pauses", async () => {
    const { arbiter } = setUp();
    const pause = [{ kind: "delay", milliseconds: 0 }] as const;
    await arbiter.run(pause, { party: PERSON, waitMs: 0 }, signal);
    expect((await arbiter.run(PRESS_A, A, signal)).events).toBe(1);
  });

  test("that waits goes on when it may, and is refused when its time is over", async () => {
    const { arbiter, time } = setUp();
    await arbiter.take(B.party, 60);
    const patient = arbiter.run(PRESS_A, { ...A, waitMs: 50_000 }, signal);
    const leaving = new AbortController();
    const left = arbiter.run(PRESS_A, { ...A, waitMs: 50_000 }, leaving.signal);
    leaving.abort(new Error("client gone"));
    await expect(left).rejects.toThrow("client gone");
    arbiter.release(B.party);
    expect((await patient).events).toBe(1);
    await arbiter.take(B.party, 60);
    const late = arbiter.run(PRESS_A, { ...A, waitMs: 5 }, signal);
    time.nowMs += 5;
    await expect(late).rejects.toMatchObject({ details: { reason: "leased" } });
    expect(arbiter.waiting).toBe(0);
  });

  test("whose batch waited for its turn is refused if a person came meanwhile", async () => {
    const { sink, arbiter } = setUp();
    const gate = Promise.withResolvers<void>();
    sink.before = () => gate.promise;
    const first = arbiter.run(PRESS_A, A, signal);
    const second = arbiter.run(PRESS_B, B, signal).catch((error: unknown) => error);
    while (arbiter.state.running === undefined) await Promise.resolve();
    const person = arbiter.run(PRESS_A, { party: PERSON, waitMs: 0 }, signal);
    gate.resolve();
    await first;
    await person;
    expect(await second).toMatchObject({ details: { reason: "person active" } });
    expect(sink.taken).toEqual(["k 000004", "k ", "k 000004"]);
  });
});

describe("a person who takes over", () => {
  test("ends a token's batch, whose keys are up by then, and its client is told once", async () => {
    const { sink, arbiter, time } = setUp();
    await arbiter.take(A.party, 60);
    const batch = arbiter.run(FOR_EVER, A, signal).catch((error: unknown) => error);
    await taken(sink, 1);
    await arbiter.take(PERSON, 1);
    expect(sink.taken).toEqual(["k 000004", "k "]);
    expect(await batch).toMatchObject({ code: "conflict", details: { reason: "taken over" } });
    time.nowMs += 1000;
    expect((await arbiter.run(PRESS_B, A, signal)).events).toBe(1);
  });

  test("lets go of what a token still holds, and not of what a person holds", async () => {
    const { sink, arbiter } = setUp();
    await arbiter.run(PRESS_A, A, signal);
    await arbiter.take(PERSON, 1);
    expect(sink.taken).toEqual(["k 000004", "k "]);
    await arbiter.run(PRESS_B, { party: PERSON, waitMs: 0 }, signal);
    await arbiter.take(PERSON, 1);
    expect(sink.taken.at(-1)).toBe("k 000005");
  });
});

describe("what is held between batches", () => {
  const RELEASE_A: Batch = [{ kind: "key", usage: 0x04, pressed: false }];

  test("is let go when its holder's credential ends, and nothing of others is", async () => {
    const { sink, runner, arbiter } = setUp();
    const { party, end } = endingParty("token", "short");
    await arbiter.run(PRESS_A, { party, waitMs: 0 }, signal);
    await arbiter.run(PRESS_B, B, signal);
    await arbiter.take(party, 60);
    end();
    await taken(sink, 3);
    expect(sink.taken).toEqual(["k 000004", "k 00000405", "k 000005"]);
    expect(runner.holdings.keys).toEqual([0x05]);
    expect(arbiter.state.holder).toBeUndefined();
  });

  test("is watched over until it is let go, and no longer", async () => {
    const { arbiter } = setUp();
    const { party, listeners } = endingParty("token", "short");
    const asker = { party, waitMs: 0 };
    await arbiter.run(PRESS_A, asker, signal);
    await arbiter.run([...PRESS_B, ...RELEASE_A], asker, signal);
    expect(listeners.size).toBe(1);
    await arbiter.run([{ kind: "key", usage: 0x05, pressed: false }], asker, signal);
    expect(listeners.size).toBe(0);
  });

  test("by a WebSocket is let go with it, and not what its client holds otherwise", async () => {
    const { sink, arbiter } = setUp();
    const socket = { ...PERSON, hand: "socket 1" };
    await arbiter.run(PRESS_A, { party: PERSON, waitMs: 0 }, signal);
    await arbiter.run(PRESS_B, { party: socket, waitMs: 0 }, signal);
    await arbiter.letGo(socket);
    await arbiter.letGo(socket);
    expect(sink.taken).toEqual(["k 000004", "k 00000405", "k 000004"]);
  });
});
