/** Flaws of WebSockets that other KVMs over IP were shipped with, tried on the built binary. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Linkrd } from "./api/linkrd.ts";
import { Viewer } from "./api/viewer.ts";

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

async function residentMegabytes(): Promise<number> {
  const status = await Bun.file(`/proc/${linkrd.pid}/status`).text();
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
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
  }
  using own = watch({ origin: `http://127.0.0.1:${linkrd.port}` });
  expect(await own.next()).toBe(1);
});

test("37: a flood of messages ends its own connection and nothing else", async () => {
  const before = await residentMegabytes();
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
  expect((await residentMegabytes()) - before).toBeLessThan(60);
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
  for (const viewer of viewers) while (viewer.owed.length < 2) await viewer.next();
  const before = await residentMegabytes();
  for (let times = 0; times < 40; times++) await linkrd.snapshot();
  expect(viewers.map((viewer) => viewer.hasMessage)).toEqual(viewers.map(() => false));
  expect((await residentMegabytes()) - before).toBeLessThan(30);
  for (const viewer of viewers) viewer[Symbol.dispose]();
});
