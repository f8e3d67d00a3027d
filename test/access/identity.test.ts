import { describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import type { Identity } from "../../src/access/identity.ts";
import { hashPassword } from "../../src/access/password.ts";
import { HERE, openPeople } from "./people.ts";

const PEOPLE = [
  { name: "admin", password: "right" },
  { name: "other", password: "right" },
] as const;

async function openWatched() {
  const world = await openPeople(PEOPLE);
  const ended: string[] = [];
  const watch = (what: string, identity: Identity) =>
    world.authority.watch(identity, () => ended.push(what));
  const token = async (name: string): Promise<Identity> => {
    const { token: row } = await world.store.createToken({ name, user: "admin" });
    return { kind: "token", name, sha256: row.sha256, abilities: row.abilities };
  };
  const session = async (user: string): Promise<Identity> => {
    const attempt = { user, password: "right", from: HERE, way: "form" } as const;
    const text = (await world.authority.logIn(attempt, 60_000)) ?? "";
    const found = world.authority.sessions.find(text);
    return { kind: "session", user, key: found?.key ?? "" };
  };
  return { ...world, ended, watch, token, session };
}

describe("what is watched ends", () => {
  test("with its token: revoked, deleted, taken out, or short of an ability by hand", async () => {
    const world = await openWatched();
    await using _ = world;
    for (const name of ["revoked", "deleted", "kept", "let-go"]) {
      const stop = world.watch(name, await world.token(name));
      if (name === "let-go") stop();
    }
    await world.store.revokeToken("revoked");
    expect(world.ended).toEqual(["revoked"]);
    await world.store.deleteToken("deleted");
    await world.store.revokeToken("let-go");
    expect(world.ended).toEqual(["revoked", "deleted"]);
    const text = await readFile(world.device.path, "utf8");
    const [before = "", after = ""] = text.split('name = "kept"');
    await writeFile(world.device.path, `${before}name = "kept"${after.replace('"view", ', "")}`);
    await world.store.setTotp("other", "");
    expect(world.ended).toEqual(["revoked", "deleted", "kept"]);
  });

  test("at once when it is over already, and once alone", async () => {
    const world = await openWatched();
    await using _ = world;
    const token = await world.token("ci");
    await world.store.revokeToken("ci");
    world.watch("ci", token)();
    await world.store.deleteToken("ci");
    expect(world.ended).toEqual(["ci"]);
  });

  test("with its session: logged out, its time over, its user's password changed", async () => {
    const world = await openWatched();
    await using _ = world;
    world.watch("admin", await world.session("admin"));
    world.watch("other", await world.session("other"));
    await world.store.setPassword("admin", await hashPassword("new"));
    expect(world.ended).toEqual(["admin"]);
    const late = await world.session("other");
    world.watch("late", late);
    world.authority.sessions.endUser("other");
    expect(world.ended).toEqual(["admin", "other", "late"]);
    const short = await world.session("other");
    world.watch("short", short);
    world.pass(60_000);
    if (short.kind === "session") world.authority.sessions.check(short.key);
    expect(world.ended).toEqual(["admin", "other", "late", "short"]);
  });

  test("with the password that was sent, and never on the unix socket", async () => {
    const world = await openWatched();
    await using _ = world;
    world.watch("password", { kind: "password", user: "admin" });
    world.watch("local", { kind: "local" });
    await world.store.setPassword("other", await hashPassword("new"));
    expect(world.ended).toEqual([]);
    await world.store.setPassword("admin", await hashPassword("new"));
    expect(world.ended).toEqual(["password"]);
  });
});
