/** A device with people: its file has users, and its authority a clock that is set by hand. */
import { Authority } from "../../src/access/authority.ts";
import { hashPassword } from "../../src/access/password.ts";
import { Device } from "./fixture.ts";

export const HERE = "192.0.2.1";
export const THERE = "198.51.100.7";
/** RFC 6238, appendix B. Its codes change at each whole half minute. */
export const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

export interface Person {
  readonly name: string;
  readonly password: string;
  readonly totp?: string;
}

export async function openPeople(people: readonly Person[]) {
  const blocks = people.map(async ({ name, password, totp = "" }) => {
    const hash = await hashPassword(password);
    return `[[user]]\nname = "${name}"\npassword = "${hash}"\ntotp = "${totp}"\n`;
  });
  const device = new Device(`version = 1\n${(await Promise.all(blocks)).join("")}`);
  const store = await device.open(false);
  const { stateDir, log, time } = device;
  const authority = new Authority({ store, stateDir, log, monotonic: () => time.monotonic });
  return {
    device,
    store,
    authority,
    /** Lets `ms` go by, on both clocks. */
    pass: (ms: number) => {
      time.system += ms;
      time.monotonic += ms;
    },
    [Symbol.asyncDispose]: async () => {
      await authority.close();
      await device[Symbol.asyncDispose]();
    },
  };
}
