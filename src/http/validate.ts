/** kvmd's way to check what its clients send, with the sentences they compare. */
import { isUserNameForm } from "../access/token.ts";
import { Fault } from "../base/fault.ts";

/** How long a text may be before it is looked at, whatever it says. */
const RAW = { user: 128, password: 512, token: 128, number: 16, redirect: 4096 } as const;
const NUMBER = /^[+-]?(?:\d+|0[xX][\da-fA-F]+)$/;
/** Where kvmd's own pages are, and so where its login may lead. */
const REDIRECTS = ["", "/", "/kvm", "/kvm/"];

/** A user name of legal form, whoever that is. */
export function validUser(raw: string): string {
  const user = bounded(raw, RAW.user).trim();
  if (!isUserNameForm(user)) throw invalid(user, "username characters");
  return user;
}

/** A password that could be one. kvmd takes ASCII alone; what is beyond is let through here. */
export function validPassword(raw: string): string {
  const password = bounded(raw, RAW.password);
  if (/\p{Cc}/u.test(password)) throw invalid(undefined, "passwd characters");
  return password;
}

/** The text of a session; a secret is never repeated. */
export function validSessionText(raw: string): string {
  const text = bounded(raw, RAW.token).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw invalid(undefined, "auth token");
  return text;
}

/** Seconds after which a session ends; 0 is never, as is a field that is left empty. */
export function validExpire(raw: string): number {
  const name = "expiration time";
  const text = bounded(raw, RAW.number).trim();
  if (text === "") return 0;
  if (!NUMBER.test(text)) throw invalid(text, name);
  const sign = text.startsWith("-") ? -1 : 1;
  const seconds = sign * Number(text.replace(/^[+-]/, ""));
  if (seconds < 0) {
    throw new Fault(
      "bad_request",
      `The argument '${text}' must be ${name} and greater or equial than 0`,
    );
  }
  return seconds;
}

/** Where a login leads to; "" is nowhere. */
export function validRedirect(raw: string): string {
  const path = bounded(raw, RAW.redirect).trim();
  if (!REDIRECTS.includes(path)) throw invalid(path, "login redirect");
  return path;
}

function bounded(raw: string, characters_max: number): string {
  if (raw.length > characters_max) throw new Fault("bad_request", "RAW limit exceed");
  return raw;
}

function invalid(value: string | undefined, name: string): Fault {
  const argument = value === undefined ? "The argument" : `The argument '${value}'`;
  return new Fault("bad_request", `${argument} is not a valid ${name}`);
}
