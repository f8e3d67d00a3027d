import { statSync } from "node:fs";
import { getegid, geteuid, setegid, seteuid } from "node:process";

/**
 * Makes root, for the rest of this process, whoever owns `folder`: the daemon runs as a user of its
 * own, and could not read or lock what root left beside its files. Others stay who they are.
 */
export function becomeOwner(folder: string): void {
  if (geteuid?.() !== 0) return;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner === undefined || owner.uid === 0) return;
  if (getegid?.() !== owner.gid) setegid?.(owner.gid);
  seteuid?.(owner.uid);
}
