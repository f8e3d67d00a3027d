import { Fault } from "../base/fault.ts";
import { provision } from "../provision/provision.ts";
import type { Call } from "./command.ts";

/** What the SD image does at each start with the folder linkrd/ of its boot partition. */
export async function takeOver({ operands, options, io }: Call): Promise<void> {
  const [folder = ""] = operands;
  const reports = await provision({ folder, root: "/", keep: options["keep"] === true });
  for (const { name, good, told } of reports) {
    if (good) io.print(`${name}: ${told}`);
    else io.warn(`${name}: ${told}`);
  }
  const wrong = reports.filter(({ good }) => !good).length;
  if (wrong > 0) {
    const files = wrong === 1 ? "one file" : `${wrong} files`;
    throw new Fault("bad_config", `${files} of ${folder} not taken over: mend what is named above`);
  }
}
