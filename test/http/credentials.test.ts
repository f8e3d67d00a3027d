import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { ask, openWorld, type World } from "./world.ts";

const SNAPSHOT = "/api/public/snapshot";
const CONTROL = "/api/public/control";
const STATUS = "/api/status";

let world: World;
let good: string;
/** What is sent as Authorization, by what is wrong with it; undefined sends none. */
let wrong: Record<string, string | undefined>;

beforeAll(async () => {
  world = await openWorld();
  good = await world.token("good");
  const revoked = await world.token("revoked");
  await world.store.revokeToken("revoked");
  const deleted = await world.token("deleted");
  await world.store.deleteToken("deleted");
  const expired = await world.token("expired", undefined, Date.now() + 60_000);
  world.time.aheadMs = 120_000;
  const viewer = await world.token("viewer", ["info"]);
  const last = good.at(-1) === "A" ? "B" : "A";
  wrong = {
    "no header": undefined,
    "an empty header": "",
    "a scheme alone": "token",
    "a scheme and a blank": "token ",
    "no scheme": good,
    "another scheme": `Digest ${good}`,
    "two blanks": `token  ${good}`,
    "an unknown token": `token radxa_linkr_${"A".repeat(86)}`,
    "one character changed": `token ${good.slice(0, -1)}${last}`,
    "one character more": `token ${good}A`,
    "one character less": `token ${good.slice(0, -1)}`,
    "the token in upper case": `token ${good.toUpperCase()}`,
    "a megabyte": `token ${"A".repeat(1 << 20)}`,
    "a revoked token": `token ${revoked}`,
    "a deleted token": `token ${deleted}`,
    "an expired token": `token ${expired}`,
    "two tokens": `Bearer ${good}, ${good}`,
    "two credentials": `token ${good}, token ${good}`,
    "a parameter after it": `token ${good} x`,
    "a wrong password": `Basic ${btoa("admin:wrong")}`,
    "Basic without a colon": `Basic ${btoa(good)}`,
    "Basic that is no base64": `Basic ${good}`,
    "the token as user name": `Basic ${btoa(`${good}:`)}`,
    "a token without the ability": `token ${viewer}`,
  };
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

function authorized(header: string | undefined): Record<string, string> {
  return header === undefined ? {} : { authorization: header };
}

describe("a credential that is no good", () => {
  test("has the same answer on the vendor's routes, whatever is wrong with it", async () => {
    const requests = [
      [SNAPSHOT, { method: "GET" }],
      [CONTROL, { method: "POST", body: '{"events":[]}' }],
      [CONTROL, { method: "POST", body: "{ not JSON" }],
    ] as const;
    for (const [path, how] of requests) {
      for (const [what, header] of Object.entries(wrong)) {
        const seen = await ask(world.parts, path, { ...how, headers: authorized(header) });
        expect({ what, path, ...seen }).toEqual({
          what,
          path,
          status: 403,
          headers: {
            "content-type": "application/json;charset=utf-8",
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
            "cross-origin-resource-policy": "same-origin",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
          },
          body: '{"code":403,"data":null,"message":"No Permission"}',
        });
      }
    }
  });

  test("costs the same, wrong, revoked, deleted or expired: the store is asked once", async () => {
    const same = ["an unknown token", "one character changed", "one character more"];
    for (const what of [...same, "a revoked token", "a deleted token", "an expired token"]) {
      const verify = spyOn(world.store, "verify");
      const headers = authorized(wrong[what]);
      expect((await ask(world.parts, SNAPSHOT, { headers })).status).toBe(403);
      expect([what, verify.mock.calls.length]).toEqual([what, 1]);
      verify.mockRestore();
    }
  });

  test("sent in two headers is refused, though both are good", async () => {
    const headers = new Headers();
    headers.append("authorization", `token ${good}`);
    headers.append("authorization", `token ${good}`);
    expect(await ask(world.parts, SNAPSHOT, { headers })).toMatchObject({ status: 403 });
  });

  test("has the challenge of RFC 6750 on linkrd's own routes", async () => {
    const bare = await ask(world.parts, STATUS);
    expect(bare.status).toBe(401);
    expect(bare.headers["www-authenticate"]).toBe('Bearer realm="linkrd"');
    expect(bare.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(bare.body)).toEqual({
      type: "about:blank",
      title: "unauthorized",
      status: 401,
      code: "unauthorized",
      detail: "a token is needed: see README",
    });
    const others = Object.entries(wrong).filter(
      ([what]) => !["no header", "a token without the ability"].includes(what),
    );
    for (const [what, header] of others) {
      const seen = await ask(world.parts, STATUS, { headers: authorized(header) });
      expect([what, seen.status, seen.headers["www-authenticate"]]).toEqual([
        what,
        401,
        'Bearer realm="linkrd", error="invalid_token"',
      ]);
      expect(JSON.parse(seen.body)).toMatchObject({ code: "invalid_token", status: 401 });
    }
  });

  test("names the ability that is missing on linkrd's own routes", async () => {
    const viewer = await world.token("view-only", ["view"]);
    const seen = await ask(world.parts, STATUS, { headers: { authorization: `Bearer ${viewer}` } });
    expect(seen.status).toBe(403);
    expect(seen.headers["www-authenticate"]).toBe(
      'Bearer realm="linkrd", error="insufficient_scope", scope="info"',
    );
    expect(JSON.parse(seen.body)).toMatchObject({ code: "insufficient_scope", status: 403 });
  });
});

describe("a credential that is good", () => {
  test("is taken in each of its forms, the scheme in any case", async () => {
    const basic = btoa(`anybody:${good}`);
    const schemes = ["token", "Token", "TOKEN", "Bearer", "bearer", "BEARER"];
    const headers = [
      ...schemes.map((scheme) => `${scheme} ${good}`),
      ...["Basic", "basic", "BASIC"].map((scheme) => `${scheme} ${basic}`),
      `Basic ${btoa(`:${good}`)}`,
    ];
    for (const authorization of headers) {
      const seen = await ask(world.parts, STATUS, { headers: { authorization } });
      expect([authorization, seen.status]).toEqual([authorization, 200]);
    }
  });

  test("opens what its abilities say and nothing else", async () => {
    const control = await world.token("control-only", ["control"]);
    const headers = { authorization: `token ${control}` };
    const body = '{"events":[]}';
    const statuses = await Promise.all([
      ask(world.parts, CONTROL, { method: "POST", headers, body }),
      ask(world.parts, SNAPSHOT, { headers }),
      ask(world.parts, STATUS, { headers }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 403, 403]);
  });

  test("is not needed on the unix socket, and a wrong one there changes nothing", async () => {
    for (const header of [undefined, "token wrong"]) {
      const headers = authorized(header);
      const seen = await ask(world.parts, STATUS, { headers, peer: undefined });
      expect(seen.status).toBe(200);
    }
  });
});

test("no text of a token is in the log", () => {
  expect(world.log.join("\n")).not.toContain("radxa_linkr_");
});
