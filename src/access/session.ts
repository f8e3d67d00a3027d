/** Who is logged in: sessions in memory only, so that a restart ends them all. */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { digestOf } from "./digest.ts";
import type { User } from "./document.ts";

/** kvmd's form of a session: what its cookie `auth_token` holds. */
const SESSION_TEXT = /^[0-9a-f]{64}$/;
const RANDOM_BYTES = 32;

export interface Session {
  /** The digest of its text, which is not kept: for looking after it later. */
  readonly key: string;
  readonly user: string;
}

/** What a user logs in with, for telling whether it is still the same. */
export function credentialOf({ password, totp }: Pick<User, "password" | "totp">): string {
  return digestOf(JSON.stringify([password, totp]));
}

interface Entry extends Session {
  /** What the user logged in with; another one ends the session. */
  credential: string;
  /** Milliseconds of the monotonic clock. */
  readonly endsAt: number;
  usedAt: number;
}

export class Sessions {
  readonly #monotonic: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(session: Session) => void>();

  /** `monotonic` gives milliseconds that only ever go forward, whatever is done to the clock. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /**
   * Begins a session and returns its text, 64 hexadecimal digits. It ends after `lifetime_ms` (0:
   * no such limit), or when it was not used for a day. `credential` is what stands in the file for
   * the user, for {@link Sessions.retain}. A Fault `too_many` when the user has too many.
   */
  begin(user: string, credential: string, lifetime_ms: number): string {
    this.#sweep();
    const mine = [...this.#entries.values()].filter((entry) => entry.user === user);
    if (mine.length >= LIMITS.sessions_of_user_max) {
      const remedy = `log out of one, which ends them all, or run \`linkrd user password ${user}\``;
      throw new Fault("too_many", `${user} has ${mine.length} sessions: ${remedy}`);
    }
    const text = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)).toHex();
    const now = this.#monotonic();
    const endsAt = lifetime_ms === 0 ? Number.POSITIVE_INFINITY : now + lifetime_ms;
    const key = digestOf(text);
    this.#entries.set(key, { key, user, credential, endsAt, usedAt: now });
    return text;
  }

  /** How many there are. */
  get size(): number {
    this.#sweep();
    return this.#entries.size;
  }

  /** Whose session `text` is; undefined when it is none or over. Counts as use. */
  find(text: string): Session | undefined {
    return SESSION_TEXT.test(text) ? this.check(digestOf(text)) : undefined;
  }

  /** The session of a key if it still runs, for a stream that began earlier. Counts as use. */
  check(key: string): Session | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#isOver(entry)) {
      this.#end(entry);
      return undefined;
    }
    entry.usedAt = this.#monotonic();
    return entry;
  }

  /** How long the session of a key runs at most, used or not: its lifetime. */
  endsInMs(key: string): number {
    return (this.#entries.get(key)?.endsAt ?? 0) - this.#monotonic();
  }

  /** Ends all sessions of a user: kvmd's logout. */
  endUser(user: string): void {
    this.#endWhere((entry) => entry.user === user);
  }

  /** Lets the session of a key go on under another credential, which its user is about to set. */
  renew(key: string, credential: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.credential = credential;
  }

  /**
   * Ends the sessions of users who are gone, or whose credential is another than at their login.
   */
  retain(credentialOf: (user: string) => string | undefined): void {
    this.#endWhere((entry) => credentialOf(entry.user) !== entry.credential);
  }

  /** Calls `listener` with each session that ended, until the function returned is called. */
  onEnd(listener: (session: Session) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends what is over; what nobody asks for would otherwise stay. */
  #sweep(): void {
    this.#endWhere((entry) => this.#isOver(entry));
  }

  #isOver(entry: Entry): boolean {
    const now = this.#monotonic();
    return now >= entry.endsAt || now - entry.usedAt >= LIMITS.session_idle_ms_max;
  }

  #endWhere(over: (entry: Entry) => boolean): void {
    for (const entry of this.#entries.values()) if (over(entry)) this.#end(entry);
  }

  #end(entry: Entry): void {
    this.#entries.delete(entry.key);
    for (const listener of this.#listeners) listener(entry);
  }
}
