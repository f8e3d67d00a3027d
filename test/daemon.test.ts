/** The life of the daemon: how it starts, what keeps it from starting, how it ends. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { geteuid } from "node:process";
import { BINARY, freePort, Linkrd, makeFolder } from "./api/linkrd.ts";
import { run, until } from "./lab/guest/run.ts";

const OFF = `[video]
device = "/dev/linkrd-test-none"
[hid]
keyboard = "/dev/linkrd-test-none0"
pointer = "/dev/linkrd-test-none1"
mouse = "/dev/linkrd-test-none2"
`;

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A folder that is removed after the last test. */
async function folder(port: number, rest?: string): Promise<string> {
  const made = await makeFolder(port, rest);
  folders.push(made);
  return made;
}

/** Runs a daemon that is expected to give up: its exit status, and its last line. */
async function failing(place: string, wrapper?: readonly string[]) {
  const linkrd = new Linkrd(place, 0, wrapper);
  const exit = await linkrd.ended();
  return { exit, lines: linkrd.lines("linkrd: ") };
}

describe("a start that cannot be", () => {
  test("because the port is taken is one line that says what to do, exit 1", async () => {
    const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    const { port } = other;
    const { exit, lines } = await failing(await folder(port ?? 0));
    await other.stop(true);
    const line =
      `linkrd: port ${port} of 127.0.0.1 is taken: ` +
      "stop the other program or choose another in [server] http_port";
    expect({ exit, lines }).toEqual({ exit: 1, lines: [line] });
  });

  test("because another linkrd has the port is refused as well", async () => {
    await using first = await Linkrd.start();
    const { exit, lines } = await failing(await folder(first.port));
    expect(exit).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`port ${first.port} of 127.0.0.1 is taken`);
    expect((await first.ask("/api/status")).status).toBe(200);
  });

  test("because a daemon runs on the same state leaves that one alone", async () => {
    await using first = await Linkrd.start();
    await first.control([["keyboard", "KeyA", true]]);
    const { exit, lines } = await failing(first.folder);
    const socket = join(first.folder, "linkrd.sock");
    const remedy = "stop it, or give this one folders of its own with --config and --state";
    expect({ exit, lines }).toEqual({
      exit: 1,
      lines: [`linkrd: another linkrd answers on ${socket}: ${remedy}`],
    });
    expect((await first.cli("status")).exit).toBe(0);
    expect((await first.status()).hid.held.keys).toBe(1);
  });

  test("because the socket's place is taken is no fault of linkrd's own", async () => {
    const place = await folder(await freePort());
    const socket = join(place, "linkrd.sock");
    await mkdir(socket);
    const { exit, lines } = await failing(place);
    expect({ exit, lines }).toEqual({
      exit: 1,
      lines: [`linkrd: ${socket} cannot be listened on: choose another folder with --state`],
    });
  });

  test("because its folder cannot be made is none either", async () => {
    const place = await folder(await freePort());
    const state = join(place, "linkrd.toml");
    const { exit, stderr } = await run([BINARY, "serve", "--config", place, "--state", state]);
    const says = `${state}/linkrd.sock cannot be listened on: choose another folder with --state`;
    expect([exit, stderr.trimEnd().split("\n").at(-1)]).toEqual([1, `linkrd: ${says}`]);
  });

  test("because linkrd.toml is broken names the place, exit 2", async () => {
    const place = await folder(0, "[video]\nqualty = 1\n");
    const { exit, lines } = await failing(place);
    const where = `${join(place, "linkrd.toml")}:6:1`;
    const says = "[video] qualty: unknown key: did you mean quality?";
    expect({ exit, lines }).toEqual({
      exit: 2,
      lines: [`linkrd: ${where}: ${says} (linkrd check names every fault)`],
    });
  });

  test("because the address is not this machine's says so", async () => {
    const place = await folder(0);
    const text = await Bun.file(join(place, "linkrd.toml")).text();
    const other = text
      .replace('"127.0.0.1"', '"192.0.2.1"')
      .replace("http_port = 0", "http_port = 1");
    await writeFile(join(place, "linkrd.toml"), other);
    const { exit, lines } = await failing(place);
    expect(exit).toBe(1);
    expect(lines).toHaveLength(1);
    const remedy = "choose an address of this device in [server] bind";
    expect(lines[0]).toBe(`linkrd: port 1 of 192.0.2.1 cannot be listened on: ${remedy}`);
  });
});

