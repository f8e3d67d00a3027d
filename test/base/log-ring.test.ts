import { expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { type LogLine, LogRing } from "../../src/base/log-ring.ts";

/** A reader, and what it has read so far. */
function reading(ring: LogRing, sinceMs: number, follow: boolean) {
  const leaving = new AbortController();
  const lines = ring.read(sinceMs, follow, leaving.signal);
  const next = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next();
    return done === true ? undefined : (value as LogLine).text;
  };
  return { next, leave: () => leaving.abort() };
}

test("what was written is read from a time on, and then it ends", async () => {
  const ring = new LogRing();
  for (const [text, atMs] of [
    ["one", 1000],
    ["two", 2000],
    ["three", 3000],
  ] as const) {
    ring.add(text, atMs);
  }
  const all = await Array.fromAsync(ring.read(0, false, new AbortController().signal));
  expect(all[0]).toEqual({ atMs: 1000, unit: "linkrd.service", text: "one" });
  expect(all.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  const { next } = reading(ring, 1001, false);
  expect([await next(), await next(), await next()]).toEqual(["two", "three", undefined]);
  expect(await reading(ring, 3001, false).next()).toBeUndefined();
});

test("a follower waits for more, and for nothing once it has left", async () => {
  const ring = new LogRing();
  ring.add("old", 1000);
  const { next, leave } = reading(ring, 2000, true);
  const first = next();
  ring.add("new", 2000);
  expect(await first).toBe("new");
  const second = next();
  leave();
  expect(await second).toBeUndefined();
  ring.add("newer", 3000);
  expect(await next()).toBeUndefined();
});

test("neither lines nor their length grow without bound, and a slow reader goes on", async () => {
  const ring = new LogRing();
  const { next } = reading(ring, 0, true);
  ring.add("first", 0);
  expect(await next()).toBe("first");
  const over = LIMITS.log_lines_max + 10;
  for (let line = 0; line < over; line++) ring.add(`${line} ${"x".repeat(5000)}`, line);
  const oldest = (await next()) ?? "";
  expect(oldest).toStartWith("10 x");
  expect(oldest.length).toBe(LIMITS.log_line_characters_max);
  const rest = await Array.fromAsync(ring.read(0, false, new AbortController().signal));
  expect(rest.length).toBe(LIMITS.log_lines_max);
});
