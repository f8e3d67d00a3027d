/** What a data partition has before its device was ever on, and after its power went. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../../../src/access/digest.ts";
import { applyEdit } from "../../../src/access/edit.ts";
import { SHIPPED_ACCESS } from "../../../src/access/open.ts";
import { hashPassword } from "../../../src/access/password.ts";
import { ABILITIES, mintToken } from "../../../src/access/token.ts";
import { must, run } from "../../lab/guest/run.ts";
import type { CachedCard } from "./cached-card.ts";
import type { Kept, Promises } from "./promises.ts";

export const USER = "anna";
export const PASSWORD = "correct horse battery";
const TOKENS = 48;
const WHY_MAX = 5;

/** Where the image lays /etc and /var (image/early/linkrd/state). */
export const PLACES = {
  access: "etc/upper/linkrd/access.toml",
  tombstones: "var/upper/lib/linkrd/revoked",
} as const;

/** An access.toml with a user and tokens, and what nobody else knows: the tokens' texts by name. */
export async function filledAccess(): Promise<{ access: string; tokens: Map<string, string> }> {
  const tokens = new Map<string, string>();
  const user = { name: USER, password: await hashPassword(PASSWORD), totp: "" };
  let access = applyEdit(SHIPPED_ACCESS, { kind: "add", table: "user", values: user }).text;
  for (let number = 0; number < TOKENS; number++) {
    const name = `old-${number}`;
    const text = mintToken();
    tokens.set(name, text);
    const sha256 = digestOf(text);
    const values = { name, user: USER, sha256, abilities: ABILITIES, created: new Date() };
    access = applyEdit(access, { kind: "add", table: "token", values }).text;
  }
  return { access, tokens };
}

/** How many promises were broken, and which, or why nothing can be read. */
export interface Verdict {
  readonly broken: number;
  readonly why: string;
}

/**
 * Judges the partition of `card` that begins at byte `at`; where it cannot be read, it breaks all
 * promises. `folder` is taken for work, and emptied.
 */
export async function judge(
  promises: Promises,
  card: CachedCard,
  at: number,
  folder: string,
): Promise<Verdict> {
  try {
    const broken = promises.brokenBy(await keptOn(card, at, folder));
    return { broken: broken.length, why: broken.slice(0, WHY_MAX).join(", ") };
  } catch (error) {
    return { broken: Math.max(1, promises.count), why: `${error}` };
  }
}

/** What the partition says of tokens, after its journal was replayed as at a start. */
async function keptOn(card: CachedCard, at: number, folder: string): Promise<Kept> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const partition = join(folder, "data.ext4");
  await card.save(at, partition);
  // 1: mended, as by the journal.
  const { exit, stdout } = await run(["e2fsck", "-p", partition]);
  if (exit > 1) throw new Error(`e2fsck -p: exit ${exit}: ${stdout}`);
  const read = (path: string) => must(["debugfs", "-R", `cat /${path}`, partition]);
  return { access: await read(PLACES.access), tombstones: await read(PLACES.tombstones) };
}
