import { readAudit } from "../access/audit.ts";
import { Fault } from "../base/fault.ts";
import { printable } from "../base/log.ts";
import type { Call } from "./command.ts";

/** Prints who did what to access, oldest first; needs no daemon. */
export async function showLog({ places, options, io }: Call): Promise<void> {
  if (options["audit"] !== true) {
    throw new Fault("usage", "add --audit; all else is in the journal: journalctl -u linkrd");
  }
  for (const line of await readAudit(places.state)) io.print(printable(line));
}
