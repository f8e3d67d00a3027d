/** access.toml and linkrd.toml while the daemon runs: every change is live, unasked. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../lab/guest/run.ts";
import { freePort, Linkrd, SIZE, settings } from "./linkrd.ts";

/** Within one on the device (limits.ts); the machine of a test may be busy with others. */
const LIVE_SECONDS = 10;

let linkrd: Linkrd;
let access: string;
let config: string;

beforeAll(async () => {
  linkrd = await Linkrd.start();
  access = join(linkrd.folder, "access.toml");
  config = join(linkrd.folder, "linkrd.toml");
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

async function statusFor(token: string): Promise<number> {
  return (await linkrd.ask("/api/public/control", { method: "POST", body: "{}" }, token)).status;
}

/** 400 is what an empty batch gets from a good token, 403 any bad one. */
async function untilTaken(token: string, status: 400 | 403): Promise<void> {
  await until(`${status} for a token`, LIVE_SECONDS, async () => {
    return (await statusFor(token)) === status ? true : undefined;
  });
}

/** Saves as most editors do: a new file, renamed over the old one. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

describe("access.toml", () => {
  test("a token works at once when it is made, and no more when it is revoked", async () => {
    const token = (await linkrd.cli("token", "new", "made")).stdout.trimEnd();
    await untilTaken(token, 400);
    expect((await linkrd.cli("token", "revoke", "made")).exit).toBe(0);
    await untilTaken(token, 403);
  });

  test("a token that the command line deletes is refused, and stays so", async () => {
    const token = await linkrd.newToken("gone");
    await untilTaken(token, 400);
    const before = await readFile(access, "utf8");
    expect((await linkrd.cli("token", "delete", "gone")).exit).toBe(0);
    await untilTaken(token, 403);
    // An editor that was opened before brings the block back.
    await replace(access, before);
    const other = await linkrd.newToken("after-that");
    await untilTaken(other, 400);
    expect(await statusFor(token)).toBe(403);
  });

  test.each(["renamed over", "written in place"])("a hand edit %s is seen", async (how) => {
    const save = how === "renamed over" ? replace : writeFile;
    const token = await linkrd.newToken(`hand-${how.slice(0, 7)}`);
    await untilTaken(token, 400);
    const text = await readFile(access, "utf8");
    const digest = new Bun.CryptoHasher("sha256").update(token).digest("hex");
    expect(text).toContain(digest);
    await save(access, text.replace(digest, "0".repeat(64)));
    await untilTaken(token, 403);
    await save(access, text);
    await untilTaken(token, 400);
  });

  test("a broken one keeps the last good, and is told once with its place", async () => {
    const text = await readFile(access, "utf8");
    await replace(access, `${text}\n[[token]\n`);
    const told = await until("the fault to be told", LIVE_SECONDS, () => {
      const lines = linkrd.lines("access.toml:");
      return lines.length > 0 ? lines : undefined;
    });
    const line = text.split("\n").length + 1;
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`access.toml:${line}:`);
    expect(await statusFor(linkrd.token)).toBe(400);
    const { exit, stderr } = await linkrd.cli("token", "new", "too-late");
    expect(exit).toBe(2);
    expect(stderr).toContain(`access.toml:${line}:`);
    await replace(access, text);
    await until("it to be good again", LIVE_SECONDS, () => {
      return linkrd.lines("is good again").length > 0 ? true : undefined;
    });
    expect(linkrd.lines("what was in force stays so")).toHaveLength(1);
  });

  test("an ability that is taken out is gone", async () => {
    const token = await linkrd.newToken("less", "--abilities", "control");
    await untilTaken(token, 400);
    const text = await readFile(access, "utf8");
    await replace(access, text.replace('abilities = ["control"]', 'abilities = ["view"]'));
    await untilTaken(token, 403);
  });
});

describe("linkrd.toml", () => {
  const rest = (width: number, quality: number) =>
    `[video]\nsource = "simulated"\nquality = ${quality}\n` +
    `[simulated]\nwidth = ${width}\nheight = ${SIZE.height}\n`;

  async function size(): Promise<string | null> {
    return (await linkrd.ask("/api/public/snapshot")).headers.get("x-frame-size");
  }

  test("another quality makes another picture of the same size", async () => {
    const { length } = await linkrd.snapshot();
    await replace(config, settings(linkrd.port, rest(SIZE.width, 20)));
    await until("a smaller JPEG", LIVE_SECONDS, async () => {
      const { status, bytes } = await linkrd.ask("/api/public/snapshot");
      return status === 200 && bytes.length < length / 2 ? true : undefined;
    });
    expect(await size()).toBe(`${SIZE.width}x${SIZE.height}`);
  });

  test("another size of the simulated host is shown", async () => {
    await writeFile(config, settings(linkrd.port, rest(800, 80)));
    await until("the other size", LIVE_SECONDS, async () => {
      return (await size()) === `800x${SIZE.height}` ? true : undefined;
    });
  });

  test("a broken one changes nothing and is told once, and again when it differs", async () => {
    const good = await readFile(config, "utf8");
    await replace(config, good.replace("quality = 80", "qualty = 80"));
    const told = () => linkrd.lines("the settings stay as they were");
    await until("the fault", LIVE_SECONDS, () => (told().length === 1 ? true : undefined));
    expect(told()[0]).toContain(
      "linkrd.toml:7:1: [video] qualty: unknown key: did you mean quality?",
    );
    expect(await size()).toBe(`800x${SIZE.height}`);
    await replace(config, good.replace("quality = 80", "quality = 800"));
    await until("the next fault", LIVE_SECONDS, () => (told().length === 2 ? true : undefined));
    expect(await size()).toBe(`800x${SIZE.height}`);
    await replace(config, good);
  });

  test("another port is listened on, and the old one is closed", async () => {
    const [before, after] = [linkrd.port, await freePort()];
    await replace(config, settings(after, rest(800, 80)));
    linkrd.port = after;
    await until("the new port", LIVE_SECONDS, async () => {
      return (await linkrd.ask("/api/status").catch(() => undefined))?.status === 200 || undefined;
    });
    await expect(fetch(`http://127.0.0.1:${before}/`)).rejects.toThrow();
  });

  test("a port that is taken is told, and the daemon stays where it was", async () => {
    const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    await replace(config, settings(other.port ?? 0, rest(800, 80)));
    await until("the fault", LIVE_SECONDS, () => {
      return linkrd.lines(`port ${other.port} of 127.0.0.1 is taken`).length === 1 || undefined;
    });
    await until("the old port", LIVE_SECONDS, async () => {
      return (await linkrd.ask("/api/status").catch(() => undefined))?.status === 200 || undefined;
    });
    await other.stop(true);
  });
});

test("what is held is let go when the devices are started anew", async () => {
  await linkrd.control([["keyboard", "KeyA", true]]);
  await replace(config, settings(linkrd.port, '[video]\nsource = "simulated"\nquality = 33\n'));
  await until("it to be let go", LIVE_SECONDS, async () => {
    return (await linkrd.status()).hid.held.keys === 0 ? true : undefined;
  });
});

test("no token and no digest is in the log", () => {
  expect(linkrd.log).not.toMatch(/radxa_linkr_|[0-9a-f]{64}/);
});
