import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import { LIMITS } from "../../src/base/limits.ts";
import { createApp, routes } from "../../src/http/app.ts";
import { isKvmdPath, kvmd } from "../../src/http/kvmd/dialect.ts";
import { type Listener, listenTcp } from "../../src/http/serve.ts";
import { ask, openWorld, type World } from "./world.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** What a GET without parameters is answered, where that is not 200. */
const UNUSUAL = new Map([
  ["/api/screen/ws", 426],
  ["/api/msd/read", 400],
  ["/api/media/ws", 400],
  ["/api/ws", 400],
  ["/redfish/v1/Systems/:id", 400],
  ["/api/redfish/v1/Systems/:id", 400],
]);
const SECURITY = {
  // A page of ours may have the one style that is its own.
  "content-security-policy": expect.stringMatching(
    /^default-src 'none';(?: style-src 'sha256-[\w+/=]+';)? frame-ancestors 'none'$/,
  ),
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

let world: World;
let headers: { authorization: string };
let listener: Listener;

beforeAll(async () => {
  world = await openWorld();
  headers = { authorization: `token ${await world.token("all")}` };
  listener = listenTcp(createApp(world.parts), "127.0.0.1", 0);
});

afterAll(async () => {
  await listener.stop();
  await world[Symbol.asyncDispose]();
});

/** Each path of the table with the methods that it takes. */
function doors(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, method } of routes(world.parts)) {
    found.set(path, [...(found.get(path) ?? []), method]);
  }
  return found;
}

describe("every route of the table", () => {
  test("is refused without a credential and with a wrong one, whatever it is asked", async () => {
    const open = routes(world.parts).filter(({ access }) => access === "open");
    expect(open.map(({ path }) => path)).toEqual([
      "/redfish/v1",
      "/api/redfish/v1",
      "/api/auth/login",
      "/api/auth/check",
      "/api/auth/logout",
      "/api/setup",
      "/api/setup",
      "/",
      "/assets/main-0.js",
    ]);
    for (const { path, method, dialect, access } of routes(world.parts)) {
      if (access === "open") continue;
      const none = await ask(world.parts, path, { method });
      expect([path, none.status]).toEqual([path, dialect.refuse("no credential").status]);
      expect([401, 403]).toContain(none.status);
      const stranger =
        dialect.document === kvmd.document
          ? { cookie: `auth_token=${"0".repeat(64)}` }
          : { authorization: "token x" };
      const wrong = await ask(world.parts, path, { method, headers: stranger });
      expect([path, wrong.status]).toEqual([path, dialect.refuse("bad credential").status]);
      expect([401, 403]).toContain(wrong.status);
    }
  });

  test("refuses other methods with 405 and says which it takes", async () => {
    expect(doors().size).toBeGreaterThanOrEqual(3);
    for (const [path, taken] of doors()) {
      const allow = taken.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
      for (const method of METHODS.filter((other) => !taken.includes(other))) {
        const seen = await ask(world.parts, path, { method, headers });
        const expected = [path, method, 405, allow.join(", ")];
        expect([path, method, seen.status, seen.headers["allow"]]).toEqual(expected);
        expect(seen.body).toContain(
          isKvmdPath(path) ? "405: Method Not Allowed" : allow.join(", "),
        );
      }
    }
  });

  test("answers HEAD as GET, with its length and without its body", async () => {
    for (const [path, methods] of doors()) {
      const url = `${listener.address}${path}`;
      const head = await fetch(url, { method: "HEAD", headers });
      if (!methods.includes("GET")) {
        expect([path, head.status]).toEqual([path, 405]);
        continue;
      }
      const enough = new AbortController();
      const get = await fetch(url, { headers, signal: enough.signal });
      const { access } = routes(world.parts).find((route) => route.path === path) ?? {};
      const isRefused = access === "session" || access === "person";
      const expected = UNUSUAL.get(path) ?? (isRefused ? 403 : 200);
      expect([path, head.status, get.status]).toEqual([path, expected, expected]);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
      // The runtime tells the length of a short log, which it has read to its end.
      const isStreamed = path === "/api/log" || get.headers.get("content-length") === null;
      expect([path, head.headers.has("content-length")]).toEqual([path, !isStreamed]);
      if (!isStreamed) {
        expect(Number(head.headers.get("content-length"))).toBeGreaterThan(30);
        expect((await head.bytes()).length).toBe(0);
      }
      enough.abort();
    }
  });

  test("leaves no viewer behind when HEAD was asked of the stream", async () => {
    for (let times = 0; times <= LIMITS.viewers_max; times++) {
      const url = `${listener.address}/api/public/stream`;
      expect((await fetch(url, { method: "HEAD", headers })).status).toBe(200);
    }
  });

  test("has the security headers on every answer", async () => {
    // The page has a policy of its own: test/http/page.test.ts.
    const paths = [...doors().keys()].filter((path) => path.startsWith("/api/"));
    const asked = [
      ...paths.map((path) => ask(world.parts, path, { headers })),
      ...paths.map((path) => ask(world.parts, path)),
      ask(world.parts, "/nothing", { headers }),
      ask(world.parts, "/api/public/nothing"),
      ask(world.parts, "/", { headers: { host: "evil.example" } }),
      ask(world.parts, "/api/status?x=1", { method: "TRACE" }),
    ];
    for (const { status, headers: answered } of await Promise.all(asked)) {
      expect({ status, ...answered }).toMatchObject(SECURITY);
      expect(answered["cache-control"]).toMatch(/no-store|no-cache/);
    }
  });
});

