import { hashPassword } from "../access/password.ts";
import { newTotpSecret, totpOffset, totpUri } from "../access/totp.ts";
import { Fault } from "../base/fault.ts";
import type { Call } from "./command.ts";
import { withAccess } from "./token.ts";

export async function addUser(call: Call): Promise<void> {
  const [name = ""] = call.operands;
  const hash = await hashPassword(await readPassword(call));
  await withAccess(call, async (store, tell) => {
    await store.addUser(name, hash);
    tell("user-add", name);
  });
  call.io.warn(`user ${name} is there`);
}

export async function changePassword(call: Call): Promise<void> {
  const [name = ""] = call.operands;
  const hash = await hashPassword(await readPassword(call));
  await withAccess(call, async (store, tell) => {
    await store.setPassword(name, hash);
    tell("password-set", name);
  });
  call.io.warn(`the password of ${name} is changed`);
}

/** Gives a user a second factor, once a code shows that the app has it; with --drop takes it. */
export async function changeTotp(call: Call): Promise<void> {
  const [name = ""] = call.operands;
  const { io } = call;
  await withAccess(call, async (store, tell) => {
    if (store.user(name) === undefined) {
      throw new Fault("not_found", `no user is named ${name.slice(0, 32)}: add one first`);
    }
    if (call.options["drop"] === true) {
      await store.setTotp(name, "");
      tell("totp-drop", name);
      io.warn(`${name} logs in with the password alone`);
      return;
    }
    const secret = newTotpSecret();
    io.print(secret);
    io.print(totpUri(name, secret));
    io.warn("put this into the app, then type the code that it shows:");
    const code = (await io.readStdin()).trim();
    if (totpOffset(secret, code, store.clock.now()) === undefined) {
      const remedy = "look at the clocks of both, and begin anew";
      throw new Fault("bad_request", `that is no code of this secret, nothing changed: ${remedy}`);
    }
    await store.setTotp(name, secret);
    tell("totp-set", name);
    io.warn(`${name} types the code right behind the password from now on`);
  });
}

/** Asked for twice on a terminal; else one line, without what a shell or an editor puts behind. */
async function readPassword({ options, io }: Call): Promise<string> {
  if (options["password-stdin"] === true) {
    return inUtf8((await io.readStdin()).replace(/\r?\n$/, ""));
  }
  if (io.askSecrets === undefined) {
    throw new Fault("usage", "no terminal to ask for the password: add --password-stdin");
  }
  const [password = "", again] = await io.askSecrets(["password: ", "once more: "]);
  if (again === password) return inUtf8(password);
  throw new Fault("bad_request", "these are two different passwords: begin anew");
}

/** U+FFFD stands for bytes that are none: one such password would be as good as another. */
function inUtf8(password: string): string {
  if (!password.includes("\uFFFD")) return password;
  throw new Fault("bad_request", "the password is not UTF-8: browsers send it so, type it so");
}
