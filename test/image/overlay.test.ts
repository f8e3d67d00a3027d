/** The parts of the SD image that can be looked at without building it. */
import { expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { KINDS } from "../../src/provision/kinds.ts";
import { must, run } from "../lab/guest/run.ts";

const ROOT = resolve(import.meta.dir, "../..");
const UNITS = join(ROOT, "image/overlay/usr/lib/systemd/system");
const PROGRAMS = join(ROOT, "image/overlay/usr/lib/linkrd");

test("systemd finds nothing to say about the units", async () => {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-units-"));
  try {
    const names = (await readdir(UNITS)).filter((name) => name.endsWith(".service"));
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const text = await readFile(join(UNITS, name), "utf8");
      await writeFile(join(folder, name), text.replaceAll("/usr/lib/linkrd", PROGRAMS));
    }
    const units = names.map((name) => join(folder, name));
    const verified = await run(["systemd-analyze", "verify", "--man=no", ...units]);
    expect(verified).toEqual({ exit: 0, stdout: "", stderr: "" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("shellcheck finds nothing to say about the scripts of the device", async () => {
  const scripts = await must(["git", "-C", ROOT, "grep", "-lE", "^#!/bin/sh$", "--", "image"]);
  const paths = scripts.trim().split("\n");
  expect(paths.length).toBeGreaterThan(5);
  const checked = await run([
    "shellcheck",
    "--exclude=SC1091",
    ...paths.map((path) => join(ROOT, path)),
  ]);
  expect(checked).toEqual({ exit: 0, stdout: "", stderr: "" });
});

test("the README on the card names each file that is looked for", async () => {
  const text = await readFile(join(ROOT, "image/boot/linkrd/README.txt"), "utf8");
  const named = [...text.matchAll(/^([a-z_.]+) {2,}/gm)].map((match) => match[1]);

  expect(named.toSorted()).toEqual(KINDS.map((kind) => kind.name).toSorted());
  // Notepad shows nothing else as lines.
  expect(text.match(/\n/g)?.length).toBe(text.match(/\r\n/g)?.length);
});

test("each package is listed once, and by a name that Debian could have", async () => {
  const lines = (await readFile(join(ROOT, "image/packages"), "utf8")).split("\n");
  const names = lines.filter((line) => line !== "" && !line.startsWith("#"));
  expect(names.filter((name) => !/^[a-z0-9][a-z0-9.+-]+$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test("each RK3588 board is listed once, by a name that Linux could have for its tree", async () => {
  const list = await readFile(join(ROOT, "image/boards/rk3588/device-trees"), "utf8");
  const lines = list.trim().split("\n");
  const names = lines.filter((line) => !line.startsWith("#")).flatMap((line) => line.split(/ +/));
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !/^rk3588-[a-z0-9-]+$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test("the SBOM names each package with its version", async () => {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-sbom-"));
  try {
    const list = join(folder, "packages.tsv");
    await writeFile(list, "libc6\t2.41-12+deb13u1\tarm64\tglibc\t2.41-12+deb13u1\n");
    const script = join(ROOT, "scripts/image-sbom.ts");
    const sbom = JSON.parse(await must([process.execPath, script, list, "linkrd-1-arm64", "0"]));
    expect(sbom).toMatchObject({
      bomFormat: "CycloneDX",
      metadata: { timestamp: "1970-01-01T00:00:00.000Z", component: { name: "linkrd-1-arm64" } },
      components: [
        {
          name: "libc6",
          version: "2.41-12+deb13u1",
          purl: "pkg:deb/debian/libc6@2.41-12%2Bdeb13u1?arch=arm64&distro=debian-13",
        },
      ],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
