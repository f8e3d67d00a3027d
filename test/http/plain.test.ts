import { afterAll, beforeAll, expect, test } from "bun:test";
import type { AppParts } from "../../src/http/app.ts";
import type { PlainPolicy } from "../../src/http/plain.ts";
import { ask, openWorld, type World } from "./world.ts";

const STRANGER = "192.0.2.7";

let world: World;
let token: string;

beforeAll(async () => {
  world = await openWorld();
  token = await world.token("all");
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

function parts(policy: PlainPolicy, https_port = 443): AppParts {
  return { ...world.parts, policy: () => policy, httpsPort: () => https_port };
}

test.each([
  ["127.0.0.1", 200],
  ["::1", 200],
  ["::ffff:127.0.0.1", 200],
  ["100.64.0.1", 200],
  ["100.127.255.255", 200],
  ["::ffff:100.100.1.2", 200],
  ["fd7a:115c:a1e0::1", 200],
  ["100.63.255.255", 403],
  ["100.128.0.0", 403],
  ["192.168.1.2", 403],
  ["::ffff:10.0.0.1", 403],
  ["fd7a:115c:a1e1::1", 403],
  ["fe80::1", 403],
  ["unknown", 403],
])("tailnet: a token is taken in plain text from %s: %d", async (peer, status) => {
  const headers = { authorization: `token ${token}` };
  const seen = await ask(parts("tailnet"), "/api/status", { headers, peer });
  expect(seen.status).toBe(status);
});

test("redirect takes it from nobody, serve from everybody, TLS always", async () => {
  const headers = { authorization: `token ${token}` };
  const status = async (policy: PlainPolicy, how: object) => {
    return (await ask(parts(policy), "/api/status", { headers, ...how })).status;
  };
  expect(await status("redirect", { peer: "127.0.0.1" })).toBe(403);
  expect(await status("serve", { peer: STRANGER })).toBe(200);
  expect(await status("redirect", { peer: STRANGER, secure: true })).toBe(200);
  expect(await status("redirect", { peer: undefined })).toBe(200);
});

test("a page is led to https, at its port", async () => {
  const seen = await ask(parts("redirect", 8443), "/?a=b", { peer: STRANGER });
  expect([seen.status, seen.headers["location"]]).toEqual([308, "https://127.0.0.1:8443/?a=b"]);
  const off = await ask(parts("redirect", 0), "/", { peer: STRANGER });
  expect(off.status).toBe(403);
});

test.each([
  ["/metrics", "authorization"],
  ["/streamer/snapshot", "authorization"],
  ["/streamer/snapshot", "x-kvmd-passwd"],
  ["/", "authorization"],
])(
  "%s with %s is refused and not led on: it would be sent that way for ever",
  async (path, name) => {
    const headers = { [name]: `token ${token}` };
    const seen = await ask(parts("tailnet"), path, { headers, peer: STRANGER });
    expect([seen.status, seen.headers["location"]]).toEqual([403, undefined]);
    expect(seen.body).toContain("plain HTTP is not answered here: use https");
  },
);

test("an API call is refused in the words of its dialect", async () => {
  const seen = await ask(parts("tailnet"), "/api/public/snapshot", { peer: STRANGER });
  expect(JSON.parse(seen.body)).toMatchObject({ code: 403, data: null });
  expect(seen.body).not.toContain("No Permission");
});
