/** What taking over settings does to the device's files, and to those of the boot partition. */
import { chmod, chown, mkdir, open, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { geteuid } from "node:process";
import { syncDirectory, withTemp, writeTemp } from "../access/storage.ts";
import type { Change } from "./kinds.ts";

/** Makes `change` below `root`: the old file or the new one, whenever the power goes. */
export async function apply(root: string, change: Change): Promise<void> {
  const path = join(root, change.path);
  await mkdir(dirname(path), { recursive: true });
  if (change.live === true) {
    await using handle = await open(path, "w");
    await handle.writeFile(change.text);
    return;
  }
  await withTemp(path, async (temp) => {
    await writeTemp(temp, new TextEncoder().encode(change.text));
    const folder = await stat(dirname(path));
    if (change.ofFolder === true && geteuid?.() === 0) await chown(temp, folder.uid, folder.gid);
    await chmod(temp, change.mode);
    await rename(temp, path);
    await syncDirectory(path);
  });
}

/** Zeros go over what the file said before its name goes; a card may keep other copies. */
export async function wipe(path: string): Promise<void> {
  {
    await using handle = await open(path, "r+");
    const { size } = await handle.stat();
    await handle.write(new Uint8Array(size), 0, size, 0);
    await handle.sync();
  }
  await unlink(path);
  await syncDirectory(path);
}
