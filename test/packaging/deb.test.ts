/** What a board that runs Debian already installs: the package and its units. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { BINARY, needBinary } from "../api/linkrd.ts";
import { must, run } from "../lab/guest/run.ts";

const ROOT = resolve(import.meta.dir, "../..");
const ARCHITECTURE = process.arch === "arm64" ? "arm64" : "amd64";
const PACKAGE = join(ROOT, `dist/linkrd_${packageJson.version}_${ARCHITECTURE}.deb`);
const UNITS = ["linkrd.service", "linkrd-gadget.service"];
/** What `systemd-analyze security` may at most say, in tenths. */
const EXPOSURE_MAX = 30;
/** Enough for a hundred megabytes to be packed on a busy machine. */
const PACK_MS = 120_000;

let folder = "";

beforeAll(async () => {
  needBinary();
  folder = await mkdtemp(join(tmpdir(), "linkrd-deb-"));
  await must([join(ROOT, "scripts/deb.sh"), process.arch]);
}, PACK_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

test("systemd finds nothing to say about the units", async () => {
  for (const unit of UNITS) {
    const text = await readFile(join(ROOT, "packaging", unit), "utf8");
    await writeFile(join(folder, unit), text.replaceAll("/usr/bin/linkrd", BINARY));
  }
  const units = UNITS.map((unit) => join(folder, unit));
  const verified = await run(["systemd-analyze", "verify", "--man=no", ...units]);
  expect(verified).toEqual({ exit: 0, stdout: "", stderr: "" });
});

test.each(UNITS)("%s is exposed to little", async (unit) => {
  const path = join(ROOT, "packaging", unit);
  const words = ["security", "--offline=yes", `--threshold=${EXPOSURE_MAX}`, path];
  const { exit, stdout } = await run(["systemd-analyze", ...words]);
  expect(stdout).toContain(`Overall exposure level for ${unit}`);
  expect({ unit, exit }).toEqual({ unit, exit: 0 });
});

test("the package has each file where Debian looks for it", async () => {
  const listed = await must(["dpkg-deb", "--contents", PACKAGE]);
  const files = listed
    .split("\n")
    .filter((line) => line.startsWith("-"))
    .map((line) => line.replace(/^(\S+) +(\S+) .* \.(\/.*)$/, "$1 $2 $3"));
  const pages = (await readdir(join(ROOT, "docs"))).filter((name) => name.endsWith(".md"));
  expect(files.sort()).toEqual([
    "-rw-r--r-- root/root /etc/linkrd/linkrd.toml",
    "-rw-r--r-- root/root /usr/lib/systemd/system/linkrd-gadget.service",
    "-rw-r--r-- root/root /usr/lib/systemd/system/linkrd.service",
    "-rw-r--r-- root/root /usr/lib/sysusers.d/linkrd.conf",
    "-rw-r--r-- root/root /usr/lib/tmpfiles.d/linkrd.conf",
    "-rw-r--r-- root/root /usr/lib/udev/rules.d/60-linkrd.rules",
    "-rw-r--r-- root/root /usr/share/doc/linkrd/CHANGELOG.md",
    "-rw-r--r-- root/root /usr/share/doc/linkrd/NOTICE",
    "-rw-r--r-- root/root /usr/share/doc/linkrd/README.md",
    "-rw-r--r-- root/root /usr/share/doc/linkrd/copyright",
    ...pages.map((page) => `-rw-r--r-- root/root /usr/share/doc/linkrd/docs/${page}`).sort(),
    "-rwxr-xr-x root/root /usr/bin/linkrd",
  ]);
});

test("the settings are a conffile, so that an update keeps what was changed", async () => {
  expect(await must(["dpkg-deb", "--info", PACKAGE, "conffiles"])).toBe(
    "/etc/linkrd/linkrd.toml\n",
  );
  expect(await must(["dpkg-deb", "--field", PACKAGE, "Version"])).toBe(`${packageJson.version}\n`);
});

test(
  "packed again, it is the same file",
  async () => {
    const before = join(folder, "before.deb");
    await cp(PACKAGE, before);
    await must([join(ROOT, "scripts/deb.sh"), process.arch]);
    expect((await run(["cmp", before, PACKAGE])).exit).toBe(0);
  },
  PACK_MS,
);
