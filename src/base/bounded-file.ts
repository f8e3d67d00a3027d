import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { geteuid } from "node:process";
import { Fault } from "./fault.ts";

/**
 * The bytes of `file`, undefined if there is no such file. Throws `no_access` when it cannot be
 * read, `bad_config` when it is something else than a file or longer than `bytesMax`.
 */
export async function readBounded(file: string, bytesMax: number): Promise<Uint8Array | undefined> {
  try {
    // Opening a named pipe would otherwise wait for its writer for ever.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new Fault("bad_config", `${file} is not a file: move it away, or put a file there`);
    }
    const memory = new Uint8Array(Math.min(stat.size, bytesMax) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(memory, length, memory.length - length, null);
      length += bytesRead;
      if (bytesRead === 0 || length === memory.length) break;
    }
    if (length > bytesMax) {
      throw new Fault("bad_config", `${file} is larger than ${bytesMax} bytes: make it shorter`);
    }
    return memory.subarray(0, length);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return undefined;
    const remedy = code === "EACCES" ? await remedyOf(file) : "look at the disk";
    throw new Fault("no_access", `${file} cannot be read: ${remedy}`, { cause: error });
  }
}

/** In a folder of its own the daemon misses a file that root made; elsewhere a person looks in. */
async function remedyOf(file: string): Promise<string> {
  const me = geteuid?.();
  const folder = await stat(dirname(file)).catch(() => undefined);
  return folder?.uid === me ? `chown ${me} ${file}` : `run this as root, or let user ${me} read it`;
}
