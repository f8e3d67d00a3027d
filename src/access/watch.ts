/** Tells that a file may have changed, at once where the system announces it, else soon after. */
import { type FSWatcher, watch } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { LIMITS } from "../base/limits.ts";
import { repeat } from "./repeat.ts";

export interface Watch {
  stop(): void;
}

/**
 * Calls `heard` when one of `paths`, or what it is a symbolic link to, may have another content;
 * false alarms are common. Directories are watched and not files, because a watch on a file goes
 * deaf when an editor renames a new one over it. A look every `file_poll_ms` covers what nobody
 * announces: a directory that was exchanged, a file system of the network.
 */
export function watchPaths(paths: readonly string[], heard: () => void): Watch {
  const watchers = new Map<string, FSWatcher>();
  /** What each path was when last looked at, and the file that it leads to. */
  const marks = new Map<string, Mark>();
  let stopped = false;

  const follow = (): void => {
    const wanted = new Set([...paths, ...[...marks.values()].map(({ target }) => target)]);
    for (const [path, watcher] of watchers) {
      if (wanted.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of wanted) {
      const watcher = watchers.has(path) ? undefined : announce(path, heard);
      if (watcher !== undefined) watchers.set(path, watcher);
    }
  };
  const look = async (): Promise<void> => {
    for (const path of paths) {
      const mark = await markOf(path);
      if (stopped) return;
      const before = marks.get(path);
      marks.set(path, mark);
      if (before !== undefined && before.text !== mark.text) heard();
    }
    follow();
  };
  follow();
  void look();
  const looks = repeat(LIMITS.file_poll_ms, look);
  return {
    stop: () => {
      stopped = true;
      looks.stop();
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/** Undefined where there is no such directory, or no more watches to be had: looking must do. */
function announce(path: string, heard: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(path), (_kind, name) => {
      if (name === null || name === basename(path)) heard();
    });
    watcher.on("error", () => watcher.close());
    watcher.unref();
    return watcher;
  } catch {
    return undefined;
  }
}

interface Mark {
  readonly text: string;
  readonly target: string;
}

async function markOf(path: string): Promise<Mark> {
  try {
    const target = await realpath(path);
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(target, { bigint: true });
    return { text: [target, dev, ino, size, mtimeNs, ctimeNs].join(), target };
  } catch {
    return { text: "none", target: path };
  }
}
