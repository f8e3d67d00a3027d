/** Flaws of WebSockets that other KVMs over IP were shipped with, tried on the built binary. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { KvmdClient } from "./api/kvmd-client.ts";
import { Linkrd } from "./api/linkrd.ts";
import { Viewer } from "./api/viewer.ts";
import { until } from "./lab/guest/run.ts";

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

function watch(headers: Readonly<Record<string, string>> = {}): Viewer {
  const url = `ws://127.0.0.1:${linkrd.port}/api/screen/ws`;
  return new Viewer(url, { authorization: `token ${linkrd.token}`, ...headers });
}

test("13: a page of another site opens no WebSocket, by whichever header it is known", async () => {
  const origins = ["https://evil.example", "null", "http://127.0.0.1:1", "file://"];
  const pages = [
    ...origins.map((origin) => ({ origin })),
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const page of pages) {
    using viewer = watch(page);
    expect([page, await viewer.next()]).toEqual([page, undefined]);
    using client = new KvmdClient(linkrd, { headers: page });
    expect([page, (await client.untilClosed()).code]).toEqual([page, 1006]);
    expect(client.heard).toEqual([]);
  }
  using own = watch({ origin: `http://127.0.0.1:${linkrd.port}` });
  expect(await own.next()).toBe(1);
});

test("37: a flood of messages ends its own connection and nothing else", async () => {
  const before = await linkrd.memoryMiB();
  using other = watch();
  await other.next();
  using viewer = watch();
  await viewer.next();
  for (let times = 0; times < 60_000; times++) viewer.send(Uint8Array.of(9));
  while ((await viewer.next()) !== undefined);
  expect(viewer.closed?.code).toBe(1008);
  await other.next();
  other.acknowledge();
  expect((await linkrd.ask("/api/status")).status).toBe(200);
  expect((await linkrd.memoryMiB()) - before).toBeLessThan(60);
});

const FAST = "more than 2000 messages a second";
/** Of keys either bound is met first. */
const SLOW = /^keys come faster than the host takes them$|^more than/;
const FLOODS: readonly (readonly [what: string, message: string | Uint8Array, reason: RegExp])[] = [
  ["keys", Uint8Array.fromHex("0181001e"), SLOW],
  ["movements", Uint8Array.fromHex("0400ff01"), new RegExp(FAST)],
  ["junk", "{", new RegExp(FAST)],
];

test.each(FLOODS)(
  "37: a flood of %s ends its own connection, says why, and leaves no key down",
  async (_, message, reason) => {
    const before = await linkrd.memoryMiB();
    using other = await KvmdClient.connect(linkrd);
    using client = await KvmdClient.connect(linkrd);
    for (let times = 0; times < 60_000; times++) client.send(message);
    // Whoever else is connected is answered meanwhile.
    await other.read();
    const closed = await client.untilClosed();
    expect([1008, 1013]).toContain(closed.code);
    expect(closed.reason).toMatch(reason);
    const { held } = (await linkrd.status()).hid;
    expect(held).toEqual({ keys: 0, modifiers: 0, buttons: 0 });
    expect((await linkrd.control([["keyboard", "F9", false]])).status).toBe(200);
    expect((await linkrd.memoryMiB()) - before).toBeLessThan(60);
  },
);

test("37: two hundred clients at once are all heard, and gone without a key", async () => {
  const clients = await Promise.all(
    Array.from({ length: 200 }, () => KvmdClient.connect(linkrd, { query: "?stream=0" })),
  );
  for (const client of clients) client.bytes("0101 4b657941");
  for (const client of clients) client.bytes("0101 53686966744c656674");
  await Promise.all(clients.map((client) => client.read()));
  expect(clients.flatMap((client) => client.events("refused"))).toEqual([]);
  for (const client of clients) client[Symbol.dispose]();
  await until("all to be let go", 15, async () => {
    const { keys, modifiers } = (await linkrd.status()).hid.held;
    return keys + modifiers === 0 ? true : undefined;
  });
});

test("37: a message beyond the bound ends its connection", async () => {
  using viewer = watch();
  await viewer.next();
  viewer.send(new Uint8Array(1024 * 1024));
  while ((await viewer.next()) !== undefined);
  expect(viewer.closed).toBeDefined();
  expect((await linkrd.ask("/api/status")).status).toBe(200);
});

test("38: who shows nothing is sent no more, and costs no memory", async () => {
  const viewers = Array.from({ length: 8 }, () => watch());
  for (const viewer of viewers) await viewer.untilOwed(2);
  const before = await linkrd.memoryMiB();
  for (let times = 0; times < 40; times++) await linkrd.snapshot();
  expect(viewers.map((viewer) => viewer.hasMessage)).toEqual(viewers.map(() => false));
  expect((await linkrd.memoryMiB()) - before).toBeLessThan(30);
  for (const viewer of viewers) viewer[Symbol.dispose]();
});
