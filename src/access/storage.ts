/** Files that are either the old ones or the new ones, whenever the power goes. */
import { constants, linkSync, renameSync } from "node:fs";
import { chown, link, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Fault } from "../base/fault.ts";

const SECRET_MODE = 0o600;

/**
 * Where the next version of `path` is written: beside it, since a rename stays in a file system.
 */
export function tempBeside(path: string): string {
  const random = crypto.getRandomValues(new Uint8Array(8)).toHex();
  return join(dirname(path), `.${basename(path)}.${random}.tmp`);
}

/** Writes all of `bytes` to `temp`, a new file of mode 0600, and waits until the disk has them. */
export async function writeTemp(temp: string, bytes: Uint8Array): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  await using handle = await open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, SECRET_MODE);
  await handle.writeFile(bytes);
  await handle.sync();
}

/** Gives `temp` the owner of `path`, if that is another and we may. */
export async function keepOwner(path: string, temp: string): Promise<void> {
  const { uid, gid } = await stat(path);
  const own = await stat(temp);
  if (process.geteuid?.() === 0 && (uid !== own.uid || gid !== own.gid)) {
    await chown(temp, uid, gid);
  }
}

/** Makes renames and new names in the directory of `path` outlast a loss of power. */
export async function syncDirectory(path: string): Promise<void> {
  await using handle = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  await handle.sync();
}

/** Puts a file with `bytes` in the place of `path`, be there one or none. For files of our own. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  await withTemp(path, async (temp) => {
    await writeTemp(temp, bytes);
    await rename(temp, path);
    await syncDirectory(path);
  });
}

/** Makes `path` with `bytes`; EEXIST when there is one, which then stays as it is. */
export async function createFile(path: string, bytes: Uint8Array): Promise<void> {
  await withTemp(path, async (temp) => {
    await writeTemp(temp, bytes);
    await link(temp, path);
    await syncDirectory(path);
  });
}

/** Has two names change places, at once; false where the file system cannot (Sys.exchange). */
export type Exchange = (one: string, other: string) => boolean;

/**
 * Puts `temp` in the place of `path`, and what was there in the place of `temp`, where whoever had
 * it open goes on writing. On a file system that cannot do that at once, what is put in the place
 * of `path` between the two calls is lost.
 */
export function swap(exchange: Exchange, temp: string, path: string): void {
  if (exchange(temp, path)) return;
  const spare = tempBeside(path);
  linkSync(path, spare);
  renameSync(temp, path);
  renameSync(spare, temp);
}

/** Runs `task` with a name for a temporary file beside `path`, which is gone afterwards. */
export async function withTemp<Result>(
  path: string,
  task: (temp: string) => Promise<Result>,
): Promise<Result> {
  const temp = tempBeside(path);
  try {
    return await task(temp);
  } finally {
    await unlink(temp).catch(() => undefined);
  }
}

/** Removes what a killed process left beside `path`. Only for who holds the lock of `path`. */
export async function removeTemps(path: string): Promise<void> {
  const [head, tail] = [`.${basename(path)}.`, ".tmp"];
  for (const name of await readdir(dirname(path))) {
    const random = name.slice(head.length, -tail.length);
    const ours = name.startsWith(head) && name.endsWith(tail) && /^[0-9a-f]{16}$/.test(random);
    if (ours) await unlink(join(dirname(path), name));
  }
}

/** The errno name of a failed system call, such as `ENOSPC`; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "free some space on the disk",
  EDQUOT: "free some space on the disk",
  EROFS: "remount the file system writable",
  EACCES: "let the user that linkrd runs as write there",
  EPERM: "let the user that linkrd runs as write there",
};

/** A Fault `storage` for what the file system refused; any other error stays what it is. */
export function storageFault(path: string, error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof Fault) return error;
  const remedy = REMEDIES[errno] ?? "look at the disk";
  return new Fault("storage", `${path} cannot be written: ${remedy}`, { cause: error });
}
