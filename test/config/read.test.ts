import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderPlacedFault } from "../../src/base/placed-fault.ts";
import { parseSettings } from "../../src/config/load.ts";
import { readSettings } from "../../src/config/read.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "linkrd-read-"));
});
afterAll(() => rm(root, { recursive: true }));

/** A configuration directory whose linkrd.toml has this content. */
async function directory(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(root, name);
  await mkdir(path);
  await writeFile(join(path, "linkrd.toml"), content);
  return path;
}

test("no file, and no directory, mean the defaults", async () => {
  const defaults = { ...parseSettings("", ""), blank: true };
  expect(await readSettings(root)).toEqual(defaults);
  expect(await readSettings(join(root, "nowhere"))).toEqual(defaults);
});

test("a file is read, its byte order mark left aside", async () => {
  const path = await directory("good", "\uFEFF[video]\nquality = 50\n");
  expect(await readSettings(path)).toMatchObject({ settings: { video: { quality: 50 } } });
});

test("its faults name the whole path, as check prints it", async () => {
  const path = await directory("bad", '[log]\nlevel = "x"\n');
  const parsed = await readSettings(path);
  const faults = "faults" in parsed ? parsed.faults : [];
  expect(faults.map(renderPlacedFault)).toEqual([
    `${path}/linkrd.toml:2:1: [log] level: "x" does not fit: give one of debug, info, warn, error
  2 | level = "x"
    | ^`,
  ]);
});

test("bytes that are no UTF-8 are pointed at", async () => {
  const bytes = Buffer.concat([Buffer.from("# ü\nx = '"), Buffer.from([0xe9]), Buffer.from("'\n")]);
  expect(await readSettings(await directory("latin1", bytes))).toMatchObject({
    faults: [{ line: 2, column: 6, message: "not UTF-8 from here: save the file as UTF-8" }],
  });
});

test("a file over the bound is refused, one at the bound is read", async () => {
  const bound = 256 * 1024;
  const under = await directory("under", `#${"x".repeat(bound - 1)}`);
  expect(await readSettings(under)).toEqual({ ...parseSettings("", ""), blank: false });
  const over = await directory("over", `#${"x".repeat(bound)}`);
  await expect(readSettings(over)).rejects.toMatchObject({ code: "bad_config" });
});

test("a directory or a named pipe in its place is refused, and not waited for", async () => {
  await mkdir(join(root, "folder", "linkrd.toml"), { recursive: true });
  await expect(readSettings(join(root, "folder"))).rejects.toMatchObject({ code: "bad_config" });
  await mkdir(join(root, "pipe"));
  expect(Bun.spawnSync(["mkfifo", join(root, "pipe", "linkrd.toml")]).success).toBe(true);
  await expect(readSettings(join(root, "pipe"))).rejects.toMatchObject({ code: "bad_config" });
});

test("a file that cannot be opened is a fault that says what to do", async () => {
  await writeFile(join(root, "plain"), "");
  await expect(readSettings(join(root, "plain"))).rejects.toMatchObject({
    code: "no_access",
    message: `${root}/plain/linkrd.toml cannot be read: look at the disk`,
  });
});
