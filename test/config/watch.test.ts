import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFile, mkdir, mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../src/base/log.ts";
import { watchSettings } from "../../src/config/live.ts";
import type { Settings } from "../../src/config/schema.ts";
import { type FileWatch, type WatchTimes, watchFile } from "../../src/config/watch.ts";

const QUICK: WatchTimes = { poll_ms: 5, settle_ms: 5 };
/** With these, only what the directory announces can be in time for the test's own timeout. */
const ANNOUNCED: WatchTimes = { poll_ms: 600_000, settle_ms: 5 };

let directory = "";
let file = "";
let watches: FileWatch[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "linkrd-watch-"));
  file = join(directory, "linkrd.toml");
  await writeFile(file, "one");
});
afterEach(async () => {
  for (const each of watches) await each.stop();
  watches = [];
  await rm(directory, { recursive: true });
});

/** Collects what a callback is given, and hands it out one by one, waiting for what is to come. */
function inbox<Item>() {
  const items: Item[] = [];
  let wake = () => {};
  return {
    items,
    put: (item: Item) => {
      items.push(item);
      wake();
    },
    take: async (): Promise<Item> => {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) return item;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Watches `path`; each change puts the content that is found then. */
async function contents(times: WatchTimes, path = file) {
  const box = inbox<string>();
  const read = async () => {
    const there = Bun.file(path);
    box.put((await there.exists()) ? await there.text() : "(none)");
  };
  watches.push(await watchFile(path, 1024, read, times));
  return box;
}

for (const [name, times] of Object.entries({ QUICK, ANNOUNCED })) {
  test(`every way of writing is seen: ${name}`, async () => {
    const box = await contents(times);
    await writeFile(file, "in place");
    expect(await box.take()).toBe("in place");
    await appendFile(file, ", appended");
    expect(await box.take()).toBe("in place, appended");
    await writeFile(`${file}~`, "renamed");
    await rename(`${file}~`, file);
    expect(await box.take()).toBe("renamed");
    await rm(file);
    expect(await box.take()).toBe("(none)");
    await writeFile(file, "back");
    expect(await box.take()).toBe("back");
    expect(box.items).toEqual([]);
  });
}

test("a change of the same length in the same instant is seen", async () => {
  const box = await contents(QUICK);
  for (let round = 0; round < 20; round++) {
    const text = String(round).padStart(4);
    await writeFile(file, text);
    const then = new Date(1_000_000_000_000);
    await utimes(file, then, then);
    expect(await box.take()).toBe(text);
  }
});

test("a file that was touched, or written as it was, is no change", async () => {
  const box = await contents(QUICK);
  const other = await contents(QUICK, `${file}.other`);
  for (let round = 0; round < 20; round++) {
    await utimes(file, round, round);
    await writeFile(`${file}~`, "one");
    await rename(`${file}~`, file);
    // The other watch looks as often: when it has seen this, the first has had its chance.
    await writeFile(`${file}.other`, String(round));
    await other.take();
  }
  await writeFile(file, "two");
  expect(await box.take()).toBe("two");
});

test("a directory that comes later, or is exchanged, is found by looking", async () => {
  await rm(directory, { recursive: true });
  const box = await contents(QUICK);
  await mkdir(directory);
  await writeFile(file, "first");
  expect(await box.take()).toBe("first");
  await rename(directory, `${directory}~`);
  expect(await box.take()).toBe("(none)");
  await mkdir(directory);
  await writeFile(file, "second");
  expect(await box.take()).toBe("second");
  await rm(`${directory}~`, { recursive: true });
});

test("a file that becomes something else is a change, and one too large", async () => {
  let changes = 0;
  const box = inbox<number>();
  watches.push(await watchFile(file, 4, () => box.put(++changes), QUICK));
  await writeFile(file, "12345");
  expect(await box.take()).toBe(1);
  await rm(file);
  await mkdir(file);
  while ((await box.take()) < 2);
  await rm(file, { recursive: true });
  await writeFile(file, "two");
  while ((await box.take()) < 3);
});

test("calls do not overlap, and none comes after stop", async () => {
  const started = inbox<string>();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let calls = 0;
  const watch = await watchFile(
    file,
    1024,
    async () => {
      calls += 1;
      started.put("started");
      await gate;
    },
    QUICK,
  );
  await writeFile(file, "two");
  await started.take();
  await writeFile(file, "three");
  const stopped = watch.stop();
  open();
  await stopped;
  expect(calls).toBe(1);
});

test("settings: a good change is handed on, a bad one logged once", async () => {
  const lines = inbox<string>();
  const settings = inbox<Settings>();
  await writeFile(file, "");
  const log = createLog(() => "info", lines.put);
  watches.push(await watchSettings(directory, log, settings.put, QUICK));
  await writeFile(file, "[video]\nquality = 50\n");
  expect((await settings.take()).video.quality).toBe(50);
  await writeFile(file, "[video]\nqualty = 51\nfps_max = 0\n");
  expect(await lines.take()).toBe(
    `error linkrd: the settings stay as they were: ${file}:2:1: [video] qualty: unknown key: ` +
      "did you mean quality? (linkrd check names 1 more)",
  );
  await writeFile(file, "[video]\nqualty = 51\nfps_max = 0\n#\n");
  await rm(file);
  await mkdir(file);
  expect(await lines.take()).toBe(
    `error linkrd: the settings stay as they were: ${file} is not a file: ` +
      "move it away, or put a file there",
  );
  await rm(file, { recursive: true });
  await writeFile(file, "[video]\nquality = 52\n");
  let last = await settings.take();
  while (last.video.quality !== 52) last = await settings.take();
  expect(lines.items).toEqual([]);
});
