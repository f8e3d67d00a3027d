import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { chmod, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS } from "../../src/base/limits.ts";
import { Person } from "./person.ts";
import { ask, openWorld, type Seen, type World } from "./world.ts";

let world: World;
let admin: Person;

beforeAll(async () => {
  world = await openWorld();
  admin = await Person.enter(world, "admin");
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

beforeEach(() => {
  world.time.aheadMs += LIMITS.login_delay_ms_max + LIMITS.login_memory_ms + 1;
});

function create(wish: object): Promise<Seen> {
  return admin.ask("POST", "/api/tokens", { password: "right", ...wish });
}

function problemOf({ status, body }: Seen): unknown[] {
  const { code, detail } = JSON.parse(body);
  return [status, code, detail];
}

async function list(): Promise<Record<string, unknown>[]> {
  return JSON.parse((await admin.ask("GET", "/api/tokens")).body).tokens;
}

async function status(token: string): Promise<number> {
  const headers = { authorization: `token ${token}` };
  return (await ask(world.parts, "/api/status", { headers })).status;
}

describe("POST /api/tokens", () => {
  test("answers with the plaintext, once, which nothing keeps", async () => {
    const expires = new Date(Date.now() + world.time.aheadMs + 86_400_000).toISOString();
    const seen = await create({ name: "ci-1", abilities: ["info", "view"], expires });
    expect([seen.status, seen.headers["cache-control"]]).toEqual([201, "no-store"]);
    const made = JSON.parse(seen.body);
    expect(made).toMatchObject({
      name: "ci-1",
      user: "admin",
      status: "Active",
      abilities: ["view", "info"],
      last_used: null,
      last_used_from: null,
    });
    expect(made.token).toMatch(/^radxa_linkr_[A-Za-z0-9_-]{86}$/);
    expect(await status(made.token)).toBe(200);
    const [row] = await list();
    expect(row).toEqual({
      ...made,
      token: undefined,
      last_used: expect.any(String),
      last_used_from: "192.0.2.7",
    });
    expect(row).not.toHaveProperty("token");
    const kept = await readFile(join(world.folder, "access.toml"), "utf8");
    for (const text of [kept, world.log.join("\n"), JSON.stringify(await list())]) {
      expect(text).not.toContain(made.token);
    }
  });

  test("gives all abilities and no end where none are named", async () => {
    const made = JSON.parse((await create({ name: "all", expires: null })).body);
    expect(made.abilities).toEqual(["view", "control", "info", "log", "power", "media", "metrics"]);
    expect(made.expires).toBeNull();
  });

  test("refuses names in the vendor's words", async () => {
    const names = ["", "a".repeat(21), "A", "-a", "a-", "a b", "a_b", "a\nb", "a\0", "аdmin", "ａ"];
    for (const name of names) {
      const answer = problemOf(await create({ name }));
      expect([name, ...answer]).toEqual([name, 400, "bad_request", "Invalid Name Format"]);
    }
    expect((await create({ name: "twice" })).status).toBe(201);
    const again = problemOf(await create({ name: "twice" }));
    expect(again).toEqual([409, "conflict", "Name Already Exists"]);
  });

  test("asks for the password, slowly when it is wrong", async () => {
    const wrong = { name: "no", password: "wrong" };
    const refused = [403, "wrong_password", "Wrong Password"];
    for (let times = 0; times <= LIMITS.login_free_failures_max; times++) {
      expect(problemOf(await create(wrong))).toEqual(refused);
    }
    const again = await create({ name: "no" });
    expect([again.status, again.headers["retry-after"]]).toEqual([429, "1"]);
    expect(JSON.parse(again.body)).toMatchObject({ code: "too_many", retry_after_seconds: 1 });
    world.time.aheadMs += 1000;
    expect((await create({ name: "no-2", password: "right" })).status).toBe(201);
    expect(await list()).not.toContainEqual(expect.objectContaining({ name: "no" }));
  });

  test("refuses what it does not understand, and names it", async () => {
    for (const [wish, says] of [
      [{}, "name: it is missing"],
      [{ name: 1 }, "name: give a string"],
      [{ name: "x", password: 1 }, "password: give a string"],
      [{ name: "x", abilities: "view" }, "abilities: give an array"],
      [{ name: "x", abilities: [1] }, "abilities.0: give a string"],
      [{ name: "x", abilities: ["admin"] }, 'unknown ability "admin"'],
      [{ name: "x", expires: "2026-02-30" }, "not an expiry"],
      [{ name: "x", expires: "2020-01-01" }, "that expiry cannot be"],
      [{ name: "x", expires: 5 }, "expires: give a string"],
      [{ name: "x", expires: "" }, "not an expiry"],
      [{ name: "x", admin: true }, "admin: unknown key: leave it out"],
    ] as const) {
      const [code, , detail] = problemOf(await create(wish));
      expect([wish, code]).toEqual([wish, 400]);
      expect(detail).toContain(says);
    }
    for (const body of [[], "x", null]) {
      expect((await admin.ask("POST", "/api/tokens", body)).status).toBe(400);
    }
  });
});

describe("a token that is ended", () => {
  test("is refused at once; revoked it keeps its row, deleted it is gone", async () => {
    const made = JSON.parse((await create({ name: "end" })).body);
    expect(await status(made.token)).toBe(200);
    const revoked = await admin.ask("POST", "/api/tokens/end/revoke");
    expect([revoked.status, JSON.parse(revoked.body).status]).toEqual([200, "Revoked"]);
    expect(await status(made.token)).toBe(401);
    expect(await list()).toContainEqual(
      expect.objectContaining({ name: "end", status: "Revoked" }),
    );
    const gone = await admin.ask("DELETE", "/api/tokens/end");
    expect([gone.status, gone.body]).toEqual([204, ""]);
    expect(await list()).not.toContainEqual(expect.objectContaining({ name: "end" }));
    expect(await status(made.token)).toBe(401);
  });

  test("by a name that nobody has is 404", async () => {
    for (const name of ["nobody", "A", "a%0Ab", "x".repeat(5000), "..%2F..%2Fetc"]) {
      expect((await admin.ask("POST", `/api/tokens/${name}/revoke`)).status).toBe(404);
      expect((await admin.ask("DELETE", `/api/tokens/${name}`)).status).toBe(404);
    }
  });
});

test("a token can never make, list or change tokens, users or settings", async () => {
  const all = await world.token("mighty");
  const asked = [
    ["GET", "/api/tokens"],
    ["POST", "/api/tokens"],
    ["POST", "/api/tokens/all/revoke"],
    ["DELETE", "/api/tokens/all"],
    ["GET", "/api/account"],
    ["PUT", "/api/account/password"],
    ["POST", "/api/account/totp"],
    ["DELETE", "/api/account/totp"],
  ] as const;
  for (const [method, path] of asked) {
    for (const authorization of [
      `token ${all}`,
      `Bearer ${all}`,
      `Basic ${btoa(`admin:${all}`)}`,
    ]) {
      for (const cookie of [{}, { cookie: admin.cookie }]) {
        const headers = { authorization, ...cookie };
        const seen = await ask(world.parts, path, { method, headers });
        expect([path, seen.status]).toEqual([path, 403]);
        expect(JSON.parse(seen.body)).toMatchObject({ code: "insufficient_scope" });
        expect(seen.headers["www-authenticate"]).toBe(
          'Bearer realm="linkrd", error="insufficient_scope"',
        );
      }
    }
    const local = await ask(world.parts, path, { method, peer: undefined });
    // The command line lists tokens over the unix socket; all else it does on the file itself.
    const mayList = method === "GET" && path === "/api/tokens";
    expect([method, path, local.status]).toEqual([method, path, mayList ? 200 : 403]);
    const password = { authorization: `Basic ${btoa("admin:right")}` };
    expect((await ask(world.parts, path, { method, headers: password })).status).toBe(401);
  }
});

test("a credential in the Authorization header beats the cookie, and fails closed", async () => {
  const path = "/api/tokens";
  for (const authorization of ["", "token", "token x", "Bearer a, b", "Basic x", "Digest x"]) {
    const seen = await admin.ask("GET", path, undefined, { authorization });
    expect([authorization, seen.status]).toEqual([authorization, 401]);
  }
  const bad = await ask(world.parts, path, { headers: { cookie: "auth_token=x" } });
  expect([bad.status, JSON.parse(bad.body).code]).toEqual([401, "invalid_token"]);
});

test("a token that asks too often is 429 for a while, and others are not slowed", async () => {
  const [hasty, calm] = [await world.token("hasty"), await world.token("calm")];
  let taken = 0;
  while ((await status(hasty)) === 200) taken++;
  expect(taken).toBeGreaterThanOrEqual(LIMITS.token_requests_max);
  expect(taken).toBeLessThan(2 * LIMITS.token_requests_max);
  expect(await status(calm)).toBe(200);
  world.time.aheadMs += 1000;
  expect(await status(hasty)).toBe(200);
});

test("a file that is at fault takes no new token, and says where it is wrong", async () => {
  const path = join(world.folder, "access.toml");
  const before = await readFile(path, "utf8");
  await Bun.write(path, `${before}\n[[token]]\nname = "all"\nsha256 = "${"0".repeat(63)}"\n`);
  const seen = await create({ name: "new" });
  expect(seen.status).toBe(500);
  expect(JSON.parse(seen.body)).toMatchObject({ code: "bad_config" });
  expect(await readFile(path, "utf8")).toEndWith(`${"0".repeat(63)}"\n`);
  await Bun.write(path, before);
  await chmod(path, 0o600);
  expect((await create({ name: "new" })).status).toBe(201);
  await rm(path);
  expect((await create({ name: "newer" })).status).toBeGreaterThanOrEqual(500);
  await Bun.write(path, before);
});
