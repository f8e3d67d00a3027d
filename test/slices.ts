/** How long threads run at a time, which a kernel tells that was made to be debugged. */
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";

/** A line of /proc/PID/sched: nanoseconds. */
export const SLICE = /^se\.slice +: +(\d+)$/gm;

/** Whether a thread may have slices of its own, and they are seen: since Linux 6.12. */
export const hasSlices =
  Bun.semver.satisfies(release().replace(/^(\d+\.\d+).*/, "$1.0"), ">=6.12.0") &&
  existsSync("/proc/self/sched") &&
  readFileSync("/proc/self/sched", "utf8").includes("se.slice ");
