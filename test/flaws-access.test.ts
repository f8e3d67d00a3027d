/**
 * Flaws in the logins of other KVMs over IP, each tried on the built binary with curl. The numbers
 * are those of the project's list of flaws.
 */
import { expect, test } from "bun:test";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import { readAudit } from "../src/access/audit.ts";
import { LIMITS } from "../src/base/limits.ts";
import { freePort, Linkrd, makeFolder } from "./api/linkrd.ts";
import { curl, enter, PASSWORD, post } from "./api/person.ts";
import { until } from "./lab/guest/run.ts";

const DEFAULTS = [
  ["admin", "admin"],
  ["root", "root"],
  ["admin", "blikvm"],
  ["admin", "password"],
  ["admin", ""],
] as const;

const codeOf = (secret: string) => TOTP.generate({ secret: Secret.fromBase32(secret) });

test("2: guessing is slowed, whichever of the doors it uses", async () => {
  await using linkrd = await Linkrd.start();
  const cookie = await enter(linkrd);
  const body = { password: "wrong", new_password: "x" };
  const doors = [
    () => curl(linkrd, "/api/auth/login", "-d", "user=admin", "-d", "passwd=wrong"),
    () => curl(linkrd, "/api/auth/check", "-u", "admin:wrong"),
    () => curl(linkrd, "/api/auth/check", "-H", "X-KVMD-User: admin", "-H", "X-KVMD-Passwd: wrong"),
    () => post(linkrd, "PUT", "/api/account/password", body, cookie),
    () => post(linkrd, "POST", "/api/tokens", { name: "x", password: "wrong" }, cookie),
  ];
  let guesses = 0;
  for (const door of doors) {
    const head = await until("the door to be slow", 10, async () => {
      const { status, head } = await door();
      if (status === 429) return head;
      expect(status).toBe(403);
      guesses += 1;
      return undefined;
    });
    expect(head).toMatch(/^retry-after: \d+\r?$/im);
  }
  // On a busy machine a wait may be over before the next door is tried, which takes one more.
  expect(guesses - LIMITS.login_free_failures_max).toBeWithin(1, 1 + doors.length);
  expect((await linkrd.ask("/api/status")).status).toBe(200);
  expect((await curl(linkrd, "/api/auth/check", "-b", cookie)).status).toBe(200);
}, 90_000);

