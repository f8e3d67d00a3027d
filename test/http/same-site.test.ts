import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { isSameSite } from "../../src/http/same-site.ts";
import { form, Person } from "./person.ts";
import { ask, openWorld, type World } from "./world.ts";

/** What a page of another site makes a browser say. */
const FOREIGN: readonly Record<string, string>[] = [
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "cross-site", origin: "http://127.0.0.1" },
  { origin: "http://evil.example" },
  { origin: "http://127.0.0.1.evil.example" },
  { origin: "http://127.0.0.1:8080" },
  { origin: "null" },
  { origin: "" },
  { origin: "file://" },
];
/** What our own page and scripts say. */
const OURS: readonly Record<string, string>[] = [
  {},
  { "sec-fetch-site": "same-origin" },
  { "sec-fetch-site": "none" },
  { "sec-fetch-site": "same-origin", origin: "http://evil.example" },
  { origin: "http://127.0.0.1" },
  { origin: "https://127.0.0.1" },
];

let world: World;
let admin: Person;

beforeAll(async () => {
  world = await openWorld();
  admin = await Person.enter(world, "admin");
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe("a page of another site", () => {
  test("changes nothing with a browser's cookie, whatever the route's family", async () => {
    const body = { events: [] };
    for (const headers of FOREIGN) {
      const seen = await admin.ask("POST", "/api/public/control", body, headers);
      expect([headers, seen.status]).toEqual([headers, 403]);
      for (const [method, path] of [
        ["POST", "/api/tokens"],
        ["DELETE", "/api/tokens/x"],
        ["PUT", "/api/account/password"],
        ["POST", "/api/auth/logout"],
      ] as const) {
        const answer = await admin.ask(method, path, {}, headers);
        expect([path, headers, answer.status]).toEqual([path, headers, 403]);
      }
    }
    expect((await admin.ask("GET", "/api/account")).status).toBe(200);
  });

  test("cannot log a browser in to an account of its own", async () => {
    const how = form({ user: "admin", passwd: "right" });
    for (const headers of FOREIGN) {
      const seen = await ask(world.parts, "/api/auth/login", {
        ...how,
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
      });
      expect([headers, seen.status]).toEqual([headers, 403]);
      expect(seen.headers["set-cookie"]).toBeUndefined();
      expect(JSON.parse(seen.body)).toMatchObject({ ok: false });
    }
  });

  test("is never told that it may read", async () => {
    for (const path of ["/api/status", "/api/public/snapshot", "/api/auth/check"]) {
      const headers = { origin: "http://evil.example" };
      const seen = await admin.ask("GET", path, undefined, headers);
      expect(Object.keys(seen.headers).filter((name) => name.startsWith("access-"))).toEqual([]);
      const asked = { ...headers, "access-control-request-method": "POST" };
      const preflight = await admin.ask("OPTIONS", path, undefined, asked);
      expect(preflight.status).toBe(405);
      expect(preflight.headers).not.toHaveProperty("access-control-allow-origin");
    }
  });
});

test("our own page, curl and scripts with a cookie are let in", async () => {
  for (const headers of OURS) {
    const seen = await admin.ask("POST", "/api/public/control", { events: [] }, headers);
    expect([headers, seen.status]).toEqual([headers, 200]);
  }
});

test("who sends a token has it, wherever from", async () => {
  const authorization = `token ${await world.token("ci")}`;
  for (const headers of FOREIGN) {
    const how = { method: "POST", headers: { authorization, ...headers }, body: '{"events":[]}' };
    expect((await ask(world.parts, "/api/public/control", how)).status).toBe(200);
  }
});

test("a port that the scheme implies is the same as none", () => {
  for (const [origin, host, same] of [
    ["http://kvm", "kvm", true],
    ["http://kvm", "kvm:80", true],
    ["https://kvm", "kvm:443", true],
    ["https://kvm", "KVM", true],
    ["https://[::1]:8443", "[::1]:8443", true],
    ["https://kvm", "kvm:80", false],
    ["https://kvm:8443", "kvm", false],
    ["https://kvm", "", false],
    ["https://kvm@evil.example", "kvm", false],
  ] as const) {
    expect([origin, host, isSameSite(new Headers({ origin, host }))]).toEqual([origin, host, same]);
  }
});
