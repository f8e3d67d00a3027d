/** The second factor: time-based one-time passwords (RFC 6238), six digits every 30 s. */
import { createHmac, randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { LIMITS } from "../base/limits.ts";
import { networkOf } from "./network.ts";

const STEP_SECONDS = 30;
const STEP_MS = STEP_SECONDS * 1000;
export const CODE_DIGITS = 6;
const CODE = /^[0-9]{6}$/;
/** How many steps a phone's clock may be ahead or behind: what kvmd allows. */
const STEPS_OFF_MAX = 1;
/** A code is good in its own step and those beside it; after that nobody can send it again. */
const CODE_LIFE_MS = (2 * STEPS_OFF_MAX + 1) * STEP_MS;
/** As many bits as the SHA-1 underneath has (RFC 4226, section 4). */
const SECRET_BYTES = 20;

/** Who sends a code, and what came with it. */
export interface CodeUse {
  readonly user: string;
  /** Base32, as in access.toml. */
  readonly secret: string;
  readonly password: string;
  readonly code: string;
  /** The address of the client. */
  readonly from: string;
}

/** A new secret in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What a QR code for an authenticator app says. */
export function totpUri(user: string, secret: string): string {
  return new TOTP({ issuer: "linkrd", label: user, secret: Secret.fromBase32(secret) }).toString();
}

/** How many steps `code` is off at `nowMs`; undefined when it is no code of `secret` then. */
export function totpOffset(secret: string, code: string, nowMs: number): number | undefined {
  // The library compares bytes, and other digits than ours are longer in bytes than they look.
  if (!CODE.test(code)) return undefined;
  const offset = TOTP.validate({
    token: code,
    secret: Secret.fromBase32(secret),
    digits: CODE_DIGITS,
    period: STEP_SECONDS,
    timestamp: nowMs,
    window: STEPS_OFF_MAX,
  });
  return offset ?? undefined;
}

/**
 * Accepts each code once, so that whoever looks over a shoulder is too late. PiKVM's clients send
 * the same code with every request of its 30 seconds: for them the one who used it, with the same
 * password and from the same network, may go on using it until its step is over.
 */
export class TotpChecker {
  readonly #now: () => number;
  readonly #monotonic: () => number;
  /** Keys what is remembered: it is worth nothing outside of this process. */
  readonly #pepper = randomBytes(32);
  /** Codes that were used, until they could not be used anyhow. Monotonic milliseconds. */
  readonly #used = new Map<string, number>();
  /** Grants to go on with a code, and when they end. */
  readonly #grants = new Map<string, number>();

  /** `now` in milliseconds since the epoch, `monotonic` in milliseconds that only go forward. */
  constructor(now: () => number, monotonic: () => number) {
    this.#now = now;
    this.#monotonic = monotonic;
  }

  /** Whether a code opens, whose password was found right already. */
  accept({ user, secret, password, code, from }: CodeUse): boolean {
    forget(this.#used, this.#monotonic());
    forget(this.#grants, this.#monotonic());
    const now = this.#now();
    const offset = totpOffset(secret, code, now);
    if (offset === undefined) return false;
    const grant = this.#keyOf([user, secret, password, code, networkOf(from)]);
    if (this.#grants.has(grant)) return true;

    const step = Math.floor(now / STEP_MS) + offset;
    const use = this.#keyOf([user, secret, `${step}`]);
    if (this.#used.has(use)) return false;
    remember(this.#used, use, this.#monotonic() + CODE_LIFE_MS);
    const rest_ms = STEP_MS - (now % STEP_MS) + Math.max(0, offset) * STEP_MS;
    remember(this.#grants, grant, this.#monotonic() + rest_ms);
    return true;
  }

  #keyOf(parts: readonly string[]): string {
    return createHmac("sha256", this.#pepper).update(JSON.stringify(parts)).digest("base64");
  }
}

function forget(ends: Map<string, number>, now: number): void {
  for (const [key, end] of ends) if (end <= now) ends.delete(key);
}

/** More codes in 90 s than there is room for come from no people; the oldest make room. */
function remember(ends: Map<string, number>, key: string, end: number): void {
  ends.set(key, end);
  for (const oldest of ends.keys()) {
    if (ends.size <= LIMITS.login_keys_max) break;
    ends.delete(oldest);
  }
}