describe("access.toml at the start", () => {
  test("broken, it opens nothing and is told with its place; mended, it is in force", async () => {
    const port = await freePort();
    const place = await folder(port);
    const file = join(place, "access.toml");
    await writeFile(file, "version = 1\n[[token]\n", { mode: 0o600 });
    await using linkrd = new Linkrd(place, port);
    await linkrd.ready();
    expect(linkrd.lines("access.toml:2:9: not valid TOML")).toHaveLength(1);
    expect((await linkrd.ask("/api/status", {}, "radxa_linkr_x")).status).toBe(401);
    await writeFile(file, "version = 1\n");
    linkrd.token = await until("a token to be made", 15, async () => {
      return await linkrd.newToken("mended").catch(() => undefined);
    });
  });

  test("open to others, it is closed to them and that is told", async () => {
    const port = await freePort();
    const place = await folder(port);
    const file = join(place, "access.toml");
    await writeFile(file, "version = 1\n");
    await chmod(file, 0o644);
    await using linkrd = new Linkrd(place, port);
    await linkrd.ready();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(linkrd.lines("was open to others (mode 0644)")).toHaveLength(1);
  });
});

describe("the unix socket", () => {
  test("of a daemon that was killed is replaced, and only its group may open it", async () => {
    const port = await freePort();
    const place = await folder(port);
    const first = new Linkrd(place, port);
    await first.ready();
    first.kill("SIGKILL");
    await first.ended();
    expect(existsSync(join(place, "linkrd.sock"))).toBe(true);
    await using second = new Linkrd(place, port);
    await second.ready();
    expect((await stat(join(place, "linkrd.sock"))).mode & 0o777).toBe(0o660);
  });

  test("of a server that is not linkrd is left alone", async () => {
    const place = await folder(0);
    const path = join(place, "linkrd.sock");
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(path, resolve));
    expect(await failing(place)).toMatchObject({ exit: 1 });
    expect(existsSync(path)).toBe(true);
    other.close();
  });
});

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
  test("ends a daemon that is busy: exit 0, keys let go, no socket, nothing left", async () => {
    await using linkrd = await Linkrd.start();
    const batches = [["delay", 600_000] as const, ["text", "never"] as const].map((event) => {
      return linkrd.control([["keyboard", "KeyA", true], event, ["keyboard", "KeyB", true]]);
    });
    await until("the key to be held", 15, async () => {
      return (await linkrd.status()).hid.held.keys === 1 ? true : undefined;
    });
    linkrd.kill(signal);
    expect(await linkrd.ended()).toBe(0);
    // The one that ran, and the one that waited.
    for (const { status, json } of await Promise.all(batches)) {
      expect(status).toBe(503);
      expect((json as { message: string }).message).toStartWith("linkrd is being stopped: ");
    }
    expect(existsSync(join(linkrd.folder, "linkrd.sock"))).toBe(false);
    expect(linkrd.lines("error")).toEqual([]);
    expect(linkrd.lines("nothing to let go")).toEqual([]);
  });
});

test("a signal that comes while it starts is an ordinary end, too", async () => {
  const port = await freePort();
  const place = await folder(port);
  const linkrd = new Linkrd(place, port);
  // It answers a moment later.
  while (!existsSync(join(place, "linkrd.sock"))) await new Promise(setImmediate);
  linkrd.kill("SIGTERM");
  expect(await linkrd.ended()).toBe(0);
  expect(existsSync(join(place, "linkrd.sock"))).toBe(false);
});

