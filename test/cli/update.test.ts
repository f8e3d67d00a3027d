/** `linkrd update` with the image's boot-slot on a folder, and a RAUC that says what it is told. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Fault } from "../../src/base/fault.ts";
import type { Call } from "../../src/cli/command.ts";
import { updateWith } from "../../src/cli/update.ts";
import { openSys } from "../../src/ffi/sys.ts";

const BOOT_SLOT = resolve(import.meta.dir, "../../image/overlay/usr/lib/linkrd/boot-slot");

let folder = "";
let printed: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "linkrd-update-"));
  printed = [];
  await mkdir(join(folder, "card/loader/entries"), { recursive: true });
  await writeFile(join(folder, "card/config.txt"), "os_prefix=a/\n");
  await writeFile(join(folder, "cmdline"), "root=PARTUUID=4c4e4b52-02\n");
  await holds("a", "1.2.3", "a.conf", 1);
  await writeFile(join(folder, "new.raucb"), "");
  const at = { card: join(folder, "card"), cmdline: join(folder, "cmdline") };
  await program("slots", `LINKRD_BOOT=${at.card} LINKRD_CMDLINE=${at.cmdline} ${BOOT_SLOT} "$@"`);
  await program("restart", `touch ${join(folder, "restarted")}`);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

/** A slot with an image in it. */
async function holds(slot: string, version: string, entry: string, order: number): Promise<void> {
  await mkdir(join(folder, "card", slot), { recursive: true });
  const text = `title linkrd ${version}\n`;
  await writeFile(join(folder, "card", slot, "entry.conf"), text);
  await writeFile(join(folder, "card/loader/entries", entry), `${text}version ${order}\n`);
}

/** RAUC as it answers `info` and `install`. */
async function raucSays(info: string, install = "exit 9"): Promise<void> {
  await program("rauc", `case $1 in\ninfo) ${info} ;;\ninstall) ${install} ;;\nesac`);
}

const VERSION = (version: string) => `echo '{"compatible":"linkrd-arm64","version":"${version}"}'`;

async function update(...words: string[]): Promise<void> {
  const options = Object.fromEntries(
    words.flatMap((word) => (word.startsWith("--") ? [[word.slice(2), true]] : [])),
  );
  const call: Call = {
    places: { config: "", state: "", socket: "" },
    operands: words.filter((word) => !word.startsWith("--")),
    options,
    io: {
      print: (line) => printed.push(line),
      warn: () => undefined,
      readStdin: async () => "",
      askSecrets: undefined,
      serve: async () => undefined,
      openSys,
      version: { linkrd: "1.2.3", commit: "abcdef" },
      builtAtMs: 0,
    },
  };
  const programs = {
    bootSlot: join(folder, "slots"),
    rauc: join(folder, "rauc"),
    restart: [join(folder, "restart")],
  };
  await updateWith(programs, call);
}

async function refusal(...words: string[]): Promise<string> {
  const error = await update(...words).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Fault);
  expect(await restarted()).toBe(false);
  return error instanceof Fault ? error.message.replaceAll(folder, "DIR") : "";
}

async function restarted(): Promise<boolean> {
  return await Bun.file(join(folder, "restarted")).exists();
}

function file(): string {
  return join(folder, "new.raucb");
}

test("without a file, it tells the slots", async () => {
  await update();
  expect(printed).toEqual(["slot a  1.2.3  runs, good", "slot b  none   it is empty"]);
});

test.each([
  { entry: "b+2.conf", told: "slot b  1.3.0  starts next, on trial" },
  { entry: "b+0-2.conf", told: "slot b  1.3.0  it did not start" },
  { entry: "b+0.conf", told: "slot b  1.3.0  it was not written whole" },
])("a second slot with the entry $entry is told", async ({ entry, told }) => {
  await holds("b", "1.3.0", entry, 2);
  await update();
  expect(printed[1]).toBe(told);
});

test("a good update is written, told as it goes on, and started", async () => {
  const lines = [
    "  0% Installing",
    " 20% Checking bundle",
    " 20% Verifying",
    "100% Installing done.",
  ];
  await raucSays(
    VERSION("1.3.0"),
    `printf '%s\\n' installing ${lines.map((l) => `'${l}'`).join(" ")}`,
  );
  await update(file());
  expect(printed).toEqual([
    "  0%  Installing",
    " 20%  Checking bundle",
    "100%  Installing done.",
    "linkrd 1.3.0 is in slot b, and starts now, on trial",
  ]);
  expect(await restarted()).toBe(true);
});

