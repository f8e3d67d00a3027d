import { describe, expect, test } from "bun:test";
import { COMMANDS } from "../../src/cli/commands.ts";
import { usageOf } from "../../src/cli/help.ts";
import { golden, Shell, steady } from "./world.ts";

describe("the table of commands", () => {
  test("has every command once, with help that fits its line", () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, help, operands, options } of COMMANDS) {
      expect(name).toMatch(/^[a-z-]+( [a-z-]+)?$/);
      expect(help).toMatch(/^[a-z].{8,59}$/);
      expect(help).not.toMatch(/\.$/);
      expect(operands).toMatch(/^([A-Z]+( [A-Z]+)*|\[[A-Z]+\])?$/);
      for (const [option, about] of Object.entries(options)) {
        expect(option).toMatch(/^[a-z-]+$/);
        expect(["config", "state", "help"]).not.toContain(option);
        expect(about.help).toMatch(/^[a-z].*[^.]$/);
      }
    }
  });

  test("has no command that begins another one", () => {
    for (const { name } of COMMANDS) {
      const longer = COMMANDS.filter((other) => other.name.startsWith(`${name} `));
      expect(longer.map((other) => other.name)).toEqual([]);
    }
  });

  test("has the commands of the contract", () => {
    const wanted =
      "serve, check, token new, token list, token revoke, token delete, user add, user password, " +
      "snapshot, control, type, status, release-keys, gadget up, gadget down, version";
    const names = COMMANDS.map(({ name }) => name);
    for (const name of wanted.split(", ")) expect(names).toContain(name);
  });
});

test("help is the table", async () => {
  await using shell = await Shell.open();
  const { exit, stdout, stderr } = await shell.bare("help");
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(await golden("help.txt", stdout));
  for (const command of COMMANDS) expect(stdout).toContain(`  ${usageOf(command)}`);
  for (const words of [["--help"], ["-h"], ["help", "nonsense"], ["nonsense", "--help"]]) {
    expect(await shell.bare(...words)).toEqual({ exit: 0, stdout, stderr: "" });
  }
  expect(await shell.bare()).toEqual({ exit: 2, stdout, stderr: "" });
});

test("help of a command tells its options, however it is asked for", async () => {
  await using shell = await Shell.open();
  const { exit, stdout, stderr } = await shell.bare("token", "new", "--help");
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(await golden("help-token-new.txt", stdout));
  for (const words of [
    ["help", "token", "new"],
    ["token", "new", "ci", "-h"],
    ["--config", "/x", "token", "new", "--expires", "--help"],
  ]) {
    expect(await shell.bare(...words)).toEqual({ exit: 0, stdout, stderr: "" });
  }
  for (const { name } of COMMANDS) {
    const one = await shell.bare(...name.split(" "), "--help");
    expect([name, one.exit, one.stdout.split(" ", 2)[0]]).toEqual([name, 0, "linkrd"]);
  }
  const family = await shell.bare("token", "--help");
  expect(family.stdout.match(/^ {2}linkrd token /gm)).toHaveLength(4);
});

test("behind -- nothing is an option", async () => {
  await using shell = await Shell.open();
  const { exit, stderr } = await shell.run("type", "--", "--help");
  expect([exit, stderr]).toEqual([2, "linkrd: usage: linkrd type TEXT\n"]);
});

test("--version is version", async () => {
  await using shell = await Shell.open();
  expect(await shell.bare("--version")).toEqual(await shell.bare("version"));
});

