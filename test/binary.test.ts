/** dist/linkrd alone: one file, copied anywhere, that nothing around it can talk into anything. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY, needBinary, places } from "./api/linkrd.ts";
import { run, until } from "./lab/guest/run.ts";

const SETTINGS = `[server]
https_port = 0
http_port = 0
[simulated]
width = 320
height = 240
`;

/** A working directory with files that Bun would run or read if it were asked to. */
let hostile: string;
let alone: string;
let temporary: string;

beforeAll(async () => {
  needBinary();
  const root = await mkdtemp(join(tmpdir(), "linkrd-binary-"));
  hostile = join(root, "hostile");
  temporary = join(root, "tmp");
  alone = join(root, "alone", "linkrd");
  for (const folder of ["hostile", "tmp", "alone"]) await mkdir(join(root, folder));
  await copyFile(BINARY, alone);
  const evil = 'require("node:fs").writeFileSync(__dirname + "/was-run", "");';
  await writeFile(join(hostile, "evil.js"), evil);
  await writeFile(join(hostile, "bunfig.toml"), 'preload = ["./evil.js"]\n[run]\nbun = true\n');
  await writeFile(
    join(hostile, ".env"),
    "LINKRD_STACK=1\nBUN_OPTIONS=--preload=./evil.js\nTZ=Mars\n",
  );
  await writeFile(join(hostile, "package.json"), '{"scripts":{"version":"touch was-run"}}');
  await writeFile(join(hostile, "tsconfig.json"), "{ broken");
  await writeFile(join(hostile, "linkrd.toml"), SETTINGS);
});

afterAll(async () => {
  await rm(join(hostile, ".."), { recursive: true, force: true });
});

/** Starts the copy in the hostile folder. */
function start(...words: string[]) {
  return Bun.spawn([alone, ...words], {
    cwd: hostile,
    env: { PATH: "/usr/bin:/bin", TMPDIR: temporary, HOME: temporary },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function outcome(...words: string[]) {
  const child = start(...words);
  const [stdout, stderr, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exit, stdout, stderr };
}

/** Serves one picture of the simulated host and ends. */
async function servesPicture(): Promise<void> {
  const state = join(hostile, "state");
  const daemon = start("serve", "--simulate", "--config", hostile, "--state", state);
  const file = join(hostile, "picture.jpg");
  await until("a picture", 10, async () => {
    if (daemon.exitCode !== null) throw new Error(await new Response(daemon.stderr).text());
    const { exit } = await run([alone, "snapshot", file, "--config", hostile, "--state", state]);
    return exit === 0 ? true : undefined;
  });
  const head = (await Bun.file(file).bytes()).subarray(0, 3);
  expect(head.toHex()).toBe("ffd8ff");
  daemon.kill("SIGTERM");
  expect(await daemon.exited).toBe(0);
}

test("a copy runs where nothing else is, and nothing around it runs", async () => {
  const { version } = await Bun.file(join(import.meta.dir, "../package.json")).json();
  const { exit, stdout, stderr } = await outcome("version");
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toStartWith(`linkrd ${version} (`);
  expect((await outcome("check", ...places(hostile))).exit).toBe(0);
  expect(await readdir(hostile)).not.toContain("was-run");
});

test("it serves there, and leaves nothing in the temporary folder", async () => {
  await servesPicture();
  expect(await readdir(hostile)).not.toContain("was-run");
  expect(await readdir(temporary)).toEqual([]);
});

test("it serves with a temporary folder that it cannot write to", async () => {
  const before = temporary;
  temporary = "/proc";
  await servesPicture();
  temporary = "/nowhere";
  await servesPicture();
  temporary = before;
  expect(await readdir(temporary)).toEqual([]);
});

test("the trap is one: Bun itself falls into it", async () => {
  const trap = join(hostile, "was-run");
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const bun = Bun.spawn([process.execPath, "-e", "0"], { cwd: hostile, ...quiet });
  await bun.exited;
  expect(await Bun.file(trap).exists()).toBe(true);
  await rm(trap);
});

test("words are taken as words: those of Bun's own mean nothing", async () => {
  for (const words of [["run", "evil.js"], ["evil.js"], ["-e", "1"], ["install"], ["x", "y"]]) {
    const { exit, stdout, stderr } = await outcome(...words);
    expect([words[0], exit, stdout]).toEqual([words[0], 2, ""]);
    expect(stderr).toMatch(/^linkrd: [^\n]+\n$/);
  }
  expect(await readdir(hostile)).not.toContain("was-run");
});

test("what it prints arrives whole in a pipe, and a full disk is told", async () => {
  const line = "2026-11-22T05:39:48.000Z login who=admin outcome=ok";
  await writeFile(join(hostile, "audit.log"), `${line}\n`.repeat(8000));
  const print = [alone, "log", "--audit", "--state", hostile].join(" ");
  const piped = await run(["sh", "-c", `${print} | { read first; wc -l; }`]);
  expect([piped.stdout.trim(), piped.stderr]).toEqual(["7999", ""]);
  expect(await run(["sh", "-c", `${print} | head -n 1`])).toEqual({
    exit: 0,
    stdout: `${line}\n`,
    stderr: "",
  });
  const full = await run(["sh", "-c", `${print} > /dev/full`]);
  expect(full.exit).toBe(1);
  expect(full.stderr).toMatch(/^linkrd: standard output cannot be written: [^\n]+\n$/);
});

test("it serves on when nobody takes its log", async () => {
  const logless = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh", alone, "serve", "--simulate"];
  const daemon = Bun.spawn([...logless, ...places(hostile)], { stdout: "ignore" });
  await until("it to serve, or to end", 10, async () => {
    if (daemon.exitCode !== null) return true;
    return (await run([alone, "status", ...places(hostile)])).exit === 0 ? true : undefined;
  });
  expect(daemon.exitCode).toBeNull();
  daemon.kill("SIGTERM");
  expect(await daemon.exited).toBe(0);
});

test("it links to no library but libc's own", async () => {
  const { stdout } = await run(["ldd", BINARY]);
  const names = [...stdout.matchAll(/^\s+(\S+?)\.so/gm)].map(([, name]) => name?.split("/").at(-1));
  const known = ["linux-vdso", "libc", "ld-linux-x86-64", "ld-linux-aarch64", "libpthread"];
  for (const name of names) expect([...known, "libdl", "libm", "librt"]).toContain(name ?? "");
});
