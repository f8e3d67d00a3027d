import { hashPassword } from "../access/password.ts";
import { Fault } from "../base/fault.ts";
import type { Call } from "./command.ts";
import { withAccess } from "./token.ts";

export async function addUser(call: Call): Promise<void> {
  const [name = ""] = call.operands;
  const hash = await hashPassword(await readPassword(call));
  await withAccess(call, (store) => store.addUser(name, hash));
  call.io.warn(`user ${name} is there`);
}

export async function changePassword(call: Call): Promise<void> {
  const [name = ""] = call.operands;
  const hash = await hashPassword(await readPassword(call));
  await withAccess(call, (store) => store.setPassword(name, hash));
  call.io.warn(`the password of ${name} is changed`);
}

/** One line; what a shell or an editor adds at its end is not part of the password. */
async function readPassword({ options, io }: Call): Promise<string> {
  if (options["password-stdin"] !== true) {
    throw new Fault("usage", "the password is read from standard input: add --password-stdin");
  }
  return (await io.readStdin()).replace(/\r?\n$/, "");
}