/** Every way of using a command wrongly. */
const WRONG: readonly (readonly string[])[] = [
  ["serv"],
  ["sevre"],
  ["toke", "new"],
  ["nonsense"],
  ["new"],
  ["-v"],
  ["--json"],
  ["token"],
  ["token", "nwe", "x"],
  ["user"],
  ["gadget", "sideways"],
  ["token", "new"],
  ["token", "new", "a", "b"],
  ["snapshot"],
  ["type", "two", "words"],
  ["version", "x"],
  ["token", "list", "--jsn"],
  ["token", "list", "--json=yes"],
  ["token", "list", "--json", "--json"],
  ["token", "new", "a", "--expire", "90d"],
  ["token", "new", "a", "--expires"],
  ["token", "new", "a", "--expires", "--json"],
  ["token", "new", "a", "--abilities", "view", "--abilities", "info"],
  ["serve", "--simulated"],
  ["serve", "--json"],
  ["serve", "-x"],
  ["serve", "--config"],
  ["serve", "--config="],
  ["serve", "--config", "a", "--config", "b"],
  ["serve", "--__proto__"],
  ["serve", "--constructor=1"],
  ["type", "-x"],
  ["nonsense\u001b[2J\nlinkrd: forged"],
];

test("wrong use is one line that says what would be right, and exit 2", async () => {
  await using shell = await Shell.open();
  let told = "";
  for (const words of WRONG) {
    const { exit, stdout, stderr } = await shell.bare(...words);
    const line = JSON.stringify(words);
    expect([line, exit, stdout]).toEqual([line, 2, ""]);
    expect(stderr).toMatch(/^linkrd: [^\n\p{Cc}]+\n$/u);
    told += `linkrd ${words.map((word) => JSON.stringify(word)).join(" ")}\n  ${stderr}`;
  }
  expect(told).toBe(await golden("wrong-use.txt", told));
  expect(shell.served).toEqual([]);
});

describe("options", () => {
  test("--config and --state may stand anywhere, and name the socket", async () => {
    await using shell = await Shell.open();
    const places = { config: "/c", state: "/s", socket: "/s/linkrd.sock" };
    for (const words of [
      ["serve", "--simulate", "--config", "/c", "--state", "/s"],
      ["--config", "/c", "--state", "/s", "serve", "--simulate"],
      ["--config=/c", "serve", "--state=/s", "--simulate"],
    ]) {
      expect(await shell.bare(...words)).toEqual({ exit: 0, stdout: "", stderr: "" });
      expect(shell.served.pop()).toEqual({ places, simulate: true });
    }
  });

  test("left out, they are the places of the package", async () => {
    await using shell = await Shell.open();
    await shell.bare("serve");
    const [config, state] = ["/etc/linkrd", "/var/lib/linkrd"];
    const places = { config, state, socket: "/run/linkrd/linkrd.sock" };
    expect(shell.served).toEqual([{ places, simulate: false }]);
  });
});

test("what begins with a dash can be typed after --", async () => {
  await using shell = await Shell.open();
  const places = ["--config", shell.folder, "--state", shell.folder];
  const { exit, stderr } = await shell.bare("type", ...places, "--", "-x");
  expect([exit, stderr.includes("no daemon answers")]).toEqual([1, true]);
});

test("version is one line", async () => {
  await using shell = await Shell.open();
  const { exit, stdout, stderr } = await shell.run("version");
  const line = `linkrd 1.2.3 (abcdef), Bun ${Bun.version}, ${process.arch}\n`;
  expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: line, stderr: "" });
});

test.each([
  { words: ["status"] },
  { words: ["snapshot", "x.jpg"] },
  { words: ["control", "{}"] },
  { words: ["type", "x"] },
])("without a daemon, $words says so", async ({ words }) => {
  await using shell = await Shell.open();
  const { exit, stdout, stderr } = await shell.run(...words);
  expect([exit, stdout]).toEqual([1, ""]);
  expect(steady(stderr, shell.folder)).toBe(
    "linkrd: no daemon answers at DIR/linkrd.sock: " +
      "start it with `linkrd serve`, or name its --state\n",
  );
});

test("release-keys needs no daemon, no devices and no good settings", async () => {
  const nodes =
    'keyboard = "/dev/linkrd-none"\npointer = "/dev/linkrd-none"\nmouse = "/dev/linkrd-none"\n';
  await using shell = await Shell.open({ "linkrd.toml": `[hid]\n${nodes}` });
  expect(await shell.run("release-keys")).toEqual({ exit: 0, stdout: "", stderr: "" });
});
