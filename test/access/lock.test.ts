import { expect, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../src/access/lock.ts";
import { Device } from "./fixture.ts";

const HOLDER = `
  import { withLock } from "${join(import.meta.dir, "../../src/access/lock.ts")}";
  await withLock(process.argv[1], async () => {
    process.stdout.write("held");
    for await (const chunk of process.stdin) process.stdout.write(chunk);
  });
`;

test("callers take turns", async () => {
  await using device = new Device();
  const path = join(device.root, "lock");
  const order: string[] = [];
  const turn = (name: string) =>
    withLock(path, async () => {
      order.push(`${name} in`);
      await Bun.file(path).exists();
      order.push(`${name} out`);
    });
  await Promise.all([turn("a"), turn("b"), turn("c")]);
  for (let at = 0; at < order.length; at += 2) {
    expect(order[at + 1]).toBe(order[at]?.replace("in", "out"));
  }
  expect(statSync(path)).toMatchObject({ size: 0, mode: 0o100600 });
});

test("another process keeps it while it lives, and not a moment longer", async () => {
  await using device = new Device();
  const path = join(device.root, "lock");
  const child = Bun.spawn([process.execPath, "-e", HOLDER, path], {
    stdin: "pipe",
    stdout: "pipe",
  });
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("held");
  const wanted = withLock(path, async () => "mine", 50);
  await expect(wanted).rejects.toMatchObject({
    code: "storage",
    message: expect.stringContaining("held by another linkrd"),
  });
  child.kill("SIGKILL");
  expect(await withLock(path, async () => "mine")).toBe("mine");
});

test("a task that fails frees it", async () => {
  await using device = new Device();
  const path = join(device.root, "lock");
  const failing = withLock(path, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await withLock(path, async () => 1, 0)).toBe(1);
});

test("where it cannot be made, or is some other file, that is said", async () => {
  await using device = new Device();
  const missing = withLock(join(device.root, "none", "lock"), async () => 1);
  await expect(missing).rejects.toMatchObject({ code: "storage" });
  const path = join(device.root, "lock");
  writeFileSync(path, "somebody's notes, surely no lock");
  const foreign = withLock(path, async () => 1);
  await expect(foreign).rejects.toThrow("cannot be locked: remove it");
});
