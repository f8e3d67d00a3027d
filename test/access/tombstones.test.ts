import { expect, test } from "bun:test";
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { Tombstones } from "../../src/access/tombstones.ts";
import { Device, NOON } from "./fixture.ts";

const [ONE, TWO, THREE] = ["1".repeat(64), "2".repeat(64), "3".repeat(64)] as const;

test("a digest holds at once, and from the disk after it was saved", async () => {
  await using device = new Device();
  const stones = new Tombstones(device.state("revoked"));
  expect(await stones.load()).toBe(false);
  stones.add(ONE, NOON);
  stones.add(ONE, NOON + 1000);
  expect(stones.revokedAt(ONE)).toBe(NOON);
  await stones.save();
  const { size, mode } = statSync(device.state("revoked"));
  expect(mode & 0o777).toBe(0o600);
  await stones.save();
  expect(statSync(device.state("revoked")).size).toBe(size);

  const others = new Tombstones(device.state("revoked"));
  expect(await others.load()).toBe(true);
  expect(others.revokedAt(ONE)).toBe(NOON);
  expect(others.revokedAt(TWO)).toBeUndefined();
  others.add(TWO, NOON);
  await others.save();
  expect(await stones.load()).toBe(true);
  expect(stones.revokedAt(TWO)).toBe(NOON);
});

test("a line that the power cut short spoils none after it", async () => {
  await using device = new Device();
  const path = device.state("revoked");
  writeFileSync(path, `${ONE} 2026-11-21T12:00:00Z\n${TWO.slice(0, 40)}`);
  const stones = new Tombstones(path);
  await stones.load();
  stones.add(THREE, NOON);
  await stones.save();
  const others = new Tombstones(path);
  await others.load();
  expect([ONE, TWO, THREE].map((digest) => others.revokedAt(digest))).toEqual([
    NOON,
    undefined,
    NOON,
  ]);
});

test("a line without its time counts all the same", async () => {
  await using device = new Device();
  appendFileSync(device.state("revoked"), `${ONE}\n`);
  const stones = new Tombstones(device.state("revoked"));
  await stones.load();
  expect(stones.revokedAt(ONE)).toBe(0);
  expect(readFileSync(device.state("revoked"), "utf8")).toBe(`${ONE}\n`);
});
