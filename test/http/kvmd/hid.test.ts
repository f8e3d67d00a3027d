/** What the conformance rows cannot show: who may what, and a host that takes nothing. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Fault } from "../../../src/base/fault.ts";
import { Person } from "../person.ts";
import { ask, openWorld, type World } from "../world.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function send(token: string, method: string, path: string, body?: string) {
  const headers = { authorization: `token ${token}` };
  const how = { method, headers, ...(body === undefined ? {} : { body }) };
  const seen = await ask(world.parts, path, how);
  return { ...seen, json: JSON.parse(seen.body) };
}

describe("abilities", () => {
  const events = [
    "/api/hid/events/send_key?key=KeyA",
    "/api/hid/print",
    "/api/hid/reset",
    "/api/hid/set_params?jiggler=0",
    "/api/hid/set_connected?connected=0",
  ];

  test.each(["info", "view", "control"])(
    "a token with %s alone reads the state",
    async (ability) => {
      const token = await world.token(`reads-${ability}`, [ability]);
      for (const path of ["/api/hid", "/api/hid/keymaps", "/api/hid/inactivity"]) {
        expect([path, (await send(token, "GET", path)).status]).toEqual([path, 200]);
      }
      for (const path of events) {
        const { status } = await send(token, "POST", path, "a");
        expect([path, status]).toEqual([path, ability === "control" ? 200 : 403]);
      }
    },
  );

  test("one with neither does not", async () => {
    const token = await world.token("blind", ["log", "metrics", "power", "media"]);
    expect((await send(token, "GET", "/api/hid")).status).toBe(403);
  });
});

test("a token waits for a person, and is told so", async () => {
  const token = await world.token("polite", ["control"]);
  const path = "/api/hid/events/send_mouse_move?to_x=0&to_y=0";
  const admin = await Person.enter(world, "admin");
  await admin.ask("POST", path);
  const { status, headers, json } = await send(token, "POST", path);
  expect([status, headers["retry-after"], json.result.error]).toEqual([409, "2", "ConflictError"]);
  world.time.aheadMs += 2000;
  expect((await send(token, "POST", path)).status).toBe(200);
});

test("a host that takes nothing is told with its reason, where kvmd says yes", async () => {
  const token = await world.token("sleepy", ["control"]);
  const { hid } = world.parts;
  hid.fail("the test says so");
  const original = hid.send;
  hid.send = async () => {
    throw new Fault("no_hid", "the host takes no input: it sleeps");
  };
  const { status, json } = await send(token, "POST", "/api/hid/print", "abc");
  expect([status, json.result]).toEqual([
    503,
    { error: "UnavailableError", error_msg: "the host takes no input: it sleeps" },
  ]);
  const state = await send(token, "GET", "/api/hid");
  expect(state.json.result).toMatchObject({
    online: false,
    keyboard: { online: false },
    mouse: { online: false },
  });
  hid.send = original;
  expect((await send(token, "POST", "/api/hid/reset")).status).toBe(200);
  expect((await send(token, "GET", "/api/hid")).json.result.online).toBe(true);
});

test("a text that stops midway says how much of it was typed", async () => {
  const token = await world.token("long", ["control"]);
  const { hid } = world.parts;
  const original = hid.send;
  let reports = 0;
  hid.send = async (sent) => {
    reports += sent.length;
    if (reports > 2 * 1024) throw new Fault("no_hid", "it sleeps");
  };
  const { status, json } = await send(token, "POST", "/api/hid/print?limit=0", "ab".repeat(1000));
  hid.send = original;
  expect([status, json.result.error_msg]).toEqual([
    503,
    "1024 characters were typed, then: it sleeps",
  ]);
});

test("a text ends with its client", async () => {
  const token = await world.token("leaves", ["control"]);
  const leaving = new AbortController();
  const typing = ask(world.parts, "/api/hid/print?delay=5", {
    method: "POST",
    headers: { authorization: `token ${token}` },
    body: "abc",
    signal: leaving.signal,
  });
  while (world.parts.arbiter.state.running === undefined) await new Promise(setImmediate);
  leaving.abort();
  expect((await typing).status).toBe(503);
  expect(world.parts.arbiter.state.running).toBeUndefined();
});
