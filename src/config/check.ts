import { renderPlacedFault } from "../base/placed-fault.ts";
import type { ParsedSettings } from "./load.ts";

/** What `linkrd check` prints of linkrd.toml: nothing when it is good, else every fault in turn. */
export function describeFaults(parsed: ParsedSettings): string {
  if ("settings" in parsed) return "";
  return parsed.faults.map((fault) => `${renderPlacedFault(fault)}\n`).join("");
}