test("an address without a route is 404, in the dialect of its family", async () => {
  const own = await ask(world.parts, "/api/nothing");
  expect([own.status, own.headers["content-type"]]).toEqual([404, "application/problem+json"]);
  expect(JSON.parse(own.body)).toMatchObject({ status: 404, code: "not_found" });
  const linkr = await ask(world.parts, "/api/public/nothing");
  expect(linkr.status).toBe(404);
  expect(JSON.parse(linkr.body)).toMatchObject({ code: 404, data: null });
  for (const path of ["/api/status/", "//api/status", "/api/status%2f", "/API/STATUS"]) {
    expect([path, (await ask(world.parts, path, { headers })).status]).toEqual([path, 404]);
  }
});

test("a fault that nobody foresaw is logged whole and told as little as possible", async () => {
  const usbPort = () => {
    throw new Error("secret of the machine", { cause: new Error("deep down") });
  };
  const seen = await ask({ ...world.parts, usbPort }, "/api/status", { headers });
  expect(seen.status).toBe(500);
  expect(JSON.parse(seen.body)).toEqual({
    type: "about:blank",
    title: "internal",
    status: 500,
    code: "internal",
    detail: "linkrd failed at this request: its log says why",
  });
  expect(world.log.at(-1)).toBe("error linkrd: a request failed: secret of the machine: deep down");
});

describe("the guard of the Host header", () => {
  const mine = hostname();

  test.each([
    "127.0.0.1",
    "127.0.0.1:8080",
    "192.0.2.1:80",
    "[::1]",
    "[::1]:8080",
    "[2001:db8::1]:443",
    "localhost",
    "LOCALHOST:8080",
    mine,
    `${mine}.local:80`,
    `${mine.toUpperCase()}.LOCAL`,
    "kvm.example.org",
    "KVM.Example.Org:8443",
  ])("lets %s in", async (host) => {
    const seen = await ask(world.parts, "/api/status", { headers: { ...headers, host } });
    expect(seen.status).toBe(200);
  });

  test.each([
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.localhost",
    "www.kvm.example.org",
    "kvm.example.org.",
    "kvm.example.org:80:80",
    "kvm.example.org:",
    "127.0.0.1, evil.example",
    "evil.example@127.0.0.1",
    "[::1",
    "[kvm]:80",
    "2130706433",
    "0x7f.1",
    "",
  ])("keeps %p out", async (host) => {
    const seen = await ask(world.parts, "/api/status", { headers: { ...headers, host } });
    expect(seen.status).toBe(421);
    expect(JSON.parse(seen.body)).toMatchObject({ code: "misdirected", status: 421 });
    if (host !== "") expect(seen.body).not.toContain(host);
  });

  test("does not ask on the unix socket", async () => {
    const how = { headers: { host: "whatever" }, peer: undefined };
    expect(await ask(world.parts, "/api/status", how)).toMatchObject({ status: 200 });
  });
});
