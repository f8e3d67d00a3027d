/** The built arm64 binary, run by qemu-user as each of the cores that linkrd is meant for. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { decodeJpeg } from "../lab/guest/picture.ts";
import { must, run, until } from "../lab/guest/run.ts";

const ROOT = resolve(import.meta.dir, "../..");
const BINARY = join(ROOT, "dist/linkrd-arm64");
const SIZE = { width: 320, height: 180 };
/** Pi 3 and Zero 2 W, Pi 4, Pi 5 and RK3588. */
const CORES = ["cortex-a53", "cortex-a72", "cortex-a76"];

const CONFIG = `
[server]
https_port = 0
http_port = 0
[simulated]
width = ${SIZE.width}
height = ${SIZE.height}
`;

let folder: string;

beforeAll(async () => {
  await must([join(ROOT, "scripts/arm64-root.sh")]);
  folder = await mkdtemp(join(tmpdir(), "linkrd-arm64-"));
  await writeFile(join(folder, "linkrd.toml"), CONFIG);
}, 300_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function emulated(core: string, ...words: string[]): string[] {
  return [
    "qemu-aarch64-static",
    "-L",
    join(ROOT, "build/arm64-root"),
    "-cpu",
    core,
    BINARY,
    ...words,
  ];
}

/** The daemon's snapshot through its unix socket, once there is one. */
async function snapshot(): Promise<Uint8Array> {
  const file = join(folder, "snapshot.jpg");
  const socket = join(folder, "linkrd.sock");
  await until("a snapshot", 90, async () => {
    const url = "http://linkrd/api/public/snapshot";
    const { exit } = await run(["curl", "-sSf", "--unix-socket", socket, "-o", file, url]);
    return exit === 0 ? true : undefined;
  });
  return await Bun.file(file).bytes();
}

describe.each(CORES)("%s", (core) => {
  test("tells its version", async () => {
    const { version } = await Bun.file(join(ROOT, "package.json")).json();
    expect(await must(emulated(core, "version"))).toContain(version);
  }, 60_000);

  test("checks a configuration", async () => {
    await must(emulated(core, "check", "--config", folder));
  }, 60_000);

  test("serves a picture of the simulated host", async () => {
    const words = ["serve", "--simulate", "--config", folder, "--state", folder];
    const daemon = Bun.spawn(emulated(core, ...words), { stdout: "ignore", stderr: "pipe" });
    const died = daemon.exited.then((exit) => ({ exit }));
    const answer = await Promise.race([snapshot(), died]).catch(String);
    daemon.kill();
    const exit = await daemon.exited;
    if (!(answer instanceof Uint8Array)) {
      throw new Error(`${JSON.stringify(answer)}: ${await new Response(daemon.stderr).text()}`);
    }
    const { width, height } = await decodeJpeg(answer);
    expect({ width, height, exit }).toEqual({ ...SIZE, exit: 0 });
  }, 120_000);
});
