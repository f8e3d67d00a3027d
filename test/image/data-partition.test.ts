/** Data partitions of every kind: the device keeps what it can, and says what is wrong. */
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../lab/guest/run.ts";

const SCRIPT = join(import.meta.dir, "data-partition.ts");
const TEST_MS_MAX = 120_000;
const canMount =
  process.geteuid?.() === 0 && Bun.spawnSync(["unshare", "-m", "losetup", "--find"]).success;

const WELL = { problem: "", volatile: false, open: true, settings: "ours", writable: true };
const UNUSABLE = {
  problem:
    "the data partition cannot be used, all settings are in memory and go with the power: " +
    "back up what is left of it, then write the card anew\n",
  volatile: true,
  open: false,
  settings: "none",
  writable: true,
};

test.skipIf(!canMount)(
  "whatever the data partition is like, the device starts, and nobody can take it",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "linkrd-data-"));
    try {
      const told = await must(["unshare", "-m", process.execPath, SCRIPT, folder]);
      expect(JSON.parse(told)).toEqual({
        "a second start": WELL,
        "after a power cut": WELL,
        damaged: {
          ...WELL,
          problem:
            "the data partition was damaged and is repaired as far as it went: " +
            "see that users and tokens are as they were\n",
          open: false,
        },
        "damaged, the start after the next": { ...WELL, open: false },
        destroyed: UNUSABLE,
        "cut off by the end of the card": UNUSABLE,
        // A block or two are always left.
        full: { ...WELL, writable: expect.any(Boolean) },
        "full, with some space again": WELL,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  TEST_MS_MAX,
);
