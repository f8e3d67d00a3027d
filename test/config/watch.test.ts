import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFile, mkdir, mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../src/base/log.ts";
import { watchSettings } from "../../src/config/live.ts";
import { parseSettings } from "../../src/config/load.ts";
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

/** The settings that `text` makes. */
function settingsOf(text: string): Settings {
  const parsed = parseSettings(text, file);
  if ("faults" in parsed) throw new Error(`not good: ${text}`);
  return parsed.settings;
}

/** Watches settings that were `text` when they were first read. */
async function watched(text: string) {
  const lines = inbox<string>();
  const settings = inbox<Settings>();
  const log = createLog(() => "info", lines.put);
  watches.push(await watchSettings(directory, settingsOf(text), log, settings.put, QUICK));
  return { lines, settings };
}

test("settings: a good change is handed on, a bad one logged once", async () => {
  await writeFile(file, "");
  const { lines, settings } = await watched("");
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
  const isFolder =
    `error linkrd: the settings stay as they were: ${file} is not a file: ` +
    "move it away, or put a file there";
  let line = await lines.take();
  // Between the two commands there was no file.
  if (line.includes("gone")) line = await lines.take();
  expect(line).toBe(isFolder);
  await rm(file, { recursive: true });
  await writeFile(file, "[video]\nquality = 52\n");
  expect((await settings.take()).video.quality).toBe(52);
  while (!line.includes("good again")) line = await lines.take();
  expect(line).toBe(`info  linkrd: ${file} is good again`);
  expect([lines.items, settings.items]).toEqual([[], []]);
});

test.each([
  ["removed", () => rm(file)],
  ["emptied", () => writeFile(file, "")],
])("settings: a file that was %s opens nothing to everybody", async (_, spoil) => {
  const text = '[server]\nbind = "127.0.0.1"\n';
  await writeFile(file, text);
  const { lines, settings } = await watched(text);
  await spoil();
  expect(await lines.take()).toBe(
    `error linkrd: the settings stay as they were: ${file} is gone or empty: ` +
      "put it back, or start linkrd anew for the defaults",
  );
  await writeFile(file, text);
  expect(await lines.take()).toBe(`info  linkrd: ${file} is good again`);
  expect(settings.items).toEqual([]);
});

test("settings: a change from before the watch, and after they were read, counts", async () => {
  await writeFile(file, "[video]\nquality = 50\n");
  const { settings } = await watched("[video]\nquality = 40\n");
  expect(settings.items.map(({ video }) => video.quality)).toEqual([50]);
});

test("settings: a comment changes nothing, nor does a file that never was", async () => {
  await writeFile(file, "[video]\nquality = 50\n");
  const { lines, settings } = await watched("[video]\nquality = 50\n");
  await writeFile(file, "# mine\n[video]\nquality = 50\n");
  await writeFile(file, "[video]\nquality = 60\n");
  expect((await settings.take()).video.quality).toBe(60);
  await rm(file);
  await lines.take();
  const fresh = await watched("");
  expect([fresh.lines.items, fresh.settings.items, settings.items]).toEqual([[], [], []]);
});
