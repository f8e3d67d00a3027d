import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { AccessStore } from "../../src/access/store.ts";
import { Device, eventually, tokenBlock, until } from "./fixture.ts";

const ONE = `version = 1\n${tokenBlock("one", "1")}`;
const TWO = `${ONE}${tokenBlock("two", "2")}`;

function names(store: AccessStore): string {
  return store
    .tokens()
    .map(({ name }) => name)
    .join(" ");
}

/** Resolves when a change that was made just before has been announced and could be read. */
async function announced(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(dirname(path), () => resolve());
  utimesSync(path, new Date(), new Date());
  await promise;
  watcher.close();
  await Bun.file(path).text();
}

/** Awaits that `store` knows these tokens; test/tidy.test.ts holds that it is within a second. */
async function inForce(store: AccessStore, wanted: string): Promise<void> {
  await until(store, () => names(store) === wanted);
}

describe("a change is in force, unasked,", () => {
  const ways: Record<string, (path: string, text: string) => void> = {
    "in place": (path, text) => writeFileSync(path, text),
    appended: (path, text) => appendFileSync(path, text.slice(ONE.length)),
    "renamed over": (path, text) => {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    },
    "moved away and written anew": (path, text) => {
      renameSync(path, `${path}~`);
      writeFileSync(path, text);
    },
    "removed and written anew": (path, text) => {
      rmSync(path);
      writeFileSync(path, text);
    },
    "by sed -i": (path, text) => {
      writeFileSync(`${path}.more`, text.slice(ONE.length));
      expect(Bun.spawnSync(["sed", "-i", `$r ${path}.more`, path]).success).toBe(true);
    },
    "in a folder exchanged as a whole": (path, text) => {
      const folder = join(path, "..");
      renameSync(folder, `${folder}-old`);
      mkdirSync(folder);
      writeFileSync(path, text);
    },
  };
  for (const [way, write] of Object.entries(ways)) {
    test(way, async () => {
      await using device = new Device(ONE);
      const store = await device.open(true);
      expect(names(store)).toBe("one");
      write(device.path, TWO);
      await inForce(store, "one two");
    });
  }

  test("through a symbolic link: its target written, and itself swapped", async () => {
    await using device = new Device();
    const [blue, green] = [join(device.root, "blue.toml"), join(device.root, "green.toml")];
    writeFileSync(blue, ONE, { mode: 0o600 });
    writeFileSync(green, ONE.replaceAll("one", "green"), { mode: 0o600 });
    symlinkSync(blue, device.path);
    const store = await device.open(true);
    writeFileSync(blue, TWO);
    await inForce(store, "one two");
    symlinkSync(green, `${device.path}.new`);
    renameSync(`${device.path}.new`, device.path);
    await inForce(store, "green");
    await store.createToken({ name: "new", user: "admin" });
    expect(readFileSync(green, "utf8")).toContain('name = "new"');
    expect(readFileSync(blue, "utf8")).toBe(TWO);
    writeFileSync(green, ONE);
    await inForce(store, "one");
  });

  test("several times a second, the last one counts", async () => {
    await using device = new Device(ONE);
    const store = await device.open(true);
    for (let at = 0; at < 20; at++) {
      writeFileSync(device.path, `version = 1\n${tokenBlock(`t-${at}`, "3")}`);
      for (let looks = 0; looks < at; looks++) await Bun.file(device.path).text();
    }
    await inForce(store, "t-19");
  });
});

describe("a file at fault", () => {
  test("changes nothing, is told once with its place, and is told to be good again", async () => {
    await using device = new Device(ONE);
    const store = await device.open(true);
    writeFileSync(device.path, `${ONE}expires = 2027-02-30\n`);
    await eventually(() => store.state === "broken");
    appendFileSync(device.path, "# still\n");
    writeFileSync(device.path, `${ONE}expires = 2027-02-30\n# again\n`);
    await store.flush();
    expect(names(store)).toBe("one");
    writeFileSync(device.path, TWO);
    await inForce(store, "one two");
    expect(store.state).toBe("ready");
    expect(device.said("access.toml:6:1: expires is no date")).toBe(1);
    expect(device.said("is good again")).toBe(1);
  });

  test("empty, cut short or gone is no device without users", async () => {
    await using device = new Device(`${TWO}[[user]]\nname = "admin"\n`);
    const store = await device.open(true);
    const ways = [
      () => writeFileSync(device.path, ""),
      () => writeFileSync(device.path, TWO.slice(0, 30)),
      () => rmSync(device.path),
      () => mkdirSync(device.path),
    ];
    for (const spoil of ways) {
      spoil();
      const faults = device.said("what was in force stays so");
      await eventually(() => device.said("what was in force stays so") > faults);
      expect(names(store)).toBe("one two");
      expect(store.users()).toHaveLength(1);
      expect(store.setupOpen).toBe(false);
    }
  });

  test("that is only half written yet is waited for, and never told", async () => {
    await using device = new Device(ONE);
    const store = await device.open(true);
    const changes: string[] = [];
    store.onChange(() => changes.push(names(store)));
    const file = openSync(device.path, "w");
    for (const part of [TWO.slice(0, 20), TWO.slice(20)]) {
      await announced(device.path);
      writeSync(file, part);
    }
    closeSync(file);
    await inForce(store, "one two");
    expect(changes).toEqual(["one two"]);
    expect(device.said("error")).toBe(0);
  });

  test("with an unknown ability is good, with a warning", async () => {
    await using device = new Device(ONE);
    const store = await device.open(true);
    writeFileSync(device.path, ONE.replace('["view"]', '["admin"]'));
    await until(store, () => store.tokens()[0]?.abilities.length === 0);
    expect(device.said("access.toml:5:14: unknown ability, ignored")).toBe(1);
    expect(store.state).toBe("ready");
  });
});
