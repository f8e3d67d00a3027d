/** What an update brings to the boot partition, on folders that are as partition and bundle. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const HOOK = resolve(import.meta.dir, "../../image/bundle/hook");
const CMDLINE = "console=tty0 root=PARTUUID=4c4e4b52-02 rootfstype=squashfs ro\n";
const ENTRY = `title linkrd 0.2.0
linux /a/vmlinuz
initrd /a/initrd.img
devicetree /a/board.dtb
options ${CMDLINE}`;

let [boot, bundle, tools] = ["", "", ""];

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-hook-"));
  [boot, bundle, tools] = [join(folder, "card"), join(folder, "bundle"), join(folder, "bin")];
  for (const place of [join(boot, "a"), join(bundle, "boot/overlays"), tools]) {
    await mkdir(place, { recursive: true });
  }
  await copyFile(HOOK, join(bundle, "hook"));
  await writeFile(join(bundle, "boot/vmlinuz"), "a kernel");
  await writeFile(join(bundle, "boot/overlays/README"), "");
  await writeFile(join(bundle, "boot/cmdline.txt"), CMDLINE);
  await writeFile(join(bundle, "boot/entry.conf"), ENTRY);
});

afterEach(async () => {
  await rm(resolve(boot, ".."), { recursive: true });
});

async function call(name: string, environment: Readonly<Record<string, string>>) {
  const child = Bun.spawn([join(bundle, "hook"), name], {
    env: { PATH: `${tools}:/usr/bin:/bin`, LINKRD_BOOT: boot, ...environment },
    stderr: "pipe",
  });
  return { exit: await child.exited, stderr: await new Response(child.stderr).text() };
}

const SAME = { RAUC_MF_COMPATIBLE: "linkrd-arm64", RAUC_SYSTEM_COMPATIBLE: "linkrd-arm64" };

test("the files of slot b are slot b's, and nothing of an older image is left", async () => {
  await mkdir(join(boot, "b"));
  await writeFile(join(boot, "b/old.dtb"), "");
  const { exit, stderr } = await call("slot-post-install", { RAUC_SLOT_BOOTNAME: "b" });
  expect([exit, stderr]).toEqual([0, ""]);
  const read = (name: string) => readFile(join(boot, "b", name), "utf8");
  expect(await read("vmlinuz")).toBe("a kernel");
  expect(await read("overlays/README")).toBe("");
  expect(await read("cmdline.txt")).toBe(CMDLINE.replace("-02", "-03"));
  expect(await read("entry.conf")).toBe(
    ENTRY.replaceAll("/a/", "/b/").replace("4c4e4b52-02", "4c4e4b52-03"),
  );
  expect(await Bun.file(join(boot, "b/old.dtb")).exists()).toBe(false);
});

test("the files of slot a stay as they were packed", async () => {
  const { exit } = await call("slot-post-install", { RAUC_SLOT_BOOTNAME: "a" });
  expect(exit).toBe(0);
  expect(await readFile(join(boot, "a/entry.conf"), "utf8")).toBe(ENTRY);
  expect(await readFile(join(boot, "a/cmdline.txt"), "utf8")).toBe(CMDLINE);
});

test("an update that is not for a Raspberry Pi brings no cmdline.txt", async () => {
  await rm(join(bundle, "boot/cmdline.txt"));
  const { exit, stderr } = await call("slot-post-install", { RAUC_SLOT_BOOTNAME: "b" });
  expect([exit, stderr]).toEqual([0, ""]);
  expect(await readFile(join(boot, "b/entry.conf"), "utf8")).toContain("linux /b/vmlinuz\n");
});

test("an update for another board is refused", async () => {
  const { exit, stderr } = await call("install-check", {
    ...SAME,
    RAUC_MF_COMPATIBLE: "linkrd-arm64-rk3588",
  });
  const devices = "it is for linkrd-arm64-rk3588, and this device is linkrd-arm64";
  expect([exit, stderr]).toEqual([10, `${devices}: take the update for this one\n`]);
});

test("a boot partition that is full is told before anything is written", async () => {
  expect(await call("install-check", SAME)).toEqual({ exit: 0, stderr: "" });
  await writeFile(join(tools, "df"), "#!/bin/sh\nprintf 'Avail\\n1000\\n'\n");
  await chmod(join(tools, "df"), 0o755);
  const { exit, stderr } = await call("install-check", SAME);
  expect(exit).toBe(10);
  expect(stderr).toMatch(/^the boot partition has 0 MiB for it, and it needs 1: take files /);
});
