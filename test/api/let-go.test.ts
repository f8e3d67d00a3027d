/** What is held between requests is let go as soon as its holder may not go on. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../lab/guest/run.ts";
import { Linkrd } from "./linkrd.ts";
import { enter, PASSWORD, post } from "./person.ts";

const CHORD = [
  ["keyboard", "ControlLeft", true],
  ["keyboard", "KeyA", true],
  ["mouse_abs", 1, 1, 1, 0, 0],
];
const HELD = { keys: 1, modifiers: 1, buttons: 1 };
const NOTHING_HELD = { keys: 0, modifiers: 0, buttons: 0 };

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

const held = async () => (await linkrd.status()).hid.held;

/** Long before `release_after_seconds`, which is 60. */
async function untilNothingHeld(): Promise<void> {
  await until("nothing held", 15, async () => {
    return Bun.deepEquals(await held(), NOTHING_HELD) ? true : undefined;
  });
}

/** A token that holds keys and a button. */
async function holder(name: string, ...options: string[]): Promise<void> {
  const token = await linkrd.newToken(name, ...options);
  const body = JSON.stringify({ events: CHORD });
  await until("the batch to be taken", 15, async () => {
    const { status } = await linkrd.ask("/api/public/control", { method: "POST", body }, token);
    // A person may have been here before.
    return status === 200 ? true : undefined;
  });
  expect(await held()).toEqual(HELD);
}

async function byHand(change: (text: string) => string): Promise<void> {
  const path = join(linkrd.folder, "access.toml");
  await writeFile(path, change(await readFile(path, "utf8")));
}

const ENDS: Readonly<Record<string, () => Promise<unknown>>> = {
  revoked: () => linkrd.cli("token", "revoke", "revoked"),
  deleted: () => linkrd.cli("token", "delete", "deleted"),
  "taken-out": () =>
    byHand((text) => text.replace(/\[\[token\]\]\nname = "taken-out"[^[]*\[[^[]*/, "")),
  "without-control": () =>
    byHand((text) => {
      const [before = "", after = ""] = text.split('name = "without-control"');
      return `${before}name = "without-control"${after.replace('"control"', '"view"')}`;
    }),
};

test.each(Object.keys(ENDS))("a token that is %s", async (name) => {
  await holder(name, "--abilities", "control");
  await ENDS[name]?.();
  await untilNothingHeld();
});

test("a token that expires", async () => {
  await holder("expires", "--expires", "1d");
  const second = Math.ceil(Date.now() / 1000) + 1;
  const soon = new Date(second * 1000).toISOString();
  await byHand((text) => text.replace(/^expires = .*$/m, `expires = ${soon}`));
  await untilNothingHeld();
  expect(Date.now()).toBeGreaterThanOrEqual(second * 1000);
});

test("a session that is logged out, and one whose password changes", async () => {
  const cookie = await enter(linkrd);
  const events = { events: CHORD };
  expect((await post(linkrd, "POST", "/api/public/control", events, cookie)).status).toBe(200);
  expect(await held()).toEqual(HELD);
  await post(linkrd, "POST", "/api/auth/logout", undefined, cookie);
  await untilNothingHeld();
  const [first, second] = [await enter(linkrd), await enter(linkrd)];
  await post(linkrd, "POST", "/api/public/control", events, first);
  expect(await held()).toEqual(HELD);
  const change = { password: PASSWORD, new_password: "another horse: battery" };
  expect((await post(linkrd, "PUT", "/api/account/password", change, second)).status).toBe(204);
  await untilNothingHeld();
});

test("what another token holds stays down", async () => {
  await holder("stays");
  const other = await linkrd.newToken("goes");
  const body = JSON.stringify({ events: [["keyboard", "ShiftLeft", true]] });
  const how = { method: "POST", body };
  expect((await linkrd.ask("/api/public/control", how, other)).status).toBe(200);
  expect(await held()).toEqual({ ...HELD, modifiers: 3 });
  await linkrd.cli("token", "revoke", "goes");
  await until("Shift up", 15, async () => ((await held()).modifiers === 1 ? true : undefined));
  expect(await held()).toEqual(HELD);
});
