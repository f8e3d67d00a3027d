import { expect, test } from "bun:test";
import { hashPassword, PasswordChecker } from "../../src/access/password.ts";
import { isPasswordHash } from "../../src/access/phc.ts";
import { LIMITS } from "../../src/base/limits.ts";

test("a hash is argon2id at OWASP's least cost, and its password opens it", async () => {
  const hash = await hashPassword("pass:wörd ");
  expect(hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(isPasswordHash(hash)).toBe(true);
  const checker = new PasswordChecker();
  expect(await checker.check(hash, "pass:wörd ")).toBe(true);
  expect(await checker.check(hash, "pass:wörd")).toBe(false);
});

test("no password fits a user who is not there or has none", async () => {
  const checker = new PasswordChecker();
  expect(await checker.check(undefined, "x")).toBe(false);
  expect(await checker.check("", "x")).toBe(false);
});

test("a password of 1 byte is one; of none, of 1 MiB or with a newline it is not", async () => {
  expect(isPasswordHash(await hashPassword("x"))).toBe(true);
  for (const text of ["", "x".repeat(1024 * 1024), "x\n", "\0"]) {
    await expect(hashPassword(text)).rejects.toMatchObject({ code: "bad_request" });
    expect(await new PasswordChecker().check(undefined, text)).toBe(false);
  }
});

test("nothing of a long password is cut off", async () => {
  const long = "x".repeat(LIMITS.password_characters_max);
  const checker = new PasswordChecker();
  expect(await checker.check(await hashPassword(long), `${long.slice(1)}y`)).toBe(false);
});

test("checks take turns, and more than a few are not let in", async () => {
  const hash = await hashPassword("x");
  const checker = new PasswordChecker();
  const order: number[] = [];
  const checks = Array.from({ length: LIMITS.passwords_waiting_max + 1 }, async (_, at) => {
    expect(await checker.check(hash, "x")).toBe(true);
    order.push(at);
  });
  await expect(checker.check(hash, "x")).rejects.toMatchObject({ code: "too_many" });
  await Promise.all(checks);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(await checker.check(hash, "x")).toBe(true);
});

test("a hash that would cost too much, or is no hash, is not taken", () => {
  const tail = `$${"c2FsdA".repeat(3)}$${"aGFzaA".repeat(7)}`;
  expect(isPasswordHash(`$argon2id$v=19$m=19456,t=2,p=1${tail}`)).toBe(true);
  for (const cost of ["m=999999,t=2,p=1", "m=19456,t=999,p=1", "m=19456,t=2,p=99", "m=1,t=1,p=1"]) {
    expect(isPasswordHash(`$argon2id$v=19$${cost}${tail}`)).toBe(false);
  }
  expect(isPasswordHash(`$argon2i$v=19$m=19456,t=2,p=1${tail}`)).toBe(false);
  expect(isPasswordHash("secret")).toBe(false);
});