test("3: a new device knows nobody, and no usual password opens it", async () => {
  const port = await freePort();
  await using linkrd = new Linkrd(await makeFolder(port), port);
  await linkrd.ready();
  for (const [user, password] of DEFAULTS) {
    // Another address each, so that none is refused for what the one before did.
    const from = `127.0.1.${DEFAULTS.findIndex(([, other]) => other === password) + 1}`;
    const fields = ["-d", `user=${user}`, "-d", `passwd=${password}`];
    const { status } = await curl(linkrd, "/api/auth/login", "--interface", from, ...fields);
    expect([403, 429]).toContain(status);
  }
  const text = await Bun.file(join(linkrd.folder, "access.toml")).text();
  expect(text).not.toMatch(/^\s*\[\[/m);
}, 90_000);

test("4: losing the file resets nothing, also over a restart", async () => {
  await using linkrd = await Linkrd.start();
  await enter(linkrd);
  const file = join(linkrd.folder, "access.toml");
  const setUp = { user: "thief", password: "x" };
  for (const damage of [() => rm(file), () => Bun.write(file, ""), () => Bun.write(file, "v")]) {
    await damage();
    expect((await post(linkrd, "POST", "/api/setup", setUp)).status).toBeGreaterThanOrEqual(409);
  }
  await rm(file);
  await linkrd.restart();
  expect((await post(linkrd, "POST", "/api/setup", setUp)).status).toBeGreaterThanOrEqual(409);
  const fields = ["-d", "user=admin", "-d", "passwd=admin"];
  expect((await curl(linkrd, "/api/auth/login", ...fields)).status).toBe(403);
}, 90_000);

test("6: no password is changed without the current one", async () => {
  await using linkrd = await Linkrd.start();
  const cookie = await enter(linkrd);
  const path = "/api/account/password";
  for (const [body, status] of [
    [{ new_password: "x" }, 400],
    [{ password: "", new_password: "x" }, 403],
  ] as const) {
    expect((await post(linkrd, "PUT", path, body, cookie)).status).toBe(status);
  }
  const { json } = await post(linkrd, "GET", "/api/account", undefined, cookie);
  expect(json).toEqual({ user: "admin", totp: false });
}, 90_000);

test("7: nothing outlives a logout, a new password, a revocation or a restart", async () => {
  await using linkrd = await Linkrd.start();
  const [mine, other] = [await enter(linkrd), await enter(linkrd)];
  const body = { password: PASSWORD, new_password: "another one" };
  expect((await post(linkrd, "PUT", "/api/account/password", body, mine)).status).toBe(204);
  expect((await curl(linkrd, "/api/auth/check", "-b", other)).status).toBe(403);
  expect((await curl(linkrd, "/api/auth/check", "-b", mine)).status).toBe(200);
  await post(linkrd, "POST", "/api/tokens/test/revoke", undefined, mine);
  expect((await linkrd.ask("/api/status")).status).toBe(401);
  await linkrd.restart();
  expect((await linkrd.ask("/api/status")).status).toBe(401);
  expect((await curl(linkrd, "/api/auth/check", "-b", mine)).status).toBe(403);
}, 90_000);

test("8, 9: what a device keeps is random, and nothing can be read back from it", async () => {
  await using one = await Linkrd.start();
  await using two = await Linkrd.start();
  const cookies = [await enter(one), await enter(two)];
  expect(cookies[0]).not.toBe(cookies[1] ?? "");
  expect(one.token).not.toBe(two.token);
  const hashes: string[] = [];
  for (const { folder } of [one, two]) {
    for (const name of await readdir(folder)) {
      const text = await Bun.file(join(folder, name))
        .text()
        .catch(() => "");
      const secrets = [PASSWORD, one.token, two.token, ...cookies.map((each) => each.slice(11))];
      for (const secret of secrets) expect([name, text.includes(secret)]).toEqual([name, false]);
      if (name === "access.toml") hashes.push(...(text.match(/^password = .*$/m) ?? []));
    }
  }
  expect(new Set(hashes).size).toBe(2);
  for (const { log } of [one, two]) expect(log).not.toMatch(/radxa_linkr_|correct horse/);
}, 90_000);

test("10, 12: every door wants the second factor, and a code opens once", async () => {
  await using linkrd = await Linkrd.start();
  const cookie = await enter(linkrd);
  const path = "/api/account/totp";
  const begun = await post(linkrd, "POST", path, { password: PASSWORD }, cookie);
  const { secret } = begun.json as { secret: string };
  const confirmed = await post(linkrd, "POST", path, { code: codeOf(secret) }, cookie);
  expect(confirmed.status).toBe(204);
  const fields = (password: string) => [
    "-d",
    "user=admin",
    "--data-urlencode",
    `passwd=${password}`,
  ];
  const headers = (password: string) => [
    ["-H", "X-KVMD-User: admin", "-H", `X-KVMD-Passwd: ${password}`],
    ["-u", `admin:${password}`],
  ];
  const bare = await curl(
    linkrd,
    "/api/auth/login",
    "--interface",
    "127.0.2.1",
    ...fields(PASSWORD),
  );
  expect(bare.status).toBe(403);
  for (const [at, sent] of headers(PASSWORD).entries()) {
    const { status } = await curl(
      linkrd,
      "/api/auth/check",
      "--interface",
      `127.0.3.${at}`,
      ...sent,
    );
    expect([403, 429]).toContain(status);
  }
  const whole = PASSWORD + codeOf(secret);
  await until("the wait to be over, and the login to be taken", 20, async () => {
    const from = ["--interface", "127.0.4.1"];
    const { status } = await curl(linkrd, "/api/auth/login", ...from, ...fields(whole));
    return status === 200 ? true : undefined;
  });
  const replayed = await curl(
    linkrd,
    "/api/auth/login",
    "--interface",
    "127.0.4.2",
    ...fields(whole),
  );
  expect(replayed.status).toBe(403);
}, 90_000);

test("15: the cookie is for this site's https and for no script", async () => {
  const port = await freePort();
  const folder = await makeFolder(port);
  const config = join(folder, "linkrd.toml");
  const text = await Bun.file(config).text();
  await Bun.write(
    config,
    text
      .replace("https_port = 0", `https_port = ${port}`)
      .replace(`http_port = ${port}`, "http_port = 0"),
  );
  await using linkrd = new Linkrd(folder, port);
  // The unix socket answers first; the certificate has to be made.
  await until("https", 10, () => linkrd.lines("listening on https").length > 0 || undefined);
  await post(linkrd, "POST", "/api/setup", { user: "admin", password: PASSWORD }, "", "https");
  const fields = ["-d", "user=admin", "--data-urlencode", `passwd=${PASSWORD}`];
  const { status, head } = await curl(
    linkrd,
    "/api/auth/login",
    "--proto-default",
    "https",
    ...fields,
  );
  expect(status).toBe(200);
  const [, attributes] = /^set-cookie: auth_token=[0-9a-f]{64}; (.*?)\r?$/im.exec(head) ?? [];
  expect(attributes).toBe("Path=/; HttpOnly; SameSite=Strict; Secure");
}, 90_000);

test("39: many logins at once cost no more memory than a few", async () => {
  await using linkrd = await Linkrd.start();
  await enter(linkrd);
  const before = await linkrd.memoryMiB("VmHWM");
  const statuses = await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      const body = new URLSearchParams({ user: `user${at}`, passwd: "x".repeat(500) });
      return (await linkrd.ask("/api/auth/login", { method: "POST", body }, "")).status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([403, 429]));
  expect((await linkrd.memoryMiB("VmHWM")) - before).toBeLessThan(160);
}, 90_000);

test("40: a flood of refusals fills neither the log nor the disk", async () => {
  await using linkrd = await Linkrd.start();
  const token = `radxa_linkr_${"A".repeat(86)}`;
  for (let round = 0; round < 50; round++) {
    const asked = Array.from({ length: 40 }, () => linkrd.ask("/api/status", {}, token));
    for (const { status } of await Promise.all(asked)) expect(status).toBe(401);
  }
  expect(linkrd.lines("token-use").length).toBe(1);
  expect((await readAudit(linkrd.folder)).length).toBeLessThan(10);
}, 90_000);

test("41: nobody fills the table of sessions", async () => {
  await using linkrd = await Linkrd.start();
  await enter(linkrd);
  let status = 200;
  let count = 1;
  for (; status === 200 && count <= LIMITS.sessions_of_user_max; count++) {
    const body = new URLSearchParams({ user: "admin", passwd: PASSWORD });
    status = (await linkrd.ask("/api/auth/login", { method: "POST", body }, "")).status;
  }
  expect([status, count]).toEqual([429, LIMITS.sessions_of_user_max + 1]);
}, 90_000);
