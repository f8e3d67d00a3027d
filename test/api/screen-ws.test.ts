import { afterAll, beforeAll, expect, test } from "bun:test";
import { Linkrd, SIZE } from "./linkrd.ts";
import { show, Viewer } from "./viewer.ts";

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
});

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

function watch(token = linkrd.token, headers: Readonly<Record<string, string>> = {}): Viewer {
  const url = `ws://127.0.0.1:${linkrd.port}/api/screen/ws`;
  return new Viewer(url, { authorization: `token ${token}`, ...headers });
}

/** Rows without the clock and the frame counter at the top, which never stand still. */
function still({ width, rgb }: { width: number; rgb: Uint8Array }): Buffer {
  return Buffer.from(rgb.subarray(32 * width * 3));
}

test("what a viewer put together is what a snapshot shows, to the pixel", async () => {
  using viewer = watch();
  expect(await viewer.next()).toBe(1);
  expect([viewer.picture.width, viewer.picture.height]).toEqual([SIZE.width, SIZE.height]);
  await linkrd.control([["text", "delta"]]);
  const shown = show(await linkrd.snapshot());
  for (let times = 0; !still(viewer.picture).equals(still(shown)); times++) {
    expect(times).toBeLessThan(100);
    await viewer.next();
    viewer.acknowledge();
  }
});

test("a change costs what changed, not the picture", async () => {
  using viewer = watch();
  await viewer.next();
  await viewer.next();
  viewer.acknowledge();
  const first = viewer.received;
  for (let times = 0; times < 10; times++) {
    await viewer.next();
    viewer.acknowledge();
  }
  // The clock and the frame counter lie in two strips of 23.
  expect((viewer.received - first) / 10).toBeLessThan(first / 4);
});

test("no more than two messages come without an acknowledgement, then the newest", async () => {
  using viewer = watch();
  await viewer.untilOwed(2);
  await linkrd.control([["text", "x"]]);
  // Frames come and go for this long; a snapshot each time shows that they do.
  for (let times = 0; times < 10; times++) await linkrd.snapshot();
  expect([viewer.hasMessage, viewer.owed]).toEqual([false, [1, 2]]);
  viewer.acknowledge();
  await viewer.next();
  const shown = show(await linkrd.snapshot());
  expect(still(viewer.picture).equals(still(shown))).toBe(true);
});

test.each([
  ["text", "hello"],
  ["another kind", Uint8Array.of(2, 0, 0, 0, 0)],
  ["a number that was not sent", Uint8Array.of(1, 255, 255, 0, 0)],
  ["an acknowledgement cut short", Uint8Array.of(1, 0)],
])("%s ends it with 1008", async (_, message) => {
  using viewer = watch();
  await viewer.next();
  viewer.send(message);
  while ((await viewer.next()) !== undefined);
  expect(viewer.closed).toEqual({ code: 1008, reason: "not an acknowledgement" });
});

test("a token that is revoked ends it with 4401", async () => {
  const token = await linkrd.newToken("viewer");
  using viewer = watch(token);
  await viewer.next();
  await linkrd.cli("token", "revoke", "viewer");
  while ((await viewer.next()) !== undefined) viewer.acknowledge();
  expect(viewer.closed).toEqual({ code: 4401, reason: "signed out" });
});

test("it is refused without a token, and to a page of another site", async () => {
  for (const viewer of [
    watch("radxa_linkr_x"),
    watch(linkrd.token, { origin: "https://evil.example" }),
  ]) {
    expect(await viewer.next()).toBeUndefined();
    expect(viewer.closed?.code).toBe(1006);
  }
});

test("what is no WebSocket is told so", async () => {
  const { status, json } = await linkrd.ask("/api/screen/ws");
  expect([status, json]).toMatchObject([426, { code: "upgrade_required" }]);
});