describe("without devices", () => {
  let linkrd: Linkrd;

  beforeAll(async () => {
    linkrd = await Linkrd.start(OFF);
  }, 30_000);

  afterAll(async () => {
    await linkrd[Symbol.asyncDispose]();
  });

  test("a snapshot is 503 and names the stage", async () => {
    const seen = await until("capture to have been tried", 15, async () => {
      const answer = await linkrd.ask("/api/public/snapshot");
      return answer.text.includes("starting") ? undefined : answer;
    });
    expect(seen.status).toBe(503);
    expect(seen.json).toMatchObject({ code: 503, data: { stage: "no device" } });
    expect((seen.json as { message: string }).message).toStartWith("no capture device: ");
  });

  test("control is 503 and names the stage, for every kind that writes", async () => {
    for (const event of [
      ["text", "a"],
      ["keyboard", "KeyA", true],
      ["mouse_abs", 1, 0, 0, 0, 0],
      ["mouse_rel", 1, 1, 1, 0, 0],
    ]) {
      const { status, json } = await linkrd.control([event]);
      expect(status).toBe(503);
      expect(json).toMatchObject({ code: 503, data: { stage: "no gadget" } });
      expect((json as { message: string }).message).toStartWith("no USB gadget: make it with ");
    }
  });

  test("the daemon lives on, and status tells both", async () => {
    const { video, hid } = await linkrd.status();
    expect([video.stage, hid.stage]).toEqual(["no device", "no gadget"]);
    expect(hid.held).toEqual({ keys: 0, modifiers: 0, buttons: 0 });
    const { exit, stderr } = await linkrd.cli("type", "hello");
    expect(exit).toBe(1);
    expect(stderr).toStartWith("linkrd: no USB gadget: make it with `linkrd gadget up`, as root");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

const isRoot = geteuid?.() === 0;

describe.skipIf(!isRoot)("as root, who can hide files from the daemon", () => {
  /** Runs the daemon where `file` is an empty one: no library, whatever it is called. */
  function hiding(pattern: string): string[] {
    const list = `ls -d ${pattern} | while read -r file; do mount --bind /dev/null "$file"; done`;
    return ["unshare", "-m", "sh", "-c", `${list}; exec "$@"`, "sh"];
  }

  test("a missing libturbojpeg is one line that says what to install", async () => {
    const port = await freePort();
    const place = await folder(port);
    await using linkrd = new Linkrd(place, port, hiding("/usr/lib/*/libturbojpeg.so*"));
    await linkrd.ready();
    await until("the fault to be told", 15, () => {
      return linkrd.lines("libturbojpeg").length > 0 ? true : undefined;
    });
    expect(linkrd.lines("error")).toHaveLength(1);
    expect(linkrd.lines("error")[0]).toContain("install it with `apt install libturbojpeg0`");
    const seen = await linkrd.cli("snapshot", join(place, "x.jpg"));
    expect([seen.exit, seen.stderr.trimEnd().split("\n").length]).toEqual([1, 1]);
    expect(seen.stderr).toContain("libturbojpeg");
    // Keys need no library of pictures.
    expect((await linkrd.cli("type", "hello")).exit).toBe(0);
  });

  test("a command by somebody who may not open the socket says that", async () => {
    await using linkrd = await Linkrd.start();
    await chmod(linkrd.folder, 0o755);
    const nobody = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--"];
    const asked = await run([...nobody, BINARY, "status", "--state", linkrd.folder]);
    const socket = join(linkrd.folder, "linkrd.sock");
    const remedy = "run this as root, or as a member of the group that linkrd runs as";
    const stderr = `linkrd: ${socket} may not be opened: ${remedy}\n`;
    expect(asked).toEqual({ exit: 1, stdout: "", stderr });
  });

  test("a device that may not be opened is 503, by its stage", async () => {
    const place = await folder(await freePort(), OFF);
    const node = join(place, "node");
    await writeFile(node, "");
    await chmod(node, 0);
    await chmod(place, 0o755);
    const text = await Bun.file(join(place, "linkrd.toml")).text();
    const mine = text
      .replace("/dev/linkrd-test-none0", node)
      .replace('/dev/linkrd-test-none"', `${node}"`);
    await writeFile(join(place, "linkrd.toml"), mine);
    const port = Number(/http_port = (\d+)/.exec(text)?.[1]);
    await must(["chown", "-R", "nobody", place]);
    await must(["chown", "root", node]);
    const asNobody = ["setpriv", "--reuid", "nobody", "--clear-groups", "--"];
    await using linkrd = new Linkrd(place, port, asNobody);
    await linkrd.ready();
    linkrd.token = await linkrd.newToken("root-made");
    const { status, json } = await linkrd.control([["keyboard", "KeyA", true]]);
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: 503, data: { stage: "no permission" } });
    expect((json as { message: string }).message).toContain("group linkrd");
    const seen = await until("capture to have been tried", 15, async () => {
      const answer = await linkrd.ask("/api/public/snapshot");
      return answer.text.includes("starting") ? undefined : answer;
    });
    expect(seen.status).toBe(503);
    expect(seen.json).toMatchObject({ code: 503, data: { stage: "no permission" } });
    expect((seen.json as { message: string }).message).toContain("group video");
  });
});

async function must(command: string[]): Promise<void> {
  const { exit, stderr } = await run(command);
  if (exit !== 0) throw new Error(stderr);
}
