/** The daemon under the filter of system calls that its unit puts it under. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort, Linkrd, makeFolder } from "../api/linkrd.ts";
import { must } from "../lab/guest/run.ts";
import { hasSlices, sliceOf } from "../slices.ts";

const UNIT = resolve(import.meta.dir, "../../packaging/linkrd.service");

let folder = "";
/** Runs a program under the filter. */
let filter = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "linkrd-filter-"));
  filter = join(folder, "filter");
  const calls = await allowed(await readFile(UNIT, "utf8"));
  const lines = calls.map((name) => `#ifdef SYS_${name}\nALLOW(SYS_${name})\n#endif\n`);
  await writeFile(join(folder, "calls.h"), lines.join(""));
  await must(["gcc", "-I", folder, "-o", filter, join(import.meta.dir, "filter.c")]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the lines SystemCallFilter= of a unit come to, in their order (systemd.exec(5)). */
async function allowed(unit: string): Promise<readonly string[]> {
  const calls = new Set(await callsOf("@default"));
  for (const [, forbids, words = ""] of unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm)) {
    for (const word of words.split(" ")) {
      for (const call of await callsOf(word)) {
        if (forbids === "~") calls.delete(call);
        else calls.add(call);
      }
    }
  }
  return [...calls];
}

/** A set of systemd's with all that it is made of, or the one call of that name. */
async function callsOf(word: string): Promise<readonly string[]> {
  if (!word.startsWith("@")) return [word];
  const listed = await must(["systemd-analyze", "--no-pager", "syscall-filter", word]);
  const words = [...listed.matchAll(/^ +([@\w-]+)$/gm)].map((match) => match[1] ?? "");
  return (await Promise.all(words.map(callsOf))).flat();
}

test("it shows the screen and types", async () => {
  const port = await freePort();
  await using linkrd = new Linkrd(await makeFolder(port), port, [filter]);
  await linkrd.ready();
  linkrd.token = await linkrd.newToken("test");
  expect((await linkrd.snapshot()).length).toBeGreaterThan(1000);
  expect(await linkrd.control([["text", "hello"]])).toMatchObject({ status: 200 });
  expect(linkrd.lines("fail")).toEqual([]);
});

test("what takes keys goes before its video thread, which steps back", async () => {
  const port = await freePort();
  await using linkrd = new Linkrd(await makeFolder(port), port, [filter]);
  await linkrd.ready();
  linkrd.token = await linkrd.newToken("test");
  await linkrd.snapshot();
  // The nice value is the 19th word of a thread's line (proc(5)), the 17th behind its name.
  const threads = await must(["sh", "-c", `cat /proc/${linkrd.pid}/task/*/stat`]);
  const nice = threads.split("\n").map((line) => line.split(") ")[1]?.split(" ")[16]);
  expect(nice).toContain("5");
  if (!hasSlices) return;
  const tasks = await readdir(`/proc/${linkrd.pid}/task`);
  const all = tasks.map((task) => sliceOf(`${linkrd.pid}/task/${task}`));
  // The main thread, and the writer's.
  expect(all.filter((ns) => ns === 100_000)).toHaveLength(2);
});

test("what the unit does not allow is refused", () => {
  const { stderr } = Bun.spawnSync([filter, "/bin/mount", "-t", "tmpfs", "x", "/mnt"]);
  expect(stderr.toString()).toContain("permission denied");
});
