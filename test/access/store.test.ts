import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mintToken } from "../../src/access/token.ts";
import { Device, eventually, NOON, tokenBlock, until } from "./fixture.ts";
import { HASH } from "./generator.ts";

const EMPTY = "version = 1\n";
const DAY = 86_400_000;

describe("tokens", () => {
  test("a new one is known at once, in the file as its digest, and after a restart", async () => {
    await using device = new Device(`# mine\n${EMPTY}`);
    const store = await device.open(true);
    const { text, token } = await store.createToken({ name: "ci", user: "admin" });
    expect(token).toMatchObject({ name: "ci", user: "admin", status: "Active", created: NOON });
    expect(token.abilities).toHaveLength(7);
    expect(store.verify(text)).toMatchObject({ token: { name: "ci" }, status: "Active" });
    const file = readFileSync(device.path, "utf8");
    expect(file).toStartWith(`# mine\n${EMPTY}\n[[token]]\nname = "ci"\n`);
    expect(file).not.toContain(text.slice(12));
    expect(statSync(device.path).mode & 0o777).toBe(0o600);
    const again = await device.open(false);
    expect(again.verify(text)?.status).toBe("Active");
    expect(again.tokens()).toEqual([token]);
  });

  test("no other text is anyone's", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(false);
    const { text } = await store.createToken({ name: "ci", user: "admin" });
    for (const other of [mintToken(), `${text}A`, text.slice(1), "", "x".repeat(16_384)]) {
      expect(store.verify(other)).toBeUndefined();
    }
  });

  test("names are checked, and taken once", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(false);
    await store.createToken({ name: "ci", user: "admin" });
    const make = (name: string) => store.createToken({ name, user: "admin" });
    await expect(make("ci")).rejects.toMatchObject({
      code: "conflict",
      message: "Name Already Exists",
    });
    await expect(make("CI")).rejects.toMatchObject({
      code: "bad_request",
      message: "Invalid Name Format",
    });
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => make("same")));
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(store.tokens().map(({ name }) => name)).toEqual(["ci", "same"]);
  });

  test("one expires in its millisecond, and can be given more time by hand", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(true);
    const wish = { name: "ci", user: "admin", abilities: ["view"], expires: NOON + DAY };
    const { text } = await store.createToken(wish);
    device.time.system = NOON + DAY - 1;
    expect(store.verify(text)?.status).toBe("Active");
    device.time.system = NOON + DAY;
    expect(store.verify(text)?.status).toBe("Expired");
    expect(store.tokens()).toMatchObject([{ name: "ci", status: "Expired" }]);
    const file = readFileSync(device.path, "utf8");
    writeFileSync(device.path, file.replace("expires = 2026-11-22", "expires = 2026-11-23"));
    await until(store, () => store.verify(text)?.status === "Active");
    const past = { ...wish, name: "past", expires: NOON };
    await expect(store.createToken(past)).rejects.toMatchObject({ code: "bad_request" });
  });

  test("revoking keeps the row, deleting takes it, no old copy undoes either", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(true);
    const one = await store.createToken({ name: "one", user: "admin" });
    const two = await store.createToken({ name: "two", user: "admin" });
    const old = readFileSync(device.path, "utf8");
    expect(await store.revokeToken("one")).toMatchObject({ status: "Revoked", revoked: NOON });
    await store.deleteToken("two");
    expect(store.verify(one.text)?.status).toBe("Revoked");
    expect(store.verify(two.text)).toBeUndefined();
    expect(readFileSync(device.path, "utf8")).toContain("revoked = 2026-11-21T12:00:00Z\n");

    writeFileSync(device.path, old);
    await until(store, () => store.tokens().length === 2);
    for (const { text } of [one, two]) expect(store.verify(text)?.status).toBe("Revoked");
    const again = await device.open(false);
    for (const { text } of [one, two]) expect(again.verify(text)?.status).toBe("Revoked");
    await again.deleteToken("two");
    expect(again.tokens().map(({ name }) => name)).toEqual(["one"]);
    await again.createToken({ name: "two", user: "admin" });
  });

  test("what a person takes out or revokes by hand, a person can put back", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(true);
    const { text } = await store.createToken({ name: "ci", user: "admin" });
    const old = readFileSync(device.path, "utf8");
    writeFileSync(device.path, EMPTY);
    await until(store, () => store.verify(text) === undefined);
    writeFileSync(device.path, old);
    await until(store, () => store.verify(text)?.status === "Active");
    writeFileSync(device.path, `${old}revoked = 2026-01-01\n`);
    await until(store, () => store.verify(text)?.status === "Revoked");
    writeFileSync(device.path, old);
    await until(store, () => store.verify(text)?.status === "Active");
  });

  test("a revoked token is refused before its file is written, and streams are told", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(true);
    const { text, token } = await store.createToken({ name: "ci", user: "admin" });
    const seen: (string | undefined)[] = [];
    const stop = store.onChange(() => seen.push(store.check(token.sha256)?.status));
    const revoking = store.revokeToken("ci");
    expect(store.verify(text)?.status).toBe("Revoked");
    expect(seen).toEqual(["Revoked"]);
    await revoking;
    stop();
    await store.deleteToken("ci");
    expect(seen).not.toContain(undefined);
    expect(store.check(token.sha256)).toBeUndefined();
  });

  test("another process's changes are in force here, and the other way round", async () => {
    await using device = new Device(EMPTY);
    const daemon = await device.open(true);
    const command = await device.open(false);
    const { text } = await command.createToken({ name: "ci", user: "root" });
    await until(daemon, () => daemon.verify(text)?.status === "Active");
    await daemon.createToken({ name: "two", user: "admin" });
    await command.revokeToken("two");
    await until(daemon, () => daemon.tokens()[1]?.status === "Revoked");
    await command.deleteToken("ci");
    await until(daemon, () => daemon.verify(text) === undefined);
    await daemon.deleteToken("two");
    expect(readFileSync(device.path, "utf8")).toBe(EMPTY);
  });

  test("revoking one that nobody knows says so", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(false);
    await expect(store.revokeToken("x")).rejects.toMatchObject({ code: "not_found" });
    await expect(store.deleteToken("x")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("users", () => {
  test("are added once, and get passwords and second factors", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(true);
    expect(store.setupOpen).toBe(true);
    await store.addUser("admin", HASH, true);
    expect(store.setupOpen).toBe(false);
    await expect(store.addUser("other", HASH, true)).rejects.toMatchObject({ code: "conflict" });
    await expect(store.addUser("admin", HASH)).rejects.toMatchObject({ code: "conflict" });
    await expect(store.addUser("a b", HASH)).rejects.toMatchObject({ code: "bad_request" });
    await store.setTotp("admin", "JBSWY3DPEHPK3PXP");
    await store.setPassword("admin", HASH.replace("t=2", "t=3"));
    expect(store.user("admin")).toEqual({
      name: "admin",
      password: HASH.replace("t=2", "t=3"),
      totp: "JBSWY3DPEHPK3PXP",
    });
    await store.setTotp("admin", "");
    expect(store.user("admin")?.totp).toBe("");
    await expect(store.setTotp("nobody", "")).rejects.toMatchObject({ code: "not_found" });
  });

  test("setup stays shut when the file loses its users or is lost itself", async () => {
    await using device = new Device(`${EMPTY}[[user]]\nname = "admin"\n`);
    const store = await device.open(true);
    writeFileSync(device.path, EMPTY);
    await until(store, () => store.users().length === 0);
    expect(store.setupOpen).toBe(false);
    rmSync(device.path);
    await eventually(() => store.state === "broken");
    const again = await device.open(true);
    expect(again.state).toBe("broken");
    expect(again.setupOpen).toBe(false);
  });
});

describe("the file", () => {
  test("is made as it is shipped where there never was one", async () => {
    await using device = new Device();
    const store = await device.open(true);
    expect([store.state, store.setupOpen]).toEqual(["absent", false]);
    expect(device.said("error")).toBe(0);
    await store.create("# shipped\nversion = 1\n");
    expect([store.state, store.setupOpen]).toEqual(["ready", true]);
    expect(statSync(device.path).mode & 0o777).toBe(0o600);
    await store.create("version = 2\n");
    expect(readFileSync(device.path, "utf8")).toBe("# shipped\nversion = 1\n");
  });

  test("broken at the start: what was last good holds, and edits are refused", async () => {
    await using device = new Device(EMPTY);
    const before = await device.open(true);
    const { text } = await before.createToken({ name: "ci", user: "admin" });
    await before.close();
    writeFileSync(device.path, "version = 1\n[[token]\n");
    const store = await device.open(true);
    expect(store.state).toBe("broken");
    expect(store.fault?.message).toContain("access.toml:2:");
    expect(store.verify(text)?.status).toBe("Active");
    const made = store.createToken({ name: "b", user: "admin" });
    await expect(made).rejects.toMatchObject({ code: "bad_config" });
    await store.revokeToken("ci");
    const again = await device.open(true);
    expect(again.verify(text)?.status).toBe("Revoked");
    expect(readFileSync(device.path, "utf8")).toBe("version = 1\n[[token]\n");
  });

  test("open to others is shut, with a warning", async () => {
    await using device = new Device(EMPTY);
    rmSync(device.path);
    writeFileSync(device.path, EMPTY, { mode: 0o644 });
    await device.open(false);
    expect(statSync(device.path).mode & 0o777).toBe(0o600);
    expect(device.said("warn")).toBe(1);
    expect(device.lines[0]).toContain("was open to others (mode 0644)");
  });

  test("too large, a folder or not UTF-8 is refused in words", async () => {
    await using device = new Device(EMPTY);
    const store = await device.open(false);
    writeFileSync(device.path, Buffer.concat([Buffer.from("version = 1\n# \xff", "latin1")]));
    expect((await device.open(false)).fault?.message).toContain(":2:3: not UTF-8 from here");
    writeFileSync(device.path, `${EMPTY}#${"x".repeat(4 * 1024 * 1024)}`);
    expect((await device.open(false)).fault?.message).toContain("is larger than 4194304 bytes");
    expect(store.state).toBe("ready");
  });
});

describe("last use", () => {
  test("is exact in memory, and on the disk after a flush and a clean end", async () => {
    await using device = new Device(`${EMPTY}${tokenBlock("a", "1")}${tokenBlock("b", "2")}`);
    const store = await device.open(true);
    const [a] = store.tokens();
    if (a === undefined) throw new Error("no token");
    expect(a.lastUsed).toBeUndefined();
    device.time.system = NOON + 1234;
    store.noteUse(a, "2001:db8::1");
    expect(store.tokens()[0]?.lastUsed).toEqual({ at: NOON + 1234, from: "2001:db8::1" });
    expect((await device.open(false)).tokens()[0]?.lastUsed).toBeUndefined();
    await store.close();
    const kept = { at: NOON + 1000, from: "2001:db8::1" };
    expect((await device.open(false)).tokens()[0]?.lastUsed).toEqual(kept);
    expect(readFileSync(device.path, "utf8")).not.toContain("2001");
    const written = statSync(device.state("last-used.json")).mtimeMs;
    await store.flush();
    expect(statSync(device.state("last-used.json")).mtimeMs).toBe(written);
  });

  test("of a token that is gone is forgotten, and a spoilt file is no hindrance", async () => {
    await using device = new Device(`${EMPTY}${tokenBlock("a", "1")}`);
    writeFileSync(device.state("last-used.json"), "{");
    const store = await device.open(true);
    const [a] = store.tokens();
    if (a === undefined) throw new Error("no token");
    store.noteUse(a, "::1");
    store.noteUse({ ...a, sha256: "2".repeat(64) }, "::1");
    await store.flush();
    expect(readFileSync(device.state("last-used.json"), "utf8")).not.toContain("2222");
    expect((await device.open(false)).tokens()[0]?.lastUsed?.from).toBe("::1");
  });
});
