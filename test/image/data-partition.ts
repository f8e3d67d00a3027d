/**
 * Run as root in a mount namespace of its own, with a folder at its argument: what the initial RAM
 * disk of the image (image/early) makes of data partitions of every kind, and what the daemon then
 * says. The kernel, ext4 and overlayfs are real, the partition is a loop device. Prints the stories
 * as JSON.
 */
import { exists, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { argv } from "node:process";
import { BINARY, freePort } from "../api/linkrd.ts";
import { must, run, until } from "../lab/guest/run.ts";

const SCRIPT = resolve(import.meta.dir, "../../image/early/linkrd/state");
const NOTES = "/run/linkrd-image";
/** Enough for a second group of blocks, where the copy of the superblock is. */
const BYTES = 160 * 2 ** 20;
const BLOCK = 4096;
const SETTINGS = "etc/ours";
const SERVE_SECONDS_MAX = 25;

/** initramfs-tools' own, as far as the script calls them. */
const FUNCTIONS = `
resolve_device() { echo "$1"; }
panic() { echo "$1" >&2; exit 1; }
`;

/** How a start went, as far as the initial RAM disk goes. */
export interface Started {
  /** What status, log and console will say. */
  readonly problem: string;
  /** Whether everything is in memory. */
  readonly volatile: boolean;
  /** Whether the device can be set up by whoever comes first. */
  readonly open: boolean;
  /** What the settings say that were there before. */
  readonly settings: string;
  /** Whether there is room for a new file. */
  readonly writable: boolean;
  /** What `linkrd status` calls problems, and the log has of them. */
  readonly status: readonly string[];
  readonly log: readonly string[];
}

const [, , folder = ""] = argv;
const image = join(folder, "data.ext4");
const device = (name: string) => join(folder, "root", name);
let disk = "";

/** A partition as it is flashed. */
async function flash(): Promise<void> {
  await takeOut();
  await rm(image, { force: true });
  await must(["truncate", "-s", `${BYTES}`, image]);
  await must(["mkfs.ext4", "-q", "-F", "-b", `${BLOCK}`, "-e", "remount-ro", image]);
}

/** One that was in use. */
async function used(): Promise<void> {
  await flash();
  await start();
  await writeFile(device(SETTINGS), "ours");
}

/** Has the daemon serve for a moment, with a certificate of its own. */
async function served(): Promise<Pick<Started, "status" | "log">> {
  const [config, state] = [device("etc/linkrd"), device("var/lib/linkrd")];
  await mkdir(config, { recursive: true });
  const settings = join(config, "linkrd.toml");
  if (!(await exists(settings))) await writeFile(settings, await settingsText());
  const places = ["--config", config, "--state", state];
  const daemon = Bun.spawn([BINARY, "serve", "--simulate", ...places], { stderr: "pipe" });
  const lines = new Response(daemon.stderr).text();
  const told = await until("the daemon to answer", SERVE_SECONDS_MAX, async () => {
    if (daemon.exitCode !== null) throw new Error(`it ended at once: ${await lines}`);
    const { exit, stdout } = await run([BINARY, "status", "--json", ...places]);
    return exit === 0 ? stdout : undefined;
  });
  daemon.kill("SIGTERM");
  await daemon.exited;
  const { problems } = JSON.parse(told) as { problems: readonly string[] };
  const about = / device: (.*)$/gm;
  const log = [...(await lines).matchAll(about)].map((match) => match[1] ?? "");
  return { status: problems.map(placeless), log: log.map(placeless) };
}

async function settingsText(): Promise<string> {
  return `[server]\nbind = "127.0.0.1"\nhttps_port = ${await freePort()}\nhttp_port = 0\n`;
}

/** Without the name of the folder of this run. */
function placeless(text: string): string {
  return text.replaceAll(join(folder, "root"), "");
}

/** Zeros over what is at `offset`. */
async function spoil(offset: number, bytes: number): Promise<void> {
  const zeros = ["if=/dev/zero", `of=${image}`, "conv=notrunc", "status=none", `bs=${BLOCK}`];
  await must(["dd", ...zeros, `seek=${offset / BLOCK}`, `count=${bytes / BLOCK}`]);
}

async function start(): Promise<Started> {
  await takeOut();
  disk = (await must(["losetup", "--find", "--show", image])).trim();
  await partitions(disk);
  await rm(NOTES, { recursive: true, force: true });
  await rm(device(""), { recursive: true, force: true });
  for (const name of ["data", "etc", "var/lib/linkrd"]) {
    await mkdir(device(name), { recursive: true });
  }
  const text = (await readFile(SCRIPT, "utf8")).replace(". /scripts/functions", FUNCTIONS);
  await must(["env", "ROOT=/dev/root-a", `rootmnt=${device("")}`, "sh", "-c", text]);
  const started = {
    problem: await readFile(join(NOTES, "problem"), "utf8").catch(() => ""),
    volatile: await exists(join(NOTES, "volatile")),
    open: !(await exists(device("var/lib/linkrd/claimed"))),
    settings: await readFile(device(SETTINGS), "utf8").catch(() => "none"),
    writable: await writeFile(device("etc/new"), "x").then(
      () => true,
      () => false,
    ),
  };
  return { ...started, ...(await served()) };
}

/** Where the kernel tells partitions: the root is the second, and the fourth is `data`. */
async function partitions(data: string): Promise<void> {
  await run(["umount", "/sys/class/block"]);
  await must(["mount", "-t", "tmpfs", "tmpfs", "/sys/class/block"]);
  for (const [name, number] of [
    ["root-a", 2],
    [data.replace("/dev/", ""), 4],
  ]) {
    await mkdir(`/sys/class/block/${name}`);
    await writeFile(`/sys/class/block/${name}/partition`, `${number}\n`);
  }
}

async function takeOut(): Promise<void> {
  for (const name of ["etc", "var", "data"]) await run(["umount", device(name)]);
  if (disk !== "") await must(["losetup", "--detach", disk]);
  disk = "";
}

async function cutOff(): Promise<void> {
  await must(["sync"]);
  await must(["cp", "--sparse=always", image, `${image}.cut`]);
  await takeOut();
  await must(["mv", `${image}.cut`, image]);
}

const STORIES: Readonly<Record<string, () => Promise<Started>>> = {
  "a second start": async () => {
    await used();
    return await start();
  },
  "after a power cut": async () => {
    await used();
    await cutOff();
    return await start();
  },
  damaged: async () => {
    await used();
    await takeOut();
    // The superblock and the table of groups; there are copies of both.
    await spoil(0, 2 * BLOCK);
    return await start();
  },
  "damaged, the start after the next": async () => {
    await start();
    return await start();
  },
  destroyed: async () => {
    await used();
    await takeOut();
    await spoil(0, BYTES);
    return await start();
  },
  "cut off by the end of the card": async () => {
    await flash();
    await truncate(image, BYTES / 2);
    return await start();
  },
  full: async () => {
    await used();
    await run(["dd", "if=/dev/zero", `of=${device("data/filling")}`, "bs=64k", "status=none"]);
    return await start();
  },
  "full, with some space again": async () => {
    await must(["rm", device("data/filling")]);
    return await start();
  },
};

await must(["mount", "-t", "tmpfs", "tmpfs", "/run"]);
const told: Record<string, Started> = {};
for (const [name, story] of Object.entries(STORIES)) told[name] = await story();
await takeOut();
process.stdout.write(JSON.stringify(told));
