/** Which slot starts: RAUC's orders, carried out on a folder that is as a boot partition. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Outcome } from "../lab/guest/run.ts";

const PROGRAM = resolve(import.meta.dir, "../../image/overlay/usr/lib/linkrd/boot-slot");
const CONFIG = "# read by the firmware\r\nenable_uart=1\r\nos_prefix=a/\r\nkernel=vmlinuz\r\n";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "linkrd-slots-"));
  await mkdir(join(folder, "loader/entries"), { recursive: true });
  await writeFile(join(folder, "config.txt"), CONFIG);
  await fill("a", "0.1.0");
  await writeFile(join(folder, "loader/entries/a.conf"), `${entry("a", "0.1.0")}version 1\n`);
  await runs("a");
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function entry(slot: string, version: string): string {
  return `title linkrd ${version}\nsort-key linkrd\nlinux /${slot}/vmlinuz\n`;
}

/** Puts an image into a slot, as an update does before it orders the start. */
async function fill(slot: string, version: string): Promise<void> {
  await mkdir(join(folder, slot), { recursive: true });
  await writeFile(join(folder, slot, "entry.conf"), entry(slot, version));
}

async function runs(slot: "a" | "b"): Promise<void> {
  const root = { a: "02", b: "03" }[slot];
  await writeFile(join(folder, "cmdline"), `quiet root=PARTUUID=4c4e4b52-${root} ro\n`);
}

