import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { AccessFile } from "../../src/access/access-file.ts";
import { parseDocument } from "../../src/access/document.ts";
import type { Edited } from "../../src/access/edit.ts";
import { random } from "../base/toml-generator.ts";
import { Device, exchange, tokenBlock } from "./fixture.ts";
import type { Made } from "./writer.ts";

const EMPTY = "version = 1\n";
const WRITER = join(import.meta.dir, "writer.ts");

function adding(line: string): (text: string) => Edited {
  return (text) => ({ text: text + line, document: parseDocument(text) });
}

/** A process that makes `count` tokens; `acknowledged` are those that it says it made. */
function spawnWriter(device: Device, prefix: string, count: number) {
  const command = [process.execPath, WRITER, device.root, prefix, String(count)];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const acknowledged: string[] = [];
  return {
    child,
    acknowledged,
    /** Resolves when it has said so `enough` times, or when it ended. */
    read: async (enough = Number.POSITIVE_INFINITY): Promise<void> => {
      while (acknowledged.length < enough) {
        const { value, done } = await lines.read();
        if (done) break;
        for (const line of value.split("\n").filter(Boolean)) {
          const made: Made = JSON.parse(line);
          acknowledged.push(made.name);
        }
      }
    },
  };
}

describe("update", () => {
  test("makes its change again on what was saved while it was made", async () => {
    await using device = new Device(EMPTY);
    let calls = 0;
    await new AccessFile(device.path).update((text) => {
      calls += 1;
      if (calls === 1) appendFileSync(device.path, "# by hand\n");
      return adding("# ours\n")(text);
    }, exchange);
    expect(calls).toBe(2);
    expect(readFileSync(device.path, "utf8")).toBe(`${EMPTY}# by hand\n# ours\n`);
  });

  test("makes its change again on a file that was renamed over", async () => {
    await using device = new Device(EMPTY);
    let calls = 0;
    await new AccessFile(device.path).update((text) => {
      calls += 1;
      if (calls === 1) {
        writeFileSync(`${device.path}.new`, "version = 1 # new\n");
        renameSync(`${device.path}.new`, device.path);
      }
      return adding("# ours\n")(text);
    }, exchange);
    expect(readFileSync(device.path, "utf8")).toBe("version = 1 # new\n# ours\n");
  });

  test("keeps what is renamed into place after its last look", async () => {
    await using device = new Device(EMPTY);
    let renames = 0;
    const late = (one: string, other: string) => {
      if (renames++ === 0) {
        writeFileSync(`${device.path}.new`, `${EMPTY}# by hand\n`);
        renameSync(`${device.path}.new`, device.path);
      }
      return exchange(one, other);
    };
    await new AccessFile(device.path).update((text) => {
      return adding(tokenBlock("ours", "1"))(text);
    }, late);
    const text = readFileSync(device.path, "utf8");
    expect(text).toContain("# by hand\n");
    expect(parseDocument(text).tokens.map(({ name }) => name)).toEqual(["ours"]);
    expect(renames).toBe(2);
  });

  test("does without an exchange where the file system has none", async () => {
    await using device = new Device(EMPTY);
    const before = openSync(device.path, "a");
    await new AccessFile(device.path).update(adding("# ours\n"), (...names) => {
      // A writer that had opened the file goes on in the old one.
      writeSync(before, "# by hand\n");
      return names.length < 2;
    });
    closeSync(before);
    const text = readFileSync(device.path, "utf8");
    expect(text.split("\n").toSorted()).toEqual(["", "# by hand", "# ours", "version = 1"]);
  });

  test("waits for a save that is half done", async () => {
    await using device = new Device(EMPTY);
    const file = openSync(device.path, "w");
    const updating = new AccessFile(device.path).update(adding("# ours\n"), exchange);
    await Promise.all([Bun.file(device.path).text(), Bun.file(device.path).text()]);
    writeSync(file, `${EMPTY}# by hand\n`);
    closeSync(file);
    await updating;
    expect(readFileSync(device.path, "utf8")).toBe(`${EMPTY}# by hand\n# ours\n`);
  });

  test("writes nothing when nothing is to be changed, or when the change is refused", async () => {
    await using device = new Device(EMPTY);
    const { ino } = await Bun.file(device.path).stat();
    const file = new AccessFile(device.path);
    await file.update(adding(""), exchange);
    const refused = file.update(() => {
      throw new Error("no");
    }, exchange);
    await expect(refused).rejects.toThrow(/^no$/);
    expect((await Bun.file(device.path).stat()).ino).toBe(ino);
    expect(readdirSync(dirname(device.path)).toSorted()).toEqual([
      ".access.toml.lock",
      "access.toml",
    ]);
  });

  test("removes what a killed process left, and nothing else", async () => {
    await using device = new Device(EMPTY);
    const folder = dirname(device.path);
    const kept = ["access.toml~", ".access.toml.swp", ".access.toml.0123.tmp", "x.tmp"];
    for (const name of [...kept, ".access.toml.0123456789abcdef.tmp"]) {
      writeFileSync(join(folder, name), "");
    }
    await new AccessFile(device.path).update(adding("# ours\n"), exchange);
    expect(readdirSync(folder).toSorted()).toEqual(
      [...kept, ".access.toml.lock", "access.toml"].toSorted(),
    );
  });
});

