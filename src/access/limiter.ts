/**
 * Slows guessing down. People mistype, and clients try each of their ways: a few wrong passwords
 * cost nothing. After each further one the account and the network it came from have to wait, 1 s
 * at first and twice as long each time, up to a minute. Nobody is ever shut out for good, and a
 * network that has logged in to an account before does not wait for what others do to it.
 *
 * That leaves a guesser 68 passwords in the first hour, or 70 if the first ones are sent at once:
 * 11, which is two that are wrong and as many as PasswordChecker takes at a time, and then one a
 * minute. Pausing until all is forgotten yields fewer than that minute does.
 */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { networkOf } from "./network.ts";

/** What is held against one account or network. Times in milliseconds of the monotonic clock. */
interface Tally {
  failures: number;
  notBefore: number;
  /** Attempts whose outcome is not known yet. */
  pending: number;
}

export class LoginLimiter {
  readonly #monotonic: () => number;
  readonly #accounts = new Map<string, Tally>();
  readonly #networks = new Map<string, Tally>();
  /** Account and network of past logins, the latest last. */
  readonly #familiar = new Set<string>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /**
   * The outcome of `check`, whether the password for `account` sent from `address` is right. A
   * Fault `too_many` with `details.retry_after_seconds`, and no check, while either has to wait;
   * what is under way counts, so that many at once are not as good as one after the other. A check
   * that throws counts neither way.
   */
  async attempt(account: string, address: string, check: () => Promise<boolean>): Promise<boolean> {
    const network = networkOf(address);
    const pair = JSON.stringify([account, network]);
    const tallies = [tallyOf(this.#networks, network, this.#monotonic())];
    const ofAccount = tallyOf(this.#accounts, account, this.#monotonic());
    const known = this.#familiar.has(pair);
    if (!known) tallies.push(ofAccount);
    const wait = Math.max(...tallies.map((tally) => this.#waitOf(tally)));
    if (wait > 0) throw tooMany(wait);

    if (known) tallies.push(ofAccount);
    for (const tally of tallies) tally.pending += 1;
    try {
      const right = await check();
      for (const tally of tallies) this.#settle(tally, right);
      if (right) this.#remember(pair);
      return right;
    } finally {
      for (const tally of tallies) tally.pending -= 1;
    }
  }

  #waitOf(tally: Tally): number {
    const wait = tally.notBefore - this.#monotonic();
    if (wait > 0) return wait;
    const isSlowed = tally.failures >= LIMITS.login_free_failures_max;
    return isSlowed && tally.pending > 0 ? LIMITS.login_delay_ms_min : 0;
  }

  #settle(tally: Tally, right: boolean): void {
    tally.failures = right ? 0 : tally.failures + 1;
    tally.notBefore = right ? 0 : this.#monotonic() + delayAfter(tally.failures);
  }

  #remember(pair: string): void {
    this.#familiar.delete(pair);
    this.#familiar.add(pair);
    for (const oldest of this.#familiar) {
      if (this.#familiar.size <= LIMITS.login_keys_max) break;
      this.#familiar.delete(oldest);
    }
  }
}

/** The tally of `key`, moved to the end of the map; an old one makes room for a new one. */
function tallyOf(tallies: Map<string, Tally>, key: string, now: number): Tally {
  const old = tallies.get(key);
  const stale = old === undefined || (old.pending === 0 && isForgotten(old, now));
  const tally = stale ? { failures: 0, notBefore: 0, pending: 0 } : old;
  tallies.delete(key);
  if (tallies.size >= LIMITS.login_keys_max) evict(tallies, now);
  tallies.set(key, tally);
  return tally;
}

/** Takes out the oldest that need not wait, else the oldest: who fills it must not free himself. */
function evict(tallies: Map<string, Tally>, now: number): void {
  const idle = [...tallies].filter(([, tally]) => tally.pending === 0);
  const [victim] = idle.find(([, tally]) => tally.notBefore <= now) ?? idle[0] ?? [];
  if (victim !== undefined) tallies.delete(victim);
}

/** Milliseconds to wait after so many wrong passwords. */
function delayAfter(failures: number): number {
  const counted = failures - LIMITS.login_free_failures_max;
  if (counted <= 0) return 0;
  const { login_delay_ms_min, login_delay_ms_max } = LIMITS;
  return Math.min(login_delay_ms_min * 2 ** Math.min(counted - 1, 30), login_delay_ms_max);
}

function isForgotten(tally: Tally, now: number): boolean {
  return now - tally.notBefore > LIMITS.login_memory_ms;
}

function tooMany(wait_ms: number): Fault {
  const seconds = Math.ceil(wait_ms / 1000);
  return new Fault("too_many", `too many wrong passwords: try again in ${seconds} s`, {
    details: { retry_after_seconds: seconds },
  });
}
