import { expect, test } from "bun:test";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../../src/base/write-whole.ts";
import { must } from "../lab/guest/run.ts";

test("a disk that is full is an error, not silence", () => {
  const fd = openSync("/dev/full", "w");
  try {
    expect(() => writeWhole(fd, "x")).toThrow("ENOSPC");
  } finally {
    closeSync(fd);
  }
});

test("a full pipe that does not block is waited for", async () => {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-write-"));
  const pipe = join(folder, "pipe");
  await must(["mkfifo", pipe]);
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const copy = join(folder, "copy");
  const reader = Bun.spawn(["head", "-c", "600000", pipe], { stdout: Bun.file(copy) });
  try {
    writeWhole(fd, "é".repeat(300_000));
    expect(await reader.exited).toBe(0);
    expect(await Bun.file(copy).text()).toBe("é".repeat(300_000));
  } finally {
    closeSync(fd);
    reader.kill();
    await rm(folder, { recursive: true });
  }
});
