import { expect, test } from "bun:test";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { golden, Shell, steady } from "./world.ts";

const TEXT = /^radxa_linkr_[A-Za-z0-9_-]{86}\n$/;

test("token new prints the token and a newline, alone on standard output", async () => {
  await using shell = await Shell.open();
  const { exit, stdout, stderr } = await shell.run("token", "new", "ci");
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(TEXT);
  const file = join(shell.folder, "access.toml");
  const text = await readFile(file, "utf8");
  expect(text).not.toContain(stdout.trim());
  expect(text).toContain(new Bun.CryptoHasher("sha256").update(stdout.trim()).digest("hex"));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("token list is a table, and JSON whose shape is stable", async () => {
  const over = `[[token]]\nname = "over"\nuser = "admin"\nsha256 = "${"0".repeat(64)}"\n`;
  const times = "created = 2020-01-01T00:00:00Z\nexpires = 2021-01-01T00:00:00Z\n";
  const text = `version = 1\n${over}abilities = ["view", "log"]\n${times}`;
  await using shell = await Shell.open({ "access.toml": text });
  await shell.run("token", "new", "ci-deploy-01");
  await shell.run("token", "new", "viewer", "--abilities", "view", "--expires", "9000-01-01");
  await shell.run("token", "new", "old");
  await shell.run("token", "revoke", "old");
  await shell.run("token", "new", "gone");
  await shell.run("token", "delete", "gone");
  for (const [name, options] of [
    ["token-list.txt", []],
    ["token-list.json", ["--json"]],
  ] as const) {
    const { exit, stdout, stderr } = await shell.run("token", "list", ...options);
    expect([exit, stderr]).toEqual([0, ""]);
    const told = steady(stdout, shell.folder);
    expect(told).toBe(await golden(name, told));
    for (const line of stdout.split("\n")) expect(line).toBe(line.trimEnd());
  }
});

test("an empty list is a table of its head, and an empty array", async () => {
  await using shell = await Shell.open();
  expect((await shell.run("token", "list")).stdout).toMatch(/^NAME {2}STATUS {2}[A-Z ]+\n$/);
  expect((await shell.run("token", "list", "--json")).stdout).toBe("[]\n");
});

const BAD_NAME =
  "Invalid Name Format: use up to 20 of a-z 0-9 -, with a letter or digit at either end";

test.each([
  [["new", "ci"], 1, "Name Already Exists: choose another, or delete that token first"],
  [["new", "Not A Name"], 2, BAD_NAME],
  [["new", ""], 2, BAD_NAME],
  [["new", "a-name-that-is-too-long"], 2, BAD_NAME],
  [["new", "x", "--abilities", "view,fly"], 2, 'unknown ability "fly": choose from view, control'],
  [["new", "x", "--expires", "soon"], 2, "not an expiry: write 90d, 12h, 2027-02-19"],
  [["new", "x", "--expires", "0d"], 2, "that expiry cannot be: choose a time after now"],
  [["new", "x", "--expires", "2001-01-01"], 2, "that expiry cannot be: choose a time after now"],
  [["revoke", "nobody"], 1, "no token is named nobody: look at the list"],
  [["delete", "nobody"], 1, "no token is named nobody: look at the list"],
] as const)("token %j is refused with exit %i", async (words, status, says) => {
  await using shell = await Shell.open();
  await shell.run("token", "new", "ci");
  const before = await readFile(join(shell.folder, "access.toml"), "utf8");
  const { exit, stdout, stderr } = await shell.run("token", ...words);
  expect([exit, stdout]).toEqual([status, ""]);
  expect(stderr).toMatch(/^linkrd: [^\n]+\n$/);
  expect(stderr).toContain(says);
  expect(await readFile(join(shell.folder, "access.toml"), "utf8")).toBe(before);
});

test("a broken access.toml is refused with its place, and kept as it is", async () => {
  await using shell = await Shell.open({ "access.toml": "version = 1\n[[token]\n" });
  for (const words of [["new", "x"], ["list"], ["revoke", "x"]]) {
    const { exit, stdout, stderr } = await shell.run("token", ...words);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(steady(stderr, shell.folder)).toStartWith("linkrd: DIR/access.toml:2:9: not valid TOML");
  }
  const text = await readFile(join(shell.folder, "access.toml"), "utf8");
  expect(text).toBe("version = 1\n[[token]\n");
});

test("user add and password take the password from standard input", async () => {
  await using shell = await Shell.open();
  shell.stdin = "correct horse\r\n";
  const added = await shell.run("user", "add", "admin", "--password-stdin");
  expect(added).toEqual({ exit: 0, stdout: "", stderr: "user admin is there\n" });
  const file = join(shell.folder, "access.toml");
  const hash = /^password = "([^"]+)"/m.exec(await readFile(file, "utf8"))?.[1] ?? "";
  expect(hash).toStartWith("$argon2id$");
  expect(await Bun.password.verify("correct horse", hash)).toBe(true);

  shell.stdin = "other\n";
  const again = await shell.run("user", "add", "admin", "--password-stdin");
  expect(again.exit).toBe(1);
  const changed = await shell.run("user", "password", "admin", "--password-stdin");
  expect(changed).toEqual({ exit: 0, stdout: "", stderr: "the password of admin is changed\n" });
  expect(await readFile(file, "utf8")).not.toContain(hash);

  const bare = await shell.run("user", "add", "second");
  expect(bare.exit).toBe(2);
  const says = "linkrd: no terminal to ask for the password: add --password-stdin\n";
  expect(bare.stderr).toBe(says);
});
