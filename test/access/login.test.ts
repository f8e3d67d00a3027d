import { describe, expect, spyOn, test } from "bun:test";
import { Secret, TOTP } from "otpauth";
import { readAudit } from "../../src/access/audit.ts";
import type { Attempt } from "../../src/access/login.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { HERE, openPeople, SECRET, THERE } from "./people.ts";

const PEOPLE = [
  { name: "admin", password: "right" },
  { name: "careful", password: "right", totp: SECRET },
] as const;

function attempt(user: string, password: string, from = HERE, way: Attempt["way"] = "form") {
  return { user, password, from, way };
}

function codeAt(timestamp: number): string {
  return TOTP.generate({ secret: Secret.fromBase32(SECRET), timestamp });
}

describe("a login", () => {
  test("lets in by name and password, and nobody else", async () => {
    await using world = await openPeople(PEOPLE);
    const { login } = world.authority;
    expect((await login.check(attempt("admin", "right")))?.name).toBe("admin");
    for (const [user, password] of [
      ["admin", "wrong"],
      ["admin", ""],
      ["admin", "right "],
      ["nobody", "right"],
      ["", "right"],
      ["admin", "r".repeat(1024 * 1024)],
    ] as const) {
      expect(await login.check(attempt(user, password, HERE))).toBeUndefined();
      world.pass(60_000);
    }
  });

  test("does argon2's work whatever is wrong, so that time tells nothing", async () => {
    await using world = await openPeople(PEOPLE);
    const verify = spyOn(Bun.password, "verify");
    const wrong = [
      attempt("admin", "wrong"),
      attempt("nobody", "wrong"),
      attempt("careful", "1"),
      attempt("careful", "right000000"),
      attempt("admin", "x".repeat(1024 * 1024)),
      attempt("admin", "\0"),
    ];
    for (const each of wrong) {
      expect(await world.authority.login.check(each)).toBeUndefined();
      world.pass(60_000);
    }
    expect(verify.mock.calls.length).toBe(wrong.length);
    for (const [given] of verify.mock.calls) expect(`${given}`.length).toBeLessThanOrEqual(500);
    verify.mockRestore();
  });

  test("checks the password of many requests at once only once", async () => {
    await using world = await openPeople(PEOPLE);
    const { login } = world.authority;
    const verify = spyOn(Bun.password, "verify");
    const all = (...attempts: Attempt[]) => Promise.all(attempts.map((each) => login.check(each)));
    const many = Array.from({ length: 30 }, () => attempt("admin", "right", HERE, "header"));
    for (const user of await all(...many)) expect(user?.name).toBe("admin");
    expect(verify.mock.calls.length).toBe(1);
    await all(attempt("admin", "right"), attempt("nobody", "right"), attempt("admin", "wrong"));
    expect(verify.mock.calls.length).toBe(4);
    world.pass(LIMITS.login_memory_ms + 60_000);
    await all(attempt("nobody", "right"), attempt("nobody", "right"));
    expect(verify.mock.calls.length).toBe(5);
    world.pass(LIMITS.login_memory_ms + 60_000);
    await login.check(attempt("admin", "right"));
    expect(verify.mock.calls.length).toBe(6);
    verify.mockRestore();
  });

  test("takes the code right behind the password, once", async () => {
    await using world = await openPeople(PEOPLE);
    const { login } = world.authority;
    const now = codeAt(world.device.time.system);
    expect(await login.check(attempt("careful", "right"))).toBeUndefined();
    world.pass(2000);
    expect((await login.check(attempt("careful", `right${now}`)))?.name).toBe("careful");
    expect((await login.check(attempt("careful", `right${now}`)))?.name).toBe("careful");
    expect(await login.check(attempt("careful", `right${now}`, THERE))).toBeUndefined();
    world.pass(28_000);
    expect(await login.check(attempt("careful", `right${now}`))).toBeUndefined();
  });

  test("with a wrong password spends no code", async () => {
    await using world = await openPeople(PEOPLE);
    const { login } = world.authority;
    const now = codeAt(world.device.time.system);
    expect(await login.check(attempt("careful", `wrong${now}`, THERE))).toBeUndefined();
    world.pass(1000);
    expect((await login.check(attempt("careful", `right${now}`)))?.name).toBe("careful");
  });

  test("waits after wrong passwords, whichever way it comes, and is not looked at", async () => {
    await using world = await openPeople(PEOPLE);
    const { login } = world.authority;
    const ways = ["form", "header", "basic", "confirmation"] as const;
    for (const way of ways) {
      expect(await login.check(attempt("admin", "wrong", HERE, way))).toBeUndefined();
    }
    for (const way of ways) {
      await expect(login.check(attempt("admin", "right", HERE, way))).rejects.toMatchObject({
        code: "too_many",
        details: { retry_after_seconds: 1 },
      });
    }
    world.pass(1000);
    expect((await login.check(attempt("admin", "right")))?.name).toBe("admin");
  });

  test("does not count when the password changed while it was looked at", async () => {
    await using world = await openPeople(PEOPLE);
    const { login } = world.authority;
    const [user] = await Promise.all([
      login.check(attempt("careful", "right755224")),
      world.store.setTotp("careful", ""),
    ]);
    expect(user).toBeUndefined();
  });

  test("is told of, with no name that is nobody's and no secret", async () => {
    await using world = await openPeople(PEOPLE);
    const { authority } = world;
    await authority.login.check(attempt("hunter2", "Geheim-1"));
    world.pass(60_000);
    await authority.login.check(attempt("admin", "Geheim-2", "2001:db8::1\nlogin ok"));
    world.pass(60_000);
    for (let times = 0; times < 3; times++) {
      await authority.login.check(attempt("admin", "right", HERE, "header"));
    }
    await authority.audit.close();
    const lines = (await readAudit(world.device.stateDir)).map((line) => line.slice(21));
    expect(lines).toEqual([
      "login who=unknown from=192.0.2.1 about=form outcome=refused",
      'login who=admin from="2001:db8::1\\nlogin ok" about=form outcome=refused',
      "login who=admin from=192.0.2.1 about=header outcome=ok",
    ]);
    expect(world.device.lines.join("\n")).not.toMatch(/hunter2|Geheim|right/);
  });
});
