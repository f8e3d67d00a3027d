import { beforeEach, describe, expect, test } from "bun:test";
import { Lease } from "../../src/control/lease.ts";
import type { Party } from "../../src/control/party.ts";
import { partyOf } from "./party.ts";

const A = partyOf("token", "a", "ci-a");
const B = partyOf("token", "b", "ci-b");
const PERSON = partyOf("person", "p", "admin");
const SCRIPT = partyOf("script", "s", "local");

let now: number;
let lease: Lease;

beforeEach(() => {
  now = 1000;
  lease = new Lease(() => now);
});

/** What `party` is refused with, or "free". */
function told(party: Party): unknown {
  try {
    lease.check(party);
    return "free";
  } catch (error) {
    const { code, details } = error as { code: string; details: object };
    return { code, ...details };
  }
}

const refused = (holder: string, reason: string, seconds: number) => ({
  code: "conflict",
  reason,
  holder: { kind: holder },
  retry_after_seconds: seconds,
});

describe("a person", () => {
  test("who uses keys or mouse keeps tokens out, until two seconds after", () => {
    const use = lease.use(PERSON);
    now += 60_000;
    expect(told(A)).toEqual(refused("person", "person active", 2));
    use[Symbol.dispose]();
    now += 1999;
    expect(told(A)).toEqual(refused("person", "person active", 1));
    now += 1;
    expect(told(A)).toBe("free");
  });

  test("is never kept out, by tokens or by people", () => {
    lease.take(A, 60);
    expect(told(PERSON)).toBe("free");
    using _use = lease.use(PERSON);
    expect(told({ ...PERSON, key: "q" })).toBe("free");
  });

  test("takes over, and the token that had the lease is told once", () => {
    lease.take(A, 60);
    lease.take(PERSON, 5);
    expect(lease.state.holder).toEqual({ ...PERSON, expiresMs: 5000 });
    expect(told(B)).toEqual(refused("person", "leased", 5));
    expect(told(A)).toEqual(refused("person", "taken over", 5));
    expect(told(A)).toEqual(refused("person", "leased", 5));
    now += 5000;
    expect(told(A)).toBe("free");
  });

  test("who only uses keys suspends a lease and does not end it", () => {
    lease.take(A, 60);
    lease.use(PERSON)[Symbol.dispose]();
    expect(told(A)).toEqual(refused("person", "person active", 2));
    now += 2000;
    expect([told(A), told(B)]).toEqual(["free", refused("token", "leased", 58)]);
  });

  test("ends a token's lease, which is told even if nobody has it since", () => {
    lease.take(A, 60);
    lease.release(PERSON);
    expect(lease.state.holder).toBeUndefined();
    expect(told(B)).toBe("free");
    expect(() => lease.take(A, 60)).toThrow("a person has taken over");
    lease.take(A, 60);
    expect(lease.state.holder?.key).toBe("a");
  });
});

describe("a token's lease", () => {
  test("keeps other tokens out, is prolonged, and ends by itself", () => {
    lease.take(A, 10);
    expect([told(A), told(B)]).toEqual(["free", refused("token", "leased", 10)]);
    expect(() => lease.take(B, 10)).toThrow("somebody else holds the lease");
    now += 9000;
    lease.take(A, 10);
    now += 9999;
    expect(told(B)).toEqual(refused("token", "leased", 1));
    now += 1;
    expect(told(B)).toBe("free");
    expect(lease.state.holder).toBeUndefined();
  });

  test("is given back by its holder alone, and once is enough", () => {
    lease.take(A, 10);
    expect(() => lease.release(B)).toThrow("somebody else holds the lease");
    lease.release(A);
    lease.release(A);
    lease.release(B);
    expect(told(B)).toBe("free");
  });

  test("ends with its credential, and whoever waits is told", async () => {
    lease.take(A, 10);
    lease.drop("b");
    expect(lease.state.holder?.key).toBe("a");
    const { changed } = lease;
    lease.drop("a");
    await changed;
    expect(told(B)).toBe("free");
  });

  test("is not taken while a person is active", () => {
    lease.use(PERSON)[Symbol.dispose]();
    expect(() => lease.take(A, 10)).toThrow("a person is using keys and mouse");
  });
});

describe("a script", () => {
  test("waits for people and keeps nobody out", () => {
    lease.use(SCRIPT)[Symbol.dispose]();
    expect([told(A), told(PERSON)]).toEqual(["free", "free"]);
    lease.use(PERSON)[Symbol.dispose]();
    expect(told(SCRIPT)).toEqual(refused("person", "person active", 2));
  });

  test("may take the lease from anybody, and end it", () => {
    lease.take(A, 60);
    expect(told(SCRIPT)).toEqual(refused("token", "leased", 60));
    lease.take(SCRIPT, 60);
    expect(told(SCRIPT)).toBe("free");
    expect(told(A)).toEqual(refused("person", "taken over", 60));
    lease.take(PERSON, 60);
    lease.release(SCRIPT);
    expect(lease.state.holder).toBeUndefined();
  });
});
