import { expect, test } from "bun:test";
import { type Session, Sessions } from "../../src/access/session.ts";
import { LIMITS } from "../../src/base/limits.ts";

function setUp() {
  const clock = { now: 0 };
  const sessions = new Sessions(() => clock.now);
  const ended: string[] = [];
  sessions.onEnd(({ user }: Session) => ended.push(user));
  return { clock, sessions, ended };
}

test("a session is 64 hexadecimal digits, its own each time, and found by nothing else", () => {
  const { sessions } = setUp();
  const text = sessions.begin("admin", "hash", 0);
  expect(text).toMatch(/^[0-9a-f]{64}$/);
  expect(sessions.begin("admin", "hash", 0)).not.toBe(text);
  expect(sessions.find(text)).toMatchObject({ user: "admin" });
  const key = sessions.find(text)?.key ?? "";
  expect(sessions.check(key)?.user).toBe("admin");
  for (const other of [key, text.toUpperCase(), `${text}\n`, text.slice(1), ""]) {
    expect(sessions.find(other)).toBeUndefined();
  }
});

test("it ends when its time is over, used or not", () => {
  const { clock, sessions, ended } = setUp();
  const text = sessions.begin("admin", "hash", 10_000);
  clock.now = 9_999;
  expect(sessions.find(text)).toBeDefined();
  clock.now = 10_000;
  expect(sessions.find(text)).toBeUndefined();
  expect(ended).toEqual(["admin"]);
});

test("without a limit it lasts while it is used", () => {
  const { clock, sessions } = setUp();
  const text = sessions.begin("admin", "hash", 0);
  for (let day = 0; day < 100; day++) {
    clock.now += LIMITS.session_idle_ms_max - 1;
    expect(sessions.find(text)).toBeDefined();
  }
  clock.now += LIMITS.session_idle_ms_max;
  expect(sessions.find(text)).toBeUndefined();
});

test("a user has so many and no more, and those that are over do not count", () => {
  const { clock, sessions } = setUp();
  for (let at = 0; at < LIMITS.sessions_of_user_max; at++) sessions.begin("admin", "hash", 1000);
  expect(() => sessions.begin("admin", "hash", 0)).toThrow("admin has 64 sessions");
  sessions.begin("other", "hash", 0);
  clock.now = 1000;
  expect(sessions.begin("admin", "hash", 0)).toHaveLength(64);
});

test("logout ends all of the user's, and no other's", () => {
  const { sessions, ended } = setUp();
  const mine = [sessions.begin("admin", "hash", 0), sessions.begin("admin", "hash", 0)];
  const other = sessions.begin("other", "hash", 0);
  sessions.endUser("admin");
  for (const text of mine) expect(sessions.find(text)).toBeUndefined();
  expect(sessions.find(other)).toBeDefined();
  expect(ended).toEqual(["admin", "admin"]);
});

test("a new password ends all others; a user who is gone loses all", () => {
  const { sessions, ended } = setUp();
  const credentials = new Map([["admin", "old"]]);
  const [mine, other] = [sessions.begin("admin", "old", 0), sessions.begin("admin", "old", 0)];
  sessions.retain((user) => credentials.get(user));
  expect(ended).toEqual([]);
  sessions.renew(sessions.find(mine)?.key ?? "", "new");
  credentials.set("admin", "new");
  sessions.retain((user) => credentials.get(user));
  expect(sessions.find(mine)).toBeDefined();
  expect(sessions.find(other)).toBeUndefined();
  credentials.clear();
  sessions.retain((user) => credentials.get(user));
  expect(sessions.find(mine)).toBeUndefined();
});
