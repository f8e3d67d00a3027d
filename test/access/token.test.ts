import { expect, test } from "bun:test";
import { sha256 } from "@noble/hashes/sha2.js";
import { digestOf, sameDigest } from "../../src/access/digest.ts";
import { formatInstant, parseInstant } from "../../src/access/instant.ts";
import {
  ABILITIES,
  checkAbilities,
  checkTokenName,
  isTokenName,
  isTokenText,
  isUserName,
  mintToken,
  parseExpiry,
  statusOf,
} from "../../src/access/token.ts";
import { NOON } from "./fixture.ts";

test("a token is the prefix and 64 random bytes in base64url", () => {
  const text = mintToken();
  expect(text).toMatch(/^radxa_linkr_[A-Za-z0-9_-]{86}$/);
  const bytes = Uint8Array.fromBase64(text.slice(12), { alphabet: "base64url" });
  expect(bytes.length).toBe(64);
  expect(new Set(Array.from({ length: 100 }, mintToken)).size).toBe(100);
});

test("a token's text is taken in its exact form only", () => {
  const text = mintToken();
  expect(isTokenText(text)).toBe(true);
  const wrong = [`${text}A`, text.slice(1), `${text}\n`, `${text.slice(0, -1)}\n`, `\n${text}`];
  const forms = [text.toUpperCase(), `${text.slice(0, -1)}+`, `${text.slice(0, -1)}=`, ""];
  for (const other of [...wrong, ...forms]) expect(isTokenText(other)).toBe(false);
});

test("names are the vendor's: a-z 0-9 -, ends that are no dash, 1 to 20 characters", () => {
  for (const name of ["a", "0", "ci-deploy-01", "a".repeat(20), "a--b"]) {
    expect(isTokenName(name)).toBe(true);
  }
  const lines = ["a\n", "a\nb", "\na", "a\0", "a\r"];
  const alike = ["\u0430dmin", "a\u200bb", "ａ", "A", "é", "a b", "a_b", "a.b"];
  for (const name of ["", "-a", "a-", "-", "a".repeat(21), ...lines, ...alike]) {
    expect(isTokenName(name)).toBe(false);
    expect(() => checkTokenName(name)).toThrow(/^Invalid Name Format$/);
  }
});

test("user names are those that kvmd takes", () => {
  for (const name of ["admin", "_x", "a@b.c", "a".repeat(32)]) expect(isUserName(name)).toBe(true);
  for (const name of ["", "0a", "a.", "Admin", "a b", "a\n", "a".repeat(33)]) {
    expect(isUserName(name)).toBe(false);
  }
});

test("abilities are a closed list", () => {
  expect(checkAbilities(["metrics", "view", "view"])).toEqual(["view", "metrics"]);
  expect(checkAbilities([])).toEqual([]);
  expect(() => checkAbilities(["view", "admin"])).toThrow('unknown ability "admin"');
  expect(() => checkAbilities(["*"])).toThrow(ABILITIES.join(", "));
});

test("an expiry is a duration, a date or a time after now", () => {
  const day = 86_400_000;
  expect(parseExpiry("90d", NOON)).toBe(NOON + 90 * day);
  expect(parseExpiry("12h", NOON)).toBe(NOON + day / 2);
  expect(parseExpiry("2027-02-19", NOON)).toBe(Date.UTC(2027, 1, 19));
  expect(parseExpiry("2027-02-19T01:00:00+01:00", NOON)).toBe(Date.UTC(2027, 1, 19));
  const never = ["", "90", "d", "-1d", "1.5d", "90 d", "tomorrow", "2027-02-30", "90d\n", "1e3d"];
  for (const text of never) expect(() => parseExpiry(text, NOON)).toThrow("not an expiry");
  for (const text of [
    "0d",
    "2026-11-21",
    "2026-11-21T12:00:00Z",
    "999999999d",
    "9999-12-31T00:00:01Z",
  ]) {
    expect(() => parseExpiry(text, NOON)).toThrow(/expiry/);
  }
});

test("an instant is one that a calendar and a clock show", () => {
  expect(parseInstant("2024-02-29")).toBe(Date.UTC(2024, 1, 29));
  expect(parseInstant("2026-11-21 20:57:00.25Z")).toBe(Date.UTC(2026, 10, 21, 20, 57, 0, 250));
  expect(parseInstant("2026-11-21T20:57:00-02:30")).toBe(Date.UTC(2026, 10, 21, 23, 27));
  expect(formatInstant(parseInstant("0050-01-01") ?? 0)).toBe("0050-01-01T00:00:00Z");
  const days = ["2026-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00"];
  const times = ["2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z"];
  const other = [
    "2026-01-01T00:00:00+24:00",
    "07:00:00",
    "2026-1-1",
    "2026-01-01Z",
    "2026-01-01\n",
  ];
  for (const text of [...days, ...times, ...other]) expect(parseInstant(text)).toBeUndefined();
});

test("status is computed: Revoked, then Expired from its millisecond on, then Active", () => {
  const status = (expires?: number, revoked?: number) => statusOf({ expires, revoked }, NOON);
  expect(status()).toBe("Active");
  expect(status(NOON + 1)).toBe("Active");
  expect(status(NOON)).toBe("Expired");
  expect(status(NOON - 1, NOON + 1)).toBe("Revoked");
});

test("the digest is SHA-256 of the text", () => {
  expect(digestOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const text = mintToken();
  expect(digestOf(text)).toBe(sha256(new TextEncoder().encode(text)).toHex());
  expect(sameDigest(digestOf(text), digestOf(text))).toBe(true);
  expect(sameDigest(digestOf(text), digestOf("abc"))).toBe(false);
  expect(sameDigest(digestOf(text), "")).toBe(false);
});
