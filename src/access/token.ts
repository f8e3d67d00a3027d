/** What an access token is: its text, its name, what it may do and how long. */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { parseInstant } from "./instant.ts";

/** All a token can be allowed; managing tokens, users and settings is never among them. */
export const ABILITIES = ["view", "control", "info", "log", "power", "media", "metrics"] as const;
export type Ability = (typeof ABILITIES)[number];

export type Status = "Active" | "Expired" | "Revoked";

const PREFIX = "radxa_linkr_";
const RANDOM_BYTES = 64;
/** 64 bytes are 86 characters of base64url (RFC 4648, 5) without padding. */
const TOKEN_CHARACTERS = PREFIX.length + 86;
const TOKEN_TEXT = /^radxa_linkr_[A-Za-z0-9_-]{86}$/;
const TOKEN_NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
/** kvmd's form of a user name, so that every PiKVM client can send it. */
const USER_NAME = /^[a-z_](?:[a-z0-9@._-]*[a-z0-9_-])?$/;
const DURATION = /^(?<count>\d{1,6})(?<unit>[hd])$/;
const HOUR_MS = 3_600_000;
const LAST_INSTANT = Date.UTC(9999, 11, 31);

/** A new token's text. Throws when the system has no random numbers: there is no second best. */
export function mintToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return PREFIX + bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Whether `text` has a token's exact form; the length is looked at first, whatever was sent. */
export function isTokenText(text: string): boolean {
  return text.length === TOKEN_CHARACTERS && TOKEN_TEXT.test(text);
}

export function isTokenName(name: string): boolean {
  return name.length <= LIMITS.token_name_characters_max && TOKEN_NAME.test(name);
}

export function isUserName(name: string): boolean {
  return name.length <= LIMITS.user_name_characters_max && isUserNameForm(name);
}

/** Whether kvmd would look for a user of this name, however long it is. */
export function isUserNameForm(name: string): boolean {
  return USER_NAME.test(name);
}

/**
 * Throws a Fault `bad_request` with the vendor's own words, which its clients compare. They do not
 * say what to do: `details.remedy` does.
 */
export function checkTokenName(name: string): void {
  if (isTokenName(name)) return;
  const remedy = "use up to 20 of a-z 0-9 -, with a letter or digit at either end";
  throw new Fault("bad_request", "Invalid Name Format", { details: { key: "name", remedy } });
}

export function checkUserName(name: string): void {
  if (isUserName(name)) return;
  throw new Fault(
    "bad_request",
    "not a user name: use up to 32 of a-z 0-9 @ . _ - beginning with a letter or _",
    { details: { key: "user" } },
  );
}

export function isAbility(text: string): text is Ability {
  return ABILITIES.some((ability) => ability === text);
}

/** The abilities named, each once and in the order of the list; a Fault for any other name. */
export function checkAbilities(names: readonly string[]): readonly Ability[] {
  const unknown = names.find((name) => !isAbility(name));
  if (unknown !== undefined) {
    throw new Fault(
      "bad_request",
      `unknown ability "${unknown.slice(0, 32)}": choose from ${ABILITIES.join(", ")}`,
      { details: { key: "abilities" } },
    );
  }
  return ABILITIES.filter((ability) => names.includes(ability));
}

/**
 * When a token ends, in milliseconds since the epoch, from `90d`, `12h`, an ISO date (00:00 UTC) or
 * an RFC 3339 time. A Fault `bad_request` for anything else and for what is over already.
 */
export function parseExpiry(text: string, nowMs: number): number {
  const groups = DURATION.exec(text)?.groups;
  const hours = Number(groups?.["count"]) * (groups?.["unit"] === "d" ? 24 : 1);
  const expires = groups === undefined ? parseInstant(text) : nowMs + hours * HOUR_MS;
  if (expires === undefined) {
    const remedy = "write 90d, 12h, 2027-02-19 or an RFC 3339 time";
    throw new Fault("bad_request", `not an expiry: ${remedy}`, { details: { key: "expires" } });
  }
  checkExpiry(expires, nowMs);
  return expires;
}

/**
 * Throws a Fault unless `expires` (milliseconds) lies after `nowMs` and within four-digit years.
 */
export function checkExpiry(expires: number, nowMs: number): void {
  if (expires > nowMs && expires <= LAST_INSTANT) return;
  throw new Fault("bad_request", "that expiry cannot be: choose a time after now, by 9999-12-31", {
    details: { key: "expires" },
  });
}

/** Revoked beats Expired; a token ends in the millisecond that it names. Never stored. */
export function statusOf(
  token: { readonly expires: number | undefined; readonly revoked: number | undefined },
  nowMs: number,
): Status {
  if (token.revoked !== undefined) return "Revoked";
  return token.expires !== undefined && token.expires <= nowMs ? "Expired" : "Active";
}
