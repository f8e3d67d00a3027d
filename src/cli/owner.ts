import { stat } from "node:fs/promises";

/**
 * Runs `task` as the owner of `folder`, where root calls and the folder is another's.
 *
 * The daemon has a user of its own. What a command makes or replaces in its folders, from
 * access.toml to a lock, has to be the daemon's to read and write afterwards.
 */
export async function asOwner<Result>(
  folder: string,
  task: () => Promise<Result>,
): Promise<Result> {
  const owner = await stat(folder).catch(() => undefined);
  const { geteuid, getegid, seteuid, setegid } = process;
  if (owner === undefined || owner.uid === 0 || geteuid?.() !== 0) return await task();
  const group = getegid?.() ?? 0;
  setegid?.(owner.gid);
  seteuid?.(owner.uid);
  try {
    return await task();
  } finally {
    seteuid?.(0);
    setegid?.(group);
  }
}
