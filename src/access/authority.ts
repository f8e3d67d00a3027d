/** Who may do what, and for how long: the parts of this room as one, for the daemon. */
import { Counts } from "../base/counts.ts";
import type { Log } from "../base/log.ts";
import { Accounts } from "./account.ts";
import { Audit } from "./audit.ts";
import { type Identity, watchIdentity } from "./identity.ts";
import { LoginLimiter } from "./limiter.ts";
import { type Attempt, Login } from "./login.ts";
import { PasswordChecker } from "./password.ts";
import { credentialOf, Sessions } from "./session.ts";
import type { AccessStore } from "./store.ts";
import type { Status } from "./token.ts";
import { TokenRate } from "./token-rate.ts";
import { TotpChecker } from "./totp.ts";

export interface AuthorityOptions {
  readonly store: AccessStore;
  readonly stateDir: string;
  readonly log: Log;
  /** Milliseconds that only ever go forward. */
  readonly monotonic: () => number;
}

export class Authority {
  readonly store: AccessStore;
  readonly sessions: Sessions;
  readonly login: Login;
  readonly accounts: Accounts;
  readonly tokenRate: TokenRate;
  readonly audit: Audit;
  /** Tokens that requests came with, by what they were found to be. */
  readonly tokenChecks = new Counts<Status | "Unknown">();

  constructor({ store, stateDir, log, monotonic }: AuthorityOptions) {
    const { now } = store.clock;
    const passwords = new PasswordChecker();
    const user = (name: string) => store.user(name);
    this.store = store;
    this.audit = new Audit({ stateDir, log, now, monotonic });
    const limiter = new LoginLimiter(monotonic);
    this.sessions = new Sessions(monotonic);
    this.tokenRate = new TokenRate(monotonic);
    this.login = new Login({
      user,
      passwords,
      limiter,
      totp: new TotpChecker(now, monotonic),
      audit: this.audit,
    });
    const { sessions, login, audit } = this;
    const parts = { store, sessions, login, limiter, passwords, audit, monotonic };
    this.accounts = new Accounts(parts);
    store.onChange(() => {
      sessions.retain((name) => {
        const known = store.user(name);
        return known === undefined ? undefined : credentialOf(known);
      });
    });
  }

  /**
   * The text of a new session, undefined when the attempt does not let in. It ends after
   * `lifetime_ms` (0: no such limit). Faults `too_many`.
   */
  async logIn(attempt: Attempt, lifetime_ms: number): Promise<string | undefined> {
    const user = await this.login.check(attempt);
    return user && this.sessions.begin(user.name, credentialOf(user), lifetime_ms);
  }

  /** Ends all sessions of the user whose session `text` is: kvmd's logout. */
  logOut(text: string, from: string): void {
    const session = this.sessions.find(text);
    if (session === undefined) return;
    this.sessions.endUser(session.user);
    this.audit.note({ event: "logout", who: session.user, from, outcome: "ok" });
  }

  /**
   * Calls `onEnd` once when what `identity` came in with does not hold any more: revoked, expired,
   * logged out, its password changed. Not after the function returned was called.
   */
  watch(identity: Identity, onEnd: () => void): () => void {
    return watchIdentity(this, identity, onEnd);
  }

  /** Waits until the disk has what is to be kept, and closes the store. */
  async close(): Promise<void> {
    await this.audit.close();
    await this.store.close();
  }
}
