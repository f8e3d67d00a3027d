/**
 * Slows guessing down: after each wrong password the account and the network it came from have to
 * wait, 1 s at first and twice as long each time, up to a minute. Nobody is ever shut out for good,
 * and a network that has logged in to an account before does not wait for what others do to it.
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
    return tally.failures > 0 && tally.pending > 0 ? LIMITS.login_delay_ms_min : 0;
  }

  #settle(tally: Tally, right: boolean): void {
    tally.failures = right ? 0 : tally.failures + 1;
    const delay = LIMITS.login_delay_ms_min * 2 ** Math.min(tally.failures - 1, 30);
    tally.notBefore = right ? 0 : this.#monotonic() + Math.min(delay, LIMITS.login_delay_ms_max);
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

function isForgotten(tally: Tally, now: number): boolean {
  return now - tally.notBefore > LIMITS.login_memory_ms;
}

function tooMany(wait_ms: number): Fault {
  const seconds = Math.ceil(wait_ms / 1000);
  return new Fault("too_many", `too many wrong passwords: try again in ${seconds} s`, {
    details: { retry_after_seconds: seconds },
  });
}
