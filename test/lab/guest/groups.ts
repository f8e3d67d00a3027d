import type { Group } from "./check.ts";
import { machinery } from "./checks/machinery.ts";

/** In the order in which they run. */
export const GROUPS: readonly Group[] = [machinery];
