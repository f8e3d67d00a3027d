import { expect, test } from "bun:test";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { golden, Shell, steady } from "./world.ts";

const BAD_SETTINGS = `# Faults of every kind.
[server]
http_prot = 80
bind = "everywhere"
hosts = ["fine.example", "http://not.example"]

[video]
quality = 101
fps_max = "30"
format = "yuy2"

[hdi]
layout = "us"
`;

const BAD_ACCESS = `version = 1

[[user]]
name = "Admin"
password = "hunter2"

[[token]]
name = "ci"
user = "admin"
sha256 = "not a digest"
abilities = ["view"]
created = 2026-11-21T20:57:00Z
expirse = 2027-02-19T00:00:00Z
`;

test("without files everything is as it is by default", async () => {
  await using shell = await Shell.open();
  const { exit, stdout, stderr } = await shell.run("check");
  expect([exit, stderr]).toEqual([0, ""]);
  const lines =
    "DIR/linkrd.toml: not there or empty, so all is as by default\n" +
    "DIR/access.toml: not there yet\n";
  expect(steady(stdout, shell.folder)).toBe(lines);
});

test("good files are good, and what is in access.toml is counted", async () => {
  await using shell = await Shell.open({ "linkrd.toml": "[video]\nquality = 90\n" });
  await shell.run("token", "new", "one");
  const { exit, stdout, stderr } = await shell.run("check");
  expect([exit, stderr]).toEqual([0, ""]);
  const lines = "DIR/linkrd.toml: good\nDIR/access.toml: good, 0 users, 1 token\n";
  expect(steady(stdout, shell.folder)).toBe(lines);
});

test("every fault of both files is named with its place, and exit is 2", async () => {
  await using shell = await Shell.open({
    "linkrd.toml": BAD_SETTINGS,
    "access.toml": BAD_ACCESS,
  });
  const { exit, stdout, stderr } = await shell.run("check");
  expect([exit, stdout]).toEqual([2, ""]);
  const told = steady(stderr, shell.folder);
  expect(told).toBe(await golden("check-faults.txt", told));
  for (const place of ["3:1", "4:1", "5:26", "8:1", "9:1", "10:1", "12:1"]) {
    expect(told).toContain(`DIR/linkrd.toml:${place}: `);
  }
  for (const line of [4, 5, 10, 13]) expect(told).toContain(`DIR/access.toml:${line}:`);
  expect(told).not.toContain("hunter2");
});

test("what is not TOML is named with its place", async () => {
  await using shell = await Shell.open({
    "linkrd.toml": "[video]\nquality = = 80\n",
    "access.toml": "version = 1\n[[token]\n",
  });
  const { exit, stderr } = await shell.run("check");
  const told = steady(stderr, shell.folder);
  expect(exit).toBe(2);
  expect(told).toBe(await golden("check-no-toml.txt", told));
  expect(told).toContain("DIR/linkrd.toml:2:11: ");
  expect(told).toContain("DIR/access.toml:2:9: ");
});

test("what is not UTF-8 is named with its place, in either file", async () => {
  await using shell = await Shell.open();
  for (const name of ["linkrd.toml", "access.toml"]) {
    const bytes = Buffer.concat([Buffer.from("version = 1\n# caf"), Buffer.from([0xe9, 0x0a])]);
    await writeFile(join(shell.folder, name), bytes);
  }
  const { exit, stderr } = await shell.run("check");
  expect(exit).toBe(2);
  const told = steady(stderr, shell.folder);
  for (const name of ["linkrd", "access"]) {
    const fault = `DIR/${name}.toml:2:6: not UTF-8 from here: save the file as UTF-8\n`;
    expect(told).toContain(fault);
  }
});

test("a file that is a folder or too large is one line", async () => {
  await using shell = await Shell.open({ "linkrd.toml": "#".repeat(300_000) });
  const large = await shell.run("check");
  expect(large.exit).toBe(2);
  expect(steady(large.stderr, shell.folder)).toBe(
    "linkrd: DIR/linkrd.toml is larger than 262144 bytes: make it shorter\n",
  );
});

test("a file that cannot be read keeps no fault of the other one back", async () => {
  await using shell = await Shell.open({ "linkrd.toml": "[video]\nqualty = 1\n" });
  await mkdir(join(shell.folder, "access.toml"));
  const { exit, stderr } = await shell.run("check");
  const told = steady(stderr, shell.folder);
  expect(exit).toBe(2);
  expect(told).toContain("DIR/linkrd.toml:2:1: [video] qualty: unknown key");
  expect(told).toContain("DIR/access.toml is not a file: move it away, or put a file there\n");
  expect(told).toEndWith("linkrd: 2 faults: mend what is named above\n");
});

test("the mode of access.toml is left alone: check changes nothing", async () => {
  await using shell = await Shell.open({ "access.toml": "version = 1\n" });
  const file = join(shell.folder, "access.toml");
  await chmod(file, 0o640);
  await shell.run("check");
  expect((await Bun.file(file).stat()).mode & 0o777).toBe(0o640);
  expect(await Bun.file(file).text()).toBe("version = 1\n");
});
