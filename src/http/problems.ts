/** What is wrong with the device that linkrd runs on, beyond what linkrd itself does. */
import { readFileSync, statfsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";

export interface ProblemPlaces {
  /** Where the parts of the SD image that run before linkrd say what is wrong, a line each. */
  readonly notes: string;
  /** The folder of linkrd's own state. */
  readonly state: string;
}

export const IMAGE_NOTES = "/run/linkrd-image/problem";

const LINES_MAX = 16;
/** An edit of access.toml writes it anew, beside the old one. */
const SPACE_BYTES_MIN = 4 * 1024 * 1024;

/** A sentence for each thing that is wrong; none on a device that is well. */
export function readProblems({ notes, state }: ProblemPlaces): readonly string[] {
  const noted = lines(notes);
  if (spaceOf(state) >= SPACE_BYTES_MIN) return noted;
  return [...noted, `the disk of ${state} is full: free some space, nothing can be changed`];
}

/** Says in the log what `read` finds, now and whenever it finds something else, until `stopped`. */
export async function watchProblems(
  read: () => readonly string[],
  log: Log,
  stopped: AbortSignal,
  poll_ms: number = LIMITS.problems_poll_ms,
): Promise<void> {
  while (!stopped.aborted) {
    log.once("problems", "warn", read().join("; "));
    await setTimeout(poll_ms, undefined, { signal: stopped }).catch(() => undefined);
  }
}

function lines(file: string): string[] {
  try {
    const all = readFileSync(file, "utf8").split("\n");
    return all.filter((line) => line !== "").slice(0, LINES_MAX);
  } catch {
    return [];
  }
}

/** What is free for linkrd, in bytes; of a folder that cannot be asked nothing is said. */
function spaceOf(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
