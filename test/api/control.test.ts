/** Batches as clients send them: long ones, held keys, clients that leave, too many at once. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { until } from "../lab/guest/run.ts";
import { Linkrd } from "./linkrd.ts";
import { consoleLines } from "./screen.ts";

const SUCCEEDED = { code: 0, data: null, message: "Request succeeded!" };
const NOTHING_HELD = { keys: 0, modifiers: 0, buttons: 0 };

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
  // Out of the way of what is read.
  await linkrd.control([["mouse_abs", 0, 1, 1, 0, 0]]);
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

async function untilHeld(held: typeof NOTHING_HELD): Promise<void> {
  await until(`held ${JSON.stringify(held)}`, 15, async () => {
    return Bun.deepEquals((await linkrd.status()).hid.held, held) ? true : undefined;
  });
}

async function untilWaiting(batches: number): Promise<void> {
  await until(`${batches} batches waiting`, 15, async () => {
    return (await linkrd.status()).hid.batches_waiting === batches ? true : undefined;
  });
}

/** The text of the console, its wrapped rows put together. */
async function shown(): Promise<string> {
  return (await consoleLines(await linkrd.snapshot())).join("");
}

describe("a batch", () => {
  test("is answered as the vendor's clients compare it", async () => {
    const body = JSON.stringify({ events: [["delay", 0]], other: "members are left alone" });
    const { status, json } = await linkrd.ask("/api/public/control", { method: "POST", body });
    expect({ status, json }).toEqual({ status: 200, json: SUCCEEDED });
    const empty = await linkrd.control([]);
    expect(empty.json).toMatchObject({ code: 0, data: { events: 0, characters: 0 } });
  });

  test("types what then stands on the screen", async () => {
    const { json } = await linkrd.control([["text", "\nEcho 'Hi, #1!' ~{|}\n"]]);
    expect(json).toMatchObject({ code: 0, data: { events: 1, characters: 21 } });
    const lines = await consoleLines(await linkrd.snapshot());
    expect(lines.some((line) => line.endsWith("$ Echo 'Hi, #1!' ~{|}"))).toBe(true);
  });

  test("of 1024 events is done whole", async () => {
    const events = Array.from({ length: 1024 }, (_, at) => [
      "mouse_rel",
      0,
      at % 2 ? 1 : -1,
      0,
      0,
      0,
    ]);
    const { json } = await linkrd.control(events);
    expect(json).toMatchObject({ code: 0, data: { events: 1024 } });
  });

  test("with a text of 1024 characters types every one of them", async () => {
    const numbers = Array.from({ length: 256 }, (_, at) => `${at}`.padStart(4, "0"));
    const text = numbers.join("");
    const { json } = await linkrd.control([["text", text]]);
    expect(json).toMatchObject({ code: 0, data: { characters: 1024 } });
    // The console has room for the end of it.
    const end = await shown();
    expect(end.length).toBeGreaterThan(300);
    expect(text).toEndWith(end);
  });

  test("of thirty characters and a delay, again and again, loses none", async () => {
    const lines = Array.from({ length: 8 }, (_, at) => `${at}${"abcdefghijklmnopqrstuvwxyzABC"}`);
    await linkrd.control([["text", "\n"]]);
    const events = lines.flatMap((line) => [
      ["text", line],
      ["delay", 40],
    ]);
    const { json } = await linkrd.control(events);
    expect(json).toMatchObject({ code: 0, data: { events: 16, characters: 240 } });
    expect((json as { data: { milliseconds: number } }).data.milliseconds).toBeGreaterThan(319);
    expect(await shown()).toContain(lines.join(""));
  });

  test("is waited for, though it is silent longer than a connection may be", async () => {
    const { status, json } = await linkrd.control([
      ["keyboard", "ShiftLeft", true],
      ["delay", 12_500],
      ["keyboard", "ShiftLeft", false],
    ]);
    expect(status).toBe(200);
    expect(json).toMatchObject({ code: 0, data: { events: 3 } });
  }, 60_000);
});

describe("what is held", () => {
  test("stays so from one request to the next, and goes with its release", async () => {
    await linkrd.control([
      ["keyboard", "ControlLeft", true],
      ["keyboard", "KeyB", true],
      ["mouse_abs", 5, 0.9, 0.9, 0, 0],
    ]);
    expect((await linkrd.status()).hid.held).toEqual({ keys: 1, modifiers: 1, buttons: 5 });
    await linkrd.control([["mouse_abs", 0, 1, 1, 0, 0]]);
    expect((await linkrd.status()).hid.held).toEqual({ keys: 1, modifiers: 1, buttons: 0 });
    await linkrd.control([
      ["keyboard", "KeyB", false],
      ["keyboard", "ControlLeft", false],
    ]);
    expect((await linkrd.status()).hid.held).toEqual(NOTHING_HELD);
  });

  test("is let go when its client leaves in the middle of a batch", async () => {
    const leaving = new AbortController();
    const asked = linkrd.control(
      [
        ["keyboard", "MetaLeft", true],
        ["keyboard", "KeyL", true],
        ["mouse_rel", 1, 0, 0, 0, 0],
        ["delay", 600_000],
      ],
      leaving.signal,
    );
    await untilHeld({ keys: 1, modifiers: 8, buttons: 1 });
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await untilHeld(NOTHING_HELD);
  });

  test("a client that leaves the queue is skipped, and the next has its turn", async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const running = linkrd.control([["delay", 600_000]], first.signal).catch(() => "left");
    const waiting = linkrd.control([["keyboard", "KeyQ", true]], second.signal);
    await untilWaiting(1);
    second.abort();
    await expect(waiting).rejects.toThrow();
    await untilWaiting(0);
    const third = linkrd.control([["delay", 1]]);
    await untilWaiting(1);
    first.abort();
    expect(await running).toBe("left");
    expect((await third).status).toBe(200);
    expect((await linkrd.status()).hid.held).toEqual(NOTHING_HELD);
  });
});

test("one batch runs, eight wait, the next is refused with 429", async () => {
  const leaving = new AbortController();
  const held = Array.from({ length: 9 }, () =>
    linkrd.control([["delay", 600_000]], leaving.signal).catch(() => "left"),
  );
  await untilWaiting(8);
  const { status, json } = await linkrd.control([["text", "a"]]);
  expect(status).toBe(429);
  expect(json).toEqual({
    code: 429,
    data: null,
    message: "8 batches are waiting already: send the next when one was answered",
  });
  leaving.abort();
  expect(await Promise.all(held)).toEqual(Array(9).fill("left"));
  await untilWaiting(0);
  expect((await linkrd.control([["delay", 1]])).status).toBe(200);
});

test("snapshots and status are answered while a batch runs", async () => {
  const leaving = new AbortController();
  const running = linkrd.control([["delay", 600_000]], leaving.signal).catch(() => "left");
  expect((await linkrd.snapshot()).length).toBeGreaterThan(1000);
  leaving.abort();
  expect(await running).toBe("left");
});

test("clients that leave are not logged as faults, and no text is logged", () => {
  expect(linkrd.lines("error").concat(linkrd.lines("warn"))).toEqual([]);
  expect(linkrd.log).not.toContain("Echo");
  expect(linkrd.log).not.toContain("radxa_linkr_");
});
