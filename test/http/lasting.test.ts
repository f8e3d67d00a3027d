import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { hashPassword } from "../../src/access/password.ts";
import { Person } from "./person.ts";
import { ask, openWorld, type Seen, type World } from "./world.ts";

/** Holds a key, and then waits for ten minutes. */
const LONG = '{"events":[["keyboard","KeyA",true],["delay",600000]]}';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Resolves when the key of the batch is down. */
async function pressed(): Promise<void> {
  const { runner } = world.parts;
  while (runner.holdings.keys.length === 0) await new Promise(setImmediate);
}

describe("a batch ends midway, and its keys are let go", () => {
  function send(headers: Record<string, string>): Promise<Seen> {
    return ask(world.parts, "/api/public/control", { method: "POST", headers, body: LONG });
  }

  async function expectEnded(batch: Promise<Seen>): Promise<void> {
    const { status, body } = await batch;
    expect([status, body]).toEqual([403, '{"code":403,"data":null,"message":"No Permission"}']);
    expect(world.parts.runner.holdings).toEqual({ keys: [], modifiers: 0, buttons: 0 });
  }

  test("when its token is revoked", async () => {
    const batch = send({ authorization: `token ${await world.token("ci")}` });
    await pressed();
    await world.store.revokeToken("ci");
    await expectEnded(batch);
  });

  test("when its token is deleted, while it waits for its turn too", async () => {
    const authorization = `token ${await world.token("first")}`;
    const second = `token ${await world.token("second")}`;
    const running = send({ authorization });
    await pressed();
    const waiting = send({ authorization: second });
    while (world.parts.arbiter.waiting === 0) await new Promise(setImmediate);
    await world.store.deleteToken("second");
    expect((await waiting).status).toBe(403);
    expect(world.parts.runner.holdings.keys).toHaveLength(1);
    await world.store.deleteToken("first");
    await expectEnded(running);
  });

  test("when its user logs out elsewhere, or the password changes", async () => {
    const admin = await Person.enter(world, "admin");
    const loggedOut = send({ cookie: admin.cookie });
    await pressed();
    await admin.ask("POST", "/api/auth/logout");
    await expectEnded(loggedOut);
    await admin.logIn();
    const changed = send({ cookie: admin.cookie });
    await pressed();
    await world.store.setPassword("admin", await hashPassword("new"));
    await expectEnded(changed);
  });
});
