/** Data partitions of every kind: the device keeps what it can, and says what is wrong. */
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needBinary } from "../api/linkrd.ts";
import { must } from "../lab/guest/run.ts";

const SCRIPT = join(import.meta.dir, "data-partition.ts");
const TEST_MS_MAX = 120_000;
const canMount =
  process.geteuid?.() === 0 && Bun.spawnSync(["unshare", "-m", "losetup", "--find"]).success;

const WELL = {
  problem: "",
  volatile: false,
  open: true,
  settings: "ours",
  writable: true,
  status: [],
  log: [],
};
const LOST =
  "the data partition cannot be used, all settings are in memory and go with the power: " +
  "back up what is left of it, then write the card anew";
const UNUSABLE = { ...said(LOST), volatile: true, open: false, settings: "none", writable: true };
const REPAIRED =
  "the data partition was damaged and is repaired as far as it went: " +
  "see that users and tokens are as they were";
const FULL = "the disk of /var/lib/linkrd is full: free some space, nothing can be changed";

/** Noted at the start, and told by the daemon. */
function said(problem: string) {
  return { problem: `${problem}\n`, status: [problem], log: [problem] };
}

test.skipIf(!canMount)(
  "whatever the data partition is like, the device serves, and says what is wrong",
  async () => {
    needBinary();
    const folder = await mkdtemp(join(tmpdir(), "linkrd-data-"));
    try {
      const told = await must(["unshare", "-m", process.execPath, SCRIPT, folder]);
      expect(JSON.parse(told)).toEqual({
        "a second start": WELL,
        "after a power cut": WELL,
        damaged: { ...WELL, ...said(REPAIRED), open: false },
        "damaged, the start after the next": { ...WELL, open: false },
        destroyed: UNUSABLE,
        "cut off by the end of the card": UNUSABLE,
        // A block or two are always left.
        full: { ...WELL, writable: expect.any(Boolean), status: [FULL], log: [FULL] },
        "full, with some space again": WELL,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  TEST_MS_MAX,
);