describe("with other processes", () => {
  test("edits of two commands, the daemon and a person all survive", async () => {
    await using device = new Device(`${EMPTY}${tokenBlock("mine", "1")}`);
    const daemon = await device.open(true);
    const writers = ["a", "b"].map((prefix) => spawnWriter(device, prefix, 8));
    const reading = Promise.all(writers.map((writer) => writer.read())).then(() => true);
    const comments: string[] = [];
    const made: string[] = [];
    for (let at = 0; !(await Promise.race([reading, Promise.resolve(false)])); at++) {
      comments.push(`# by hand ${at}.`);
      appendFileSync(device.path, `${comments.at(-1)}\n`);
      made.push((await daemon.createToken({ name: `d-${at}`, user: "admin" })).token.name);
    }
    const text = readFileSync(device.path, "utf8");
    const names = parseDocument(text).tokens.map(({ name }) => name);
    const acknowledged = writers.flatMap((writer) => writer.acknowledged);
    expect(acknowledged).toHaveLength(16);
    expect(names.toSorted()).toEqual(["mine", ...made, ...acknowledged].toSorted());
    for (const comment of comments) expect(text).toContain(comment);
  }, 60_000);

  test("one that is killed loses nothing it has promised, and leaves the file whole", async () => {
    await using device = new Device(EMPTY);
    const next = random(7);
    const promised: string[] = [];
    for (let round = 0; round < 8; round++) {
      const writer = spawnWriter(device, `r${round}`, 1000);
      await writer.read(Math.floor(next() * 4));
      // Into the next one, by as much work as chance will have it.
      for (let work = next() * 40; work > 0; work--) await Bun.file(device.path).text();
      writer.child.kill("SIGKILL");
      await writer.read();
      promised.push(...writer.acknowledged);
      const names = parseDocument(readFileSync(device.path, "utf8")).tokens.map(({ name }) => name);
      for (const name of promised) expect(names).toContain(name);
    }
    const store = await device.open(false);
    await store.createToken({ name: "last", user: "admin" });
    expect(readdirSync(dirname(device.path)).toSorted()).toEqual([
      ".access.toml.lock",
      "access.toml",
    ]);
  }, 60_000);

  test.skipIf(Bun.which("strace") === null)(
    "the disk has it before the name does, and the folder before the answer",
    async () => {
      await using device = new Device(EMPTY);
      const trace = join(device.root, "trace");
      const calls = "trace=rename,renameat,renameat2,fsync,fdatasync,openat,write,pwrite64";
      const strace = ["strace", "-f", "-y", "-o", trace, "-e", calls];
      const command = [...strace, process.execPath, WRITER, device.root, "a", "1"];
      expect(await Bun.spawn(command, { stdout: "ignore", stderr: "ignore" }).exited).toBe(0);
      const steps = readFileSync(trace, "utf8")
        .split("\n")
        .flatMap((line) => {
          if (/O_EXCL.*\.tmp>/.test(line) || /\.tmp".*O_EXCL/.test(line)) return ["create"];
          if (/write.*\.tmp>/.test(line)) return ["write"];
          if (/fsync\(.*\.tmp>/.test(line)) return ["fsync file"];
          if (/rename.*access\.toml"/.test(line)) return ["rename"];
          if (/fsync\(.*\/etc>/.test(line)) return ["fsync folder"];
          return line.includes('{\\"name\\":\\"a-0') ? ["answer"] : [];
        });
      expect(steps).toEqual(["create", "write", "fsync file", "rename", "fsync folder", "answer"]);
    },
    30_000,
  );
});
