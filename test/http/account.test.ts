import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import { LIMITS } from "../../src/base/limits.ts";
import { Person } from "./person.ts";
import { type Ask, ask, openWorld, type Seen, type World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

beforeEach(() => {
  world.time.aheadMs += LIMITS.login_delay_ms_max + LIMITS.login_memory_ms + 1;
});

function setUp(body: object, how: Ask = {}): Promise<Seen> {
  const text = JSON.stringify(body);
  return ask(world.parts, "/api/setup", { method: "POST", body: text, ...how });
}

function codeOf(secret: string): string {
  const timestamp = Date.now() + world.time.aheadMs;
  return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp });
}

function problemOf({ status, body }: Seen): unknown[] {
  const { code, detail } = JSON.parse(body);
  return [status, code, detail];
}

describe("setup", () => {
  test("refuses what cannot be a user, and stays open", async () => {
    for (const [body, status] of [
      [{}, 400],
      [{ user: "first" }, 400],
      [{ user: "Admin", password: "x" }, 400],
      [{ user: "first\n", password: "x" }, 400],
      [{ user: "a".repeat(33), password: "x" }, 400],
      [{ user: "first", password: "" }, 400],
      [{ user: "first", password: "x\n" }, 400],
      [{ user: "first", password: "x".repeat(501) }, 400],
      [{ user: "first", password: "x".repeat(1 << 20) }, 413],
      [{ user: "first", password: "x", admin: true }, 400],
    ] as const) {
      expect([Object.keys(body), (await setUp(body)).status]).toEqual([Object.keys(body), status]);
    }
    expect(world.store.setupOpen).toBe(true);
  });

  test("is no door for a page of another site, or by another name", async () => {
    const body = { user: "first", password: "right" };
    for (const [headers, status] of [
      [{ origin: "http://evil.example" }, 403],
      [{ "sec-fetch-site": "cross-site" }, 403],
      [{ host: "evil.example" }, 421],
    ] as const) {
      expect((await setUp(body, { headers })).status).toBe(status);
    }
    expect(world.store.setupOpen).toBe(true);
  });

  test("waits for a network that guesses passwords", async () => {
    const headers = { "x-kvmd-user": "any", "x-kvmd-passwd": "any" };
    for (let times = 0; times <= LIMITS.login_free_failures_max; times++) {
      expect((await ask(world.parts, "/api/auth/check", { headers })).status).toBe(403);
    }
    const seen = await setUp({ user: "first", password: "right" });
    expect([seen.status, seen.headers["retry-after"]]).toEqual([429, "1"]);
  });

  test("makes one first user, and is 409 ever after", async () => {
    const both = await Promise.all([
      setUp({ user: "first", password: "right" }),
      setUp({ user: "second", password: "right" }, { peer: "198.51.100.7" }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    expect(world.store.users()).toHaveLength(1);
    for (const body of [{ user: "third", password: "right" }, {}]) {
      expect(problemOf(await setUp(body))).toEqual([
        409,
        "conflict",
        "this device is set up already: log in",
      ]);
    }
    const name = world.store.users()[0]?.name ?? "";
    expect((await new Person(world, name, "right").logIn()).status).toBe(200);
  });

  test("does not open again when the file is lost or emptied", async () => {
    const path = join(world.folder, "access.toml");
    const before = await Bun.file(path).text();
    for (const damage of [() => rm(path), () => Bun.write(path, "")]) {
      await damage();
      const seen = await setUp({ user: "thief", password: "right" });
      expect(seen.status).toBeGreaterThanOrEqual(409);
      await Bun.write(path, before);
    }
    expect(world.store.user("thief")).toBeUndefined();
  });
});

describe("the password", () => {
  test("is changed by who knows it, which ends the other sessions", async () => {
    const anna = await Person.enter(world, "anna");
    const elsewhere = new Person(world, "anna", "right");
    await elsewhere.logIn();
    const body = { password: "right", new_password: "better" };
    const seen = await anna.ask("PUT", "/api/account/password", body);
    expect([seen.status, seen.body]).toEqual([204, ""]);
    expect((await anna.ask("GET", "/api/account")).status).toBe(200);
    expect((await elsewhere.ask("GET", "/api/account")).status).toBe(401);
    expect((await elsewhere.logIn()).status).toBe(403);
    elsewhere.password = "better";
    expect((await elsewhere.logIn()).status).toBe(200);
  });

  test("is not changed without the current one, and guessing it is slow", async () => {
    const ben = await Person.enter(world, "ben");
    const before = world.store.user("ben")?.password;
    const body = { password: "wrong", new_password: "better" };
    for (let times = 0; times <= LIMITS.login_free_failures_max; times++) {
      const seen = await ben.ask("PUT", "/api/account/password", body);
      expect(problemOf(seen)).toEqual([403, "wrong_password", "Wrong Password"]);
    }
    const again = await ben.ask("PUT", "/api/account/password", { ...body, password: "right" });
    expect([again.status, again.headers["retry-after"]]).toEqual([429, "1"]);
    expect((await ben.ask("PUT", "/api/account/password", { new_password: "x" })).status).toBe(400);
    expect(world.store.user("ben")?.password).toBe(before ?? "");
  });

  test("cannot become what is none", async () => {
    const carl = await Person.enter(world, "carl");
    for (const new_password of ["", "x\n", "x".repeat(501)]) {
      const body = { password: "right", new_password };
      expect((await carl.ask("PUT", "/api/account/password", body)).status).toBe(400);
    }
    const body = { password: "right", new_password: "x".repeat(500) };
    expect((await carl.ask("PUT", "/api/account/password", body)).status).toBe(204);
  });
});

describe("the second factor", () => {
  const PATH = "/api/account/totp";

  test("is written once a code shows that the app has it, and ends other sessions", async () => {
    const dora = await Person.enter(world, "dora");
    const elsewhere = new Person(world, "dora", "right");
    await elsewhere.logIn();
    const begun = await dora.ask("POST", PATH, { password: "right" });
    expect([begun.status, begun.headers["cache-control"]]).toEqual([200, "no-store"]);
    const { secret, uri } = JSON.parse(begun.body);
    expect(uri).toStartWith(`otpauth://totp/linkrd:dora?issuer=linkrd&secret=${secret}`);
    expect(world.store.user("dora")?.totp).toBe("");
    const wrong = codeOf(secret) === "000000" ? "000001" : "000000";
    expect((await dora.ask("POST", PATH, { code: wrong })).status).toBe(400);
    expect(world.store.user("dora")?.totp).toBe("");
    expect((await dora.ask("POST", PATH, { code: codeOf(secret) })).status).toBe(204);
    expect(world.store.user("dora")?.totp).toBe(secret);
    expect(JSON.parse((await dora.ask("GET", "/api/account")).body)).toEqual({
      user: "dora",
      totp: true,
    });
    expect((await elsewhere.ask("GET", "/api/account")).status).toBe(401);
    expect((await elsewhere.logIn()).status).toBe(403);
    expect(world.log.join("\n")).not.toContain(secret);
  });

  test("is dropped with password and code, not with the password alone", async () => {
    const emil = await Person.enter(world, "emil");
    const { secret } = JSON.parse((await emil.ask("POST", PATH, { password: "right" })).body);
    await emil.ask("POST", PATH, { code: codeOf(secret) });
    const bare = await emil.ask("DELETE", PATH, { password: "right" });
    expect(problemOf(bare)).toEqual([403, "wrong_password", "Wrong Password"]);
    const password = `right${codeOf(secret)}`;
    expect((await emil.ask("DELETE", PATH, { password })).status).toBe(204);
    expect(world.store.user("emil")?.totp).toBe("");
  });

  test("waits for a code ten minutes, in the session that began it", async () => {
    const fritz = await Person.enter(world, "fritz");
    const elsewhere = new Person(world, "fritz", "right");
    await elsewhere.logIn();
    const { secret } = JSON.parse((await fritz.ask("POST", PATH, { password: "right" })).body);
    expect((await elsewhere.ask("POST", PATH, { code: codeOf(secret) })).status).toBe(409);
    world.time.aheadMs += LIMITS.totp_enrolment_ms_max;
    expect((await fritz.ask("POST", PATH, { code: codeOf(secret) })).status).toBe(409);
    expect(world.store.user("fritz")?.totp).toBe("");
  });
});
