import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSys } from "../../src/ffi/sys.ts";
import { openYuv } from "../../src/ffi/yuv.ts";
import { Camera } from "../../src/video/camera.ts";
import { NoPicture } from "../../src/video/signal.ts";

const sys = openSys();
const yuv = openYuv();
const folder = mkdtempSync(join(tmpdir(), "linkrd-camera-"));
const hasNodes = readdirSync("/dev").some((name) => /^video\d+$/.test(name));

writeFileSync(join(folder, "file"), "this is no camera");
Bun.spawnSync(["mkfifo", join(folder, "fifo")]);
afterAll(() => rmSync(folder, { recursive: true }));

/** What stands between a device and its picture; throws what is not said as NoPicture. */
function refusal(device: string): NoPicture {
  const camera = new Camera({ device, format: "auto" }, sys, yuv);
  try {
    camera.open();
  } catch (error) {
    if (error instanceof NoPicture) return error;
    throw error;
  } finally {
    camera.close();
  }
  return expect.unreachable();
}

test.each([
  ["missing", "no device", "ENOENT"],
  ["file/video0", "no device", "ENOTDIR"],
  ["file", "unsupported", "VIDIOC_QUERYCAP"],
  ["fifo", "unsupported", "VIDIOC_QUERYCAP"],
  [".", "unsupported", "EISDIR"],
])("%s is %s", (name, stage, detail) => {
  const path = join(folder, name);
  const found = refusal(path);
  expect([found.stage, found.detail]).toEqual([stage, expect.stringContaining(detail)]);
  expect(found.detail).toContain(path);
});

test("/dev/null is unsupported", () => {
  expect(refusal("/dev/null")).toMatchObject({
    stage: "unsupported",
    detail: "VIDIOC_QUERYCAP /dev/null: ENOTTY",
  });
});

test.if(!hasNodes)("auto without any video node is no device", () => {
  expect(refusal("auto")).toMatchObject({ stage: "no device", detail: "looked at /dev/video*" });
});

test("whatever was refused leaves no descriptor behind", () => {
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  for (const name of ["missing", "file", ".", "fifo"]) refusal(join(folder, name));
  expect(open()).toBe(before);
});

test("a closed camera waits for nothing, and has no frames", () => {
  const camera = new Camera({ device: join(folder, "missing"), format: "auto" }, sys, yuv);
  camera.close();
  expect(camera.waits()).toEqual([]);
  expect(() => camera.grab()).toThrow(NoPicture);
});
