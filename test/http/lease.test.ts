import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Person } from "./person.ts";
import { ask, openWorld, type World } from "./world.ts";

let world: World;
let one: string;
let other: string;
let admin: Person;

beforeAll(async () => {
  world = await openWorld();
  one = await world.token("one", ["control", "info"]);
  other = await world.token("other", ["control"]);
  admin = await Person.enter(world, "admin");
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** A request by a token, by a person in a session, or by a script at the unix socket. */
async function send(who: string, method: string, path: string, body?: unknown) {
  const credentials: Readonly<Record<string, Record<string, string>>> = {
    person: { cookie: admin.cookie },
    script: {},
  };
  const headers = credentials[who] ?? { authorization: `token ${who}` };
  const how = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const seen = await ask(world.parts, path, who === "script" ? { ...how, peer: undefined } : how);
  return { ...seen, json: seen.body === "" ? undefined : JSON.parse(seen.body) };
}

const lease = (who: string, method: string, body?: unknown) => {
  return send(who, method, "/api/lease", body);
};
const type = (who: string, query = "") => {
  return send(who, "POST", `/api/public/control${query}`, { events: [["text", "a"]] });
};
const status = async () => (await send(one, "GET", "/api/status")).json.control;

describe("the lease", () => {
  test("keeps other tokens out, who learn no name", async () => {
    const nobody = { holder: null, person_active: false };
    expect((await lease(one, "GET")).json).toEqual(nobody);
    const mine = { kind: "token", name: "one", yours: true, expires_in_seconds: 60 };
    const taken = await lease(one, "POST", { seconds: 60 });
    expect([taken.status, taken.json]).toEqual([200, { ...nobody, holder: mine }]);
    const theirs = { kind: "token", yours: false, expires_in_seconds: 60 };
    expect((await lease(other, "GET")).json.holder).toEqual(theirs);
    expect((await lease("person", "GET")).json.holder).toEqual({ ...mine, yours: false });
    expect(await status()).toEqual({
      holder: { kind: "token", expires_in_seconds: 60 },
      person_active: false,
      running: null,
    });
    expect((await type(one)).status).toBe(200);
    const refused = await type(other);
    expect([refused.status, refused.headers["retry-after"], refused.json]).toEqual([
      409,
      "60",
      {
        code: 409,
        data: { reason: "leased", holder: { kind: "token" }, retry_after_seconds: 60 },
        message: "somebody else holds the lease: try again later, or wait with ?wait=SECONDS",
      },
    ]);
    expect((await lease(other, "POST", { seconds: 1 })).json).toMatchObject({ status: 409 });
    expect((await lease(other, "DELETE")).status).toBe(409);
    const patient = type(other, "?wait=60");
    while (world.parts.arbiter.waiting === 0) await new Promise(setImmediate);
    expect((await lease(one, "DELETE")).status).toBe(204);
    expect((await patient).status).toBe(200);
  });

  test("ends with its token", async () => {
    const name = "short";
    const brief = await world.token(name, ["control"]);
    await lease(brief, "POST", { seconds: 60 });
    expect((await type(one)).status).toBe(409);
    await world.store.revokeToken(name);
    expect((await type(one)).status).toBe(200);
  });

  test("is taken over by a person, and its holder is told once", async () => {
    await lease(one, "POST", { seconds: 60 });
    const running = send(one, "POST", "/api/public/control", {
      events: [
        ["keyboard", "KeyA", true],
        ["delay", 600_000],
      ],
    });
    while (world.parts.runner.holdings.keys.length === 0) await new Promise(setImmediate);
    expect((await status()).running).toBe("token");
    expect((await lease("person", "POST", { seconds: 60 })).status).toBe(200);
    expect(world.parts.runner.holdings.keys).toEqual([]);
    expect((await running).json).toMatchObject({ code: 409, data: { reason: "taken over" } });
    expect((await type(one)).json.data).toMatchObject({
      reason: "leased",
      holder: { kind: "person" },
    });
    expect((await lease("person", "DELETE")).status).toBe(204);
    expect((await type(one)).status).toBe(200);
    await lease(one, "POST", { seconds: 60 });
    expect((await lease("person", "DELETE")).status).toBe(204);
    expect((await lease(one, "POST", { seconds: 9 })).json.reason).toBe("taken over");
    expect((await type(one)).status).toBe(200);
  });

  test("is not needed by a person, before whom tokens step back", async () => {
    expect((await type("person")).status).toBe(200);
    const refused = await type(one);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([409, "2"]);
    expect(refused.json.data.reason).toBe("person active");
    expect((await status()).person_active).toBe(true);
    world.time.aheadMs += 2000;
    expect((await type(one)).status).toBe(200);
  });

  test("is taken over by a script, which yields to a person and keeps no token out", async () => {
    expect((await type("script")).status).toBe(200);
    expect((await type(one)).status).toBe(200);
    await lease(one, "POST", { seconds: 60 });
    expect((await type("script")).json.data).toMatchObject({ reason: "leased" });
    expect((await lease("script", "POST", { seconds: 60 })).status).toBe(200);
    expect((await type(one)).json.data).toMatchObject({ reason: "taken over" });
    expect((await type(other)).json.data).toMatchObject({ holder: { kind: "script" } });
    expect((await type("person")).status).toBe(200);
    expect((await type("script")).json.data).toMatchObject({ reason: "person active" });
    expect((await lease("script", "DELETE")).status).toBe(204);
    world.time.aheadMs += 2000;
    expect((await type(other)).status).toBe(200);
  });

  test.each([
    [{}, "seconds: it is missing"],
    [{ seconds: 0 }, "seconds: give a whole number from 1 to 600"],
    [{ seconds: 601 }, "seconds: give a whole number from 1 to 600"],
    [{ seconds: 1.5 }, "seconds: give a whole number from 1 to 600"],
    [{ seconds: "9" }, "seconds: give a number"],
    [{ seconds: 9, name: "x" }, "name: unknown key: leave it out"],
  ])("%j is refused", async (body, detail) => {
    const { status: code, json } = await lease(one, "POST", body);
    expect([code, json.detail]).toEqual([400, detail]);
  });

  test.each(["61", "-1", "x"])("is waited for within bounds: wait=%s", async (wait) => {
    const { json } = await type(one, `?wait=${wait}`);
    expect(json.message).toBe("wait: give a whole number from 0 to 60");
  });
});
