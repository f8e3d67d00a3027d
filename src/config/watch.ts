/** Tells when a file's content changed, however an editor writes it: in place, or by a rename. */
import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { readBounded } from "../base/bounded-file.ts";
import { LIMITS } from "../base/limits.ts";

export interface FileWatch {
  /** Resolves when the callback has returned for the last time. */
  stop(): Promise<void>;
}

/** How often to look at the file, and how long it must have stayed the same before it is read. */
export interface WatchTimes {
  readonly poll_ms: number;
  readonly settle_ms: number;
}

/**
 * Calls `changed` each time the content of `file` is another than at the call before, or than when
 * the watch began, which is when the promise resolves. A file that comes, goes or cannot be read
 * any more counts as changed, one that was only touched does not. Calls never overlap;
 * they must not throw.
 *
 * The directory's announcements make it quick; looking at the file each `poll_ms` makes it sure,
 * for a network's file system announces nothing and a directory may be replaced as a whole.
 */
export async function watchFile(
  file: string,
  bytesMax: number,
  changed: () => void | Promise<void>,
  times: WatchTimes = { poll_ms: LIMITS.file_poll_ms, settle_ms: LIMITS.file_settle_ms },
): Promise<FileWatch> {
  const pause = createPause();
  let stopped = false;
  let mark = await markOf(file);
  let told = await digestOf(file, bytesMax);
  let settling = false;

  const look = async (): Promise<void> => {
    const before = mark;
    mark = await markOf(file);
    const moved = mark !== before;
    const settled = settling && !moved;
    settling = moved;
    if (!settled) return;
    const digest = await digestOf(file, bytesMax);
    if (digest === told || stopped) return;
    told = digest;
    await changed();
  };
  const announcements = announce(file, () => {
    // A look that comes too early would take a file that is still being written for settled.
    if (!settling) pause.end();
  });
  const looking = (async () => {
    while (!stopped) {
      await pause.begin(settling ? times.settle_ms : times.poll_ms);
      if (!stopped) await look();
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      announcements?.close();
      pause.end();
      await looking;
    },
  };
}

/** A wait that can be cut short. What is announced between two waits is left to the next look. */
function createPause() {
  let wake: (() => void) | undefined;
  return {
    begin: async (duration_ms: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, duration_ms);
      wake = resolve;
      await promise;
      clearTimeout(timer);
    },
    end: (): void => wake?.(),
  };
}

/** Undefined where the directory is not there or cannot be watched: polling alone must do. */
function announce(file: string, heard: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(file), (_kind, name) => {
      if (name === null || name === basename(file)) heard();
    });
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

/** Differs whenever a file was written, renamed or exchanged since; cheaper than its content. */
async function markOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    return String(error);
  }
}

async function digestOf(file: string, bytesMax: number): Promise<string> {
  try {
    const bytes = await readBounded(file, bytesMax);
    return bytes === undefined ? "none" : createHash("sha256").update(bytes).digest("hex");
  } catch (error) {
    return String(error);
  }
}
