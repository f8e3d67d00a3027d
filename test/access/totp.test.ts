import { beforeEach, describe, expect, test } from "bun:test";
import { newTotpSecret, TotpChecker, totpOffset, totpUri } from "../../src/access/totp.ts";

/** RFC 6238, appendix B: the ASCII text 12345678901234567890, and the last six of its digits. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const VECTORS: readonly (readonly [seconds: number, code: string])[] = [
  [59, "287082"],
  [1111111109, "081804"],
  [1111111111, "050471"],
  [1234567890, "005924"],
  [2000000000, "279037"],
  [20000000000, "353130"],
];
const HERE = "192.0.2.1";
/** The beginning of a step. */
const STEP = 1234567890_000;
const CODE = "005924";
const NEXT = "590587";

let time: number;
let checker: TotpChecker;

beforeEach(() => {
  time = STEP;
  checker = new TotpChecker(
    () => time,
    () => time - STEP,
  );
});

function accept(how: { code?: string; from?: string; password?: string; user?: string } = {}) {
  const { code = CODE, from = HERE, password = "right", user = "admin" } = how;
  return checker.accept({ user, secret: SECRET, password, code, from });
}

test("codes are those of RFC 6238, one step off at most", () => {
  for (const [seconds, code] of VECTORS) {
    expect(totpOffset(SECRET, code, seconds * 1000)).toBe(0);
    expect(totpOffset(SECRET, code, (seconds + 30) * 1000)).toBe(-1);
    expect(totpOffset(SECRET, code, (seconds - 30) * 1000)).toBe(1);
    expect(totpOffset(SECRET, code, (seconds + 60) * 1000)).toBeUndefined();
    expect(totpOffset(SECRET, code, (seconds - 60) * 1000)).toBeUndefined();
  }
});

test("what is no code is refused, also digits of other scripts and of any length", () => {
  for (const code of [
    "",
    "00592",
    "0059244",
    "٠٠٥٩٢٤",
    "005924\n",
    "-05924",
    "0".repeat(1 << 20),
  ]) {
    expect(totpOffset(SECRET, code, STEP)).toBeUndefined();
  }
});

test("a secret has 160 random bits, and its URI is what apps read", () => {
  const secret = newTotpSecret();
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(newTotpSecret()).not.toBe(secret);
  expect(totpUri("admin@site", SECRET)).toBe(
    `otpauth://totp/linkrd:admin%40site?issuer=linkrd&secret=${SECRET}` +
      "&algorithm=SHA1&digits=6&period=30",
  );
});

describe("a code that was used", () => {
  test("may be sent again by who used it, until its step is over", () => {
    expect(accept()).toBe(true);
    time += 29_999;
    expect(accept()).toBe(true);
    time += 1;
    expect(accept()).toBe(false);
  });

  test("is refused from another network, with another password, for another user", () => {
    expect(accept()).toBe(true);
    expect(accept({ from: "192.0.2.2" })).toBe(false);
    expect(accept({ password: "other" })).toBe(false);
    expect(accept({ user: "other" })).toBe(true);
    expect(accept()).toBe(true);
  });

  test("is good for all of an IPv6 /64", () => {
    expect(accept({ from: "2001:db8::1" })).toBe(true);
    expect(accept({ from: "2001:db8::2" })).toBe(true);
    expect(accept({ from: "2001:db8:1::1" })).toBe(false);
  });

  test("does not come back when the clock is set back", () => {
    time += 30_000;
    expect(accept({ code: NEXT })).toBe(true);
    expect(accept()).toBe(true);
    time += 59_999;
    expect(accept({ code: NEXT })).toBe(false);
    time -= 60_000;
    expect(accept({ code: NEXT, from: "192.0.2.9" })).toBe(false);
  });
});

test("a phone that is ahead keeps its code until its own step is over", () => {
  expect(accept({ code: NEXT })).toBe(true);
  time += 59_999;
  expect(accept({ code: NEXT })).toBe(true);
  time += 1;
  expect(accept({ code: NEXT })).toBe(false);
});
