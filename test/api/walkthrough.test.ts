/** A token's life, with curl and an editor: made, used, over by hand, revoked, and never back. */
import { expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../lab/guest/run.ts";
import { Linkrd } from "./linkrd.ts";
import { curl, enter, PASSWORD, post } from "./person.ts";

/** Within one on the device (limits.ts); the machine of a test may be busy with others. */
const LIVE_SECONDS = 10;
const NOBODY: Row = { name: "", status: "gone", last_used: null, last_used_from: null };

interface Row {
  readonly name: string;
  readonly status: string;
  readonly last_used: string | null;
  readonly last_used_from: string | null;
}

test("a token is made, used, expired by hand, revoked, and pasted back in vain", async () => {
  await using linkrd = await Linkrd.start();
  const cookie = await enter(linkrd);
  const file = join(linkrd.folder, "access.toml");
  const row = async (): Promise<Row> => {
    const { json } = await curl(linkrd, "/api/tokens", "-b", cookie);
    const { tokens } = json as { tokens: Row[] };
    return tokens.find(({ name }) => name === "walk") ?? NOBODY;
  };
  const is = (status: string) =>
    until(status, LIVE_SECONDS, async () => ((await row()).status === status ? true : undefined));

  const wish = { name: "walk", password: PASSWORD, abilities: ["info", "control"], expires: "90d" };
  const made = await post(linkrd, "POST", "/api/tokens", wish, cookie);
  expect(made.status).toBe(201);
  expect(made.head).toMatch(/^cache-control: no-store\r?$/im);
  const { token } = made.json as { token: string };
  const use = () => curl(linkrd, "/api/status", "-H", `Authorization: Bearer ${token}`);

  expect(await row()).toMatchObject({ status: "Active", last_used: null, last_used_from: null });
  expect((await use()).status).toBe(200);
  const used = await row();
  expect(used.last_used_from).toBe("127.0.0.1");
  expect(Math.abs(Date.now() - Date.parse(used.last_used ?? ""))).toBeLessThan(10_000);

  const listed = await linkrd.cli("token", "list", "--json");
  const rows = JSON.parse(listed.stdout) as Row[];
  expect(rows.find(({ name }) => name === "walk")?.last_used).toBe(used.last_used);

  const good = await readFile(file, "utf8");
  const walk = good.indexOf('name = "walk"');
  const hand =
    good.slice(0, walk) + good.slice(walk).replace(/expires = .*/, "expires = 2026-01-02 # mine");
  await writeFile(file, hand);
  await is("Expired");
  expect((await use()).status).toBe(401);
  await writeFile(file, good);
  await is("Active");
  expect((await use()).status).toBe(200);

  const events = '{"events":[["keyboard","KeyA",true],["delay",600000]]}';
  const words = ["-H", `Authorization: token ${token}`, "-d", events];
  const batch = curl(linkrd, "/api/public/control", ...words);
  await until("the key to be down", 10, async () => {
    return (await linkrd.status()).hid.held.keys === 1 ? true : undefined;
  });
  const revoked = await post(linkrd, "POST", "/api/tokens/walk/revoke", undefined, cookie);
  expect(revoked.status).toBe(200);
  expect((await batch).json).toEqual({ code: 403, data: null, message: "No Permission" });
  expect((await linkrd.status()).hid.held.keys).toBe(0);
  expect((await use()).status).toBe(401);
  expect((await row()).status).toBe("Revoked");
  expect(await readFile(file, "utf8")).toMatch(/^revoked = 20\d\d-/m);

  const marker = `[[token]]\nname = "marker"\nsha256 = "${"0".repeat(64)}"\nabilities = []\n`;
  await writeFile(file, `${good}\n${marker}`);
  await until("the pasted file to be in force", LIVE_SECONDS, async () => {
    const { body } = await curl(linkrd, "/api/tokens", "-b", cookie);
    return body.includes('"marker"') ? true : undefined;
  });
  expect((await row()).status).toBe("Revoked");
  expect((await use()).status).toBe(401);
  const { stdout } = await linkrd.cli("log", "--audit");
  for (const event of ["setup", "login", "token-new", "token-use", "token-revoke"]) {
    expect(stdout).toMatch(new RegExp(`^\\S+Z ${event} who=`, "m"));
  }
  expect(stdout).not.toContain(token);
  expect(linkrd.log).not.toContain(token);
}, 60_000);

test("a file that is half saved changes nothing, and status tells of it", async () => {
  await using linkrd = await Linkrd.start();
  await writeFile(join(linkrd.folder, "access.toml"), "# half a save\n");
  const { message } = await until("the fault to be told", LIVE_SECONDS, async () => {
    const { access } = await linkrd.status();
    return access.state === "broken" ? access : undefined;
  });
  expect(message).toContain("access.toml");
  expect((await linkrd.ask("/api/status")).status).toBe(200);
  expect((await linkrd.cli("status")).stdout).toMatch(/^access +broken +\S/m);
}, 60_000);