test("RAUC's own reason is told, and that of an update", async () => {
  const lost = "Installation error: Slot (1 bytes) is too small for image (2 bytes).";
  await raucSays(VERSION("1.3.0"), `echo "LastError: ${lost}"; exit 1`);
  expect(await refusal(file())).toBe(`DIR/new.raucb was not taken, and this slot stays: ${lost}`);
  const quoted = "Bundle rejected: Hook returned: 'it is for another board: take the one for this'";
  await raucSays(VERSION("1.3.0"), `echo "LastError: ${quoted}"; exit 1`);
  expect(await refusal(file())).toEndWith(
    "and this slot stays: it is for another board: take the one for this",
  );
  const broken = "Installation error: Failed updating slot rootfs.1: Input/output error";
  await raucSays(VERSION("1.3.0"), `echo "LastError: ${broken}"; exit 1`);
  expect(await refusal(file())).toEndWith(
    "it is damaged: hold it against its .sha256, and copy it anew",
  );
  await raucSays(VERSION("1.3.0"), "exit 1");
  expect(await refusal(file())).toContain("journalctl -u rauc");
});

test("what is signed by somebody else is refused", async () => {
  const said = "signature verification failed: Verify error: self-signed certificate";
  await raucSays(`echo "${said}" >&2; exit 1`);
  expect(await refusal(file())).toBe(
    "DIR/new.raucb is signed with a key that this device does not know: " +
      "take the update from where its image came from",
  );
});

test("what is no update, or not whole, or not there is refused", async () => {
  await raucSays('echo "Invalid bundle format: Signature size exceeds bundle size" >&2; exit 1');
  expect(await refusal(file())).toBe(
    "DIR/new.raucb is no update, or not whole: hold it against its .sha256, and copy it anew",
  );
  expect(await refusal(join(folder, "none"))).toStartWith("DIR/none is not there: ");
});

test("an older version is refused, unless it is asked for", async () => {
  await raucSays(VERSION("1.2.3-rc.1"), "exit 0");
  expect(await refusal(file())).toBe(
    "DIR/new.raucb is linkrd 1.2.3-rc.1, older than 1.2.3, which runs: " +
      "--older takes it all the same",
  );
  await update("--older", file());
  expect(await restarted()).toBe(true);
});

test("the same version may be taken again", async () => {
  await raucSays(VERSION("1.2.3"), "exit 0");
  await update(file());
  expect(await restarted()).toBe(true);
});

test("nothing is taken while the slot that runs has nowhere else to fall back to", async () => {
  await rm(join(folder, "card/loader/entries/a.conf"));
  await holds("a", "1.2.3", "a+1-1.conf", 2);
  await raucSays(VERSION("1.3.0"), "exit 0");
  expect(await refusal(file())).toStartWith("slot a is still on trial, ");
});

test("back starts the old slot, and back again what runs", async () => {
  await holds("b", "1.1.0", "b.conf", 0);
  await update("--back");
  expect(printed).toEqual(["linkrd 1.1.0 in slot b starts now, on trial"]);
  expect(await readdir(join(folder, "card/loader/entries"))).toContain("b+2.conf");
  expect(await readFile(join(folder, "card/config.txt"), "utf8")).toBe("os_prefix=b/\n");
  expect(await restarted()).toBe(true);
  await update("--back");
  expect(printed[1]).toBe("linkrd 1.2.3 in slot a goes on, and starts next time too");
  expect(await readFile(join(folder, "card/config.txt"), "utf8")).toBe("os_prefix=a/\n");
});

test("back to a slot that cannot start is refused", async () => {
  expect(await refusal("--back")).toBe("slot b cannot start, it is empty: update it with a FILE");
  await holds("b", "1.3.0", "b+0-2.conf", 2);
  expect(await refusal("--back")).toContain("it did not start");
  expect(await refusal("--back", file())).toContain("--back takes no FILE");
});

test("elsewhere than on the image it says so", async () => {
  await rm(join(folder, "slots"));
  expect(await refusal()).toContain("this is not the SD image");
});
