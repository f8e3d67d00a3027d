/**
 * What linkrd acknowledged about tokens outlasts the power, on a card that loses what it had not
 * flushed; and it would be seen, if it did not.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needBinary } from "../../api/linkrd.ts";
import { must } from "../../lab/guest/run.ts";
import type { Outcome } from "./cuts.ts";

const CUTS = 10;
const PROOFS = 2;
const TEST_MS_MAX = 240_000;
const canRig =
  process.geteuid?.() === 0 &&
  existsSync("/dev/fuse") &&
  Bun.which("qemu-storage-daemon") !== null &&
  Bun.spawnSync(["unshare", "-m", "losetup", "--find"]).success;

let folder = "";

beforeAll(async () => {
  needBinary();
  folder = await mkdtemp(join(tmpdir(), "linkrd-power-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function cutPower(count: number, ...how: readonly string[]): Promise<readonly Outcome[]> {
  const place = await mkdtemp(join(folder, "rig-"));
  const script = [process.execPath, join(import.meta.dir, "cuts.ts"), place];
  const seed = randomInt(2 ** 20);
  const lines = await must(["unshare", "-m", ...script, `${count}`, `${seed}`, ...how]);
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Outcome);
}

describe.skipIf(!canRig)("power cuts", () => {
  const sum = (cuts: readonly Outcome[], of: (cut: Outcome) => number) =>
    cuts.reduce((total, cut) => total + of(cut), 0);

  test(
    "each loses blocks of the card, and none breaks a promise",
    async () => {
      const cuts = await cutPower(CUTS, "honest");
      expect(cuts).toHaveLength(CUTS);
      expect(cuts.filter(({ lost }) => lost === 0)).toEqual([]);
      expect(cuts.filter(({ broken }) => broken > 0)).toEqual([]);
      expect(sum(cuts, ({ made, ended }) => made + ended)).toBeGreaterThan(CUTS);
    },
    TEST_MS_MAX,
  );

  test(
    "with an fsync that does nothing they break promises",
    async () => {
      const noSync = join(folder, "no-sync");
      const source = join(import.meta.dir, "no-sync.c");
      await must(["gcc", "-Wall", "-Wextra", "-Werror", "-o", noSync, source]);
      expect(sum(await cutPower(PROOFS, "honest", noSync), ({ broken }) => broken)).not.toBe(0);
    },
    TEST_MS_MAX,
  );

  test(
    "with a card that does not flush they break promises",
    async () => {
      expect(sum(await cutPower(PROOFS, "liar"), ({ broken }) => broken)).not.toBe(0);
    },
    TEST_MS_MAX,
  );
});
