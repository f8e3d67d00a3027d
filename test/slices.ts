/** How long threads run at a time, which a kernel tells that was made to be debugged. */
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";

/**
 * Nanoseconds; undefined where they are not shown.
 *
 * @param whose a thread's folder in /proc, such as `self` or `12/task/13`
 */
export function sliceOf(whose: string): number | undefined {
  const file = `/proc/${whose}/sched`;
  const lines = existsSync(file) ? readFileSync(file, "utf8") : "";
  const [, ns] = /^se\.slice +: +(\d+)$/m.exec(lines) ?? [];
  return ns === undefined ? undefined : Number(ns);
}

/** Whether a thread may have slices of its own, and they are seen: since Linux 6.12. */
export const hasSlices =
  Bun.semver.satisfies(release().replace(/^(\d+\.\d+).*/, "$1.0"), ">=6.12.0") &&
  sliceOf("self") !== undefined;