async function order(...words: string[]): Promise<Outcome> {
  const child = Bun.spawn([PROGRAM, ...words], {
    env: { ...process.env, LINKRD_BOOT: folder, LINKRD_CMDLINE: join(folder, "cmdline") },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit: await child.exited, stdout, stderr };
}

async function done(words: string): Promise<string> {
  const { exit, stdout, stderr } = await order(...words.split(" "));
  expect([words, exit, stderr]).toEqual([words, 0, ""]);
  return stdout.trim();
}

async function entries(): Promise<string[]> {
  return (await readdir(join(folder, "loader/entries"))).toSorted();
}

async function prefix(): Promise<string> {
  const text = await readFile(join(folder, "config.txt"), "utf8");
  expect(text.replace(/os_prefix=[ab]/, "os_prefix=a")).toBe(CONFIG);
  return /os_prefix=([ab])/.exec(text)?.[1] ?? "";
}

/** What systemd-boot does before it starts an entry that is counted. */
async function loaderCounts(from: string, to: string): Promise<void> {
  const place = join(folder, "loader/entries");
  await rename(join(place, from), join(place, to));
}

/** RAUC's orders of an update into slot b. */
async function update(version: string): Promise<void> {
  await done("set-state b bad");
  await fill("b", version);
  await done("set-primary b");
}

test("a card as it was flashed has one good slot", async () => {
  expect(await done("get-current")).toBe("a");
  expect(await done("get-primary")).toBe("a");
  expect(await done("get-state a")).toBe("good");
  expect(await done("get-state b")).toBe("bad");
  expect(await done("list")).toBe("a 0.1.0 good\nb none empty");
});

test("an update is started next, on trial, by both loaders", async () => {
  await update("0.2.0");
  expect(await entries()).toEqual(["a.conf", "b+2.conf"]);
  const text = await readFile(join(folder, "loader/entries/b+2.conf"), "utf8");
  expect(text).toBe(`${entry("b", "0.2.0")}version 2\n`);
  expect(await prefix()).toBe("b");
  expect(await done("get-primary")).toBe("b");
  expect(await done("get-current")).toBe("a");
  expect(await done("list")).toBe("a 0.1.0 good\nb 0.2.0 trial");
});

test("a card that is not for a Raspberry Pi is updated without config.txt", async () => {
  await rm(join(folder, "config.txt"));
  await update("0.2.0");
  await done("set-primary b");
  expect(await entries()).toEqual(["a.conf", "b+2.conf"]);
  await done("set-state b bad");
  expect(await done("get-primary")).toBe("a");
  expect(await Bun.file(join(folder, "config.txt")).exists()).toBe(false);
});

test("a start that is good is blessed", async () => {
  await update("0.2.0");
  await loaderCounts("b+2.conf", "b+1-1.conf");
  await runs("b");
  expect(await done("list")).toBe("a 0.1.0 good\nb 0.2.0 trial");
  await done("set-state b good");
  expect(await entries()).toEqual(["a.conf", "b.conf"]);
  expect(await done("get-primary")).toBe("b");
  await done("set-primary b");
  expect(await entries()).toEqual(["a.conf", "b.conf"]);
});

test("a slot that used up its tries is failed, and the other one is ordered again", async () => {
  await update("0.2.0");
  await loaderCounts("b+2.conf", "b+0-2.conf");
  expect(await done("get-primary")).toBe("a");
  expect(await done("get-state b")).toBe("bad");
  expect(await done("list")).toBe("a 0.1.0 good\nb 0.2.0 failed");
  // The judge's order, of the slot that came up instead: the Raspberry Pi has to be told as well.
  expect(await prefix()).toBe("b");
  await done("set-primary a");
  expect(await prefix()).toBe("a");
  expect(await entries()).toEqual(["a.conf", "b+0-2.conf"]);
});

test("a slot that is judged bad gives way to the other one at once", async () => {
  await update("0.2.0");
  await loaderCounts("b+2.conf", "b+1-1.conf");
  await runs("b");
  await done("set-state b bad");
  expect(await entries()).toEqual(["a.conf", "b+0-1.conf"]);
  expect(await prefix()).toBe("a");
  expect(await done("get-primary")).toBe("a");
});

test("while a slot is written, it cannot start", async () => {
  await update("0.2.0");
  await runs("b");
  await done("set-state b good");
  // The next update goes into a.
  await done("set-state a bad");
  expect(await entries()).toEqual(["a+0.conf", "b.conf"]);
  expect(await prefix()).toBe("b");
  await fill("a", "0.3.0");
  await done("set-primary a");
  expect(await entries()).toEqual(["a+2.conf", "b.conf"]);
  const text = await readFile(join(folder, "loader/entries/a+2.conf"), "utf8");
  expect(text).toContain("version 3\n");
});

test("a slot that was good can be gone back to, on trial", async () => {
  await update("0.2.0");
  await runs("b");
  await done("set-state b good");
  await done("set-primary a");
  expect(await entries()).toEqual(["a+2.conf", "b.conf"]);
  expect([await done("get-primary"), await prefix()]).toEqual(["a", "a"]);
  // It was not meant: what runs needs no trial.
  await done("set-primary b");
  expect(await entries()).toEqual(["a+2.conf", "b.conf"]);
  expect([await done("get-primary"), await prefix()]).toEqual(["b", "b"]);
});

test("the tenth order outranks the ninth", async () => {
  await update("0.2.0");
  for (const slot of ["a", "b", "a", "b", "a", "b", "a", "b", "a"]) {
    await done(`set-primary ${slot}`);
    expect(await done("get-primary")).toBe(slot);
  }
});

test("what is already so is not written", async () => {
  const place = join(folder, "loader/entries/a.conf");
  const before = await Bun.file(place).stat();
  await done("set-primary a");
  expect((await Bun.file(place).stat()).ino).toBe(before.ino);
});

test("an empty slot is never ordered, and the only one is never given up", async () => {
  const { exit, stderr } = await order("set-primary", "b");
  expect([exit, stderr]).toEqual([1, "boot-slot: slot b is empty: linkrd update FILE fills it\n"]);
  await done("set-state a bad");
  expect([await done("get-primary"), await prefix()]).toEqual(["a", "a"]);
});

test("what cannot be done is said", async () => {
  await fill("b", "0.2.0");
  await writeFile(join(folder, "config.txt"), "arm_64bit=1\n");
  const untold = await order("set-primary", "b");
  expect([untold.exit, untold.stderr]).toEqual([
    1,
    "boot-slot: config.txt has no line os_prefix=a/ or os_prefix=b/: put it back\n",
  ]);
  expect(await entries()).toEqual(["a.conf"]);
  await writeFile(join(folder, "cmdline"), "root=/dev/sda1\n");
  expect((await order("get-current")).stderr).toContain("the root is no slot of this image");
  for (const words of [[], ["set-primary", "c"], ["set-state", "a"], ["get-state"]]) {
    const { exit, stderr } = await order(...words);
    expect([exit, stderr.includes("unknown order")]).toEqual([1, true]);
  }
});
