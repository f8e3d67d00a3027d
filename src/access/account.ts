/** What a user does to his own account: each step asks for his password again. */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Audit } from "./audit.ts";
import type { User } from "./document.ts";
import type { LoginLimiter } from "./limiter.ts";
import type { Login } from "./login.ts";
import { checkPassword, type PasswordChecker } from "./password.ts";
import { credentialOf, type Session, type Sessions } from "./session.ts";
import type { AccessStore } from "./store.ts";
import { checkUserName } from "./token.ts";
import { newTotpSecret, totpOffset, totpUri } from "./totp.ts";

export interface AccountParts {
  readonly store: AccessStore;
  readonly sessions: Sessions;
  readonly login: Login;
  readonly limiter: LoginLimiter;
  readonly passwords: PasswordChecker;
  readonly audit: Audit;
  readonly monotonic: () => number;
}

/** A session whose user acts, and where from. */
export interface Actor extends Session {
  readonly from: string;
}

/** A secret that waits for the code that shows that the app has it. */
interface Enrolment {
  readonly secret: string;
  /** Monotonic milliseconds. */
  readonly endsAt: number;
}

export class Accounts {
  readonly #parts: AccountParts;
  /** By session; one each. */
  readonly #enrolments = new Map<string, Enrolment>();

  constructor(parts: AccountParts) {
    this.#parts = parts;
    parts.sessions.onEnd(({ key }) => this.#enrolments.delete(key));
  }

  /** Faults `conflict` when there is a user or ever was one, and that of a broken file. */
  checkSetupOpen(): void {
    const { store } = this.#parts;
    if (store.fault !== undefined) throw store.fault;
    if (!store.setupOpen) throw new Fault("conflict", "this device is set up already: log in");
  }

  /**
   * Makes the first user. Faults: those of `checkSetupOpen`, `bad_request`, `too_many`,
   * `storage`.
   */
  async setUp(name: string, password: string, from: string): Promise<void> {
    const { store, limiter, passwords, audit } = this.#parts;
    this.checkSetupOpen();
    checkUserName(name);
    checkPassword(password);
    // No account is named "": this waits for what its network did, and for nobody else.
    await limiter.attempt("", from, async () => {
      await store.addUser(name, await passwords.hash(password), true);
      return true;
    });
    audit.note({ event: "setup", who: name, from, outcome: "ok" });
  }

  /** The fresh password of a session's user. Faults `wrong_password`, `too_many`. */
  async confirm({ user, from }: Actor, password: string): Promise<User> {
    const known = await this.#parts.login.check({ user, password, from, way: "confirmation" });
    if (known === undefined) {
      throw new Fault("wrong_password", "Wrong Password", { details: { key: "password" } });
    }
    return known;
  }

  /** Sets another password; the user's other sessions end. Faults as of `confirm`, `storage`. */
  async changePassword(actor: Actor, current: string, next: string): Promise<void> {
    const { store, passwords } = this.#parts;
    checkPassword(next, "new_password");
    const user = await this.confirm(actor, current);
    const password = await passwords.hash(next);
    await this.#change(actor, user, { ...user, password }, () => {
      return store.setPassword(user.name, password);
    });
    this.#tell(actor, "password-set");
  }

  /** A secret for the second factor, which is in force once it is confirmed. Faults as above. */
  async beginTotp(actor: Actor, password: string): Promise<{ secret: string; uri: string }> {
    const { name } = await this.confirm(actor, password);
    const secret = newTotpSecret();
    const endsAt = this.#parts.monotonic() + LIMITS.totp_enrolment_ms_max;
    this.#enrolments.set(actor.key, { secret, endsAt });
    return { secret, uri: totpUri(name, secret) };
  }

  /**
   * Puts the secret of `beginTotp` in force, if `code` shows that the app has it; the user's other
   * sessions end. Faults `conflict` when none waits, `bad_request` for another code, `storage`.
   */
  async confirmTotp(actor: Actor, code: string): Promise<void> {
    const { store, monotonic } = this.#parts;
    const enrolment = this.#enrolments.get(actor.key);
    const user = store.user(actor.user);
    if (enrolment === undefined || enrolment.endsAt <= monotonic() || user === undefined) {
      throw new Fault("conflict", "no secret waits for a code: begin with your password");
    }
    const { secret } = enrolment;
    if (totpOffset(secret, code, store.clock.now()) === undefined) {
      const remedy = "type the one that the app shows now, and look at both clocks";
      throw new Fault("bad_request", `that is no code of the new secret: ${remedy}`, {
        details: { key: "code" },
      });
    }
    await this.#change(actor, user, { ...user, totp: secret }, () => {
      return store.setTotp(user.name, secret);
    });
    this.#enrolments.delete(actor.key);
    this.#tell(actor, "totp-set");
  }

  /** Does without the second factor from now on; faults as of `changePassword`. */
  async dropTotp(actor: Actor, password: string): Promise<void> {
    const user = await this.confirm(actor, password);
    await this.#change(actor, user, { ...user, totp: "" }, () => {
      return this.#parts.store.setTotp(user.name, "");
    });
    this.#tell(actor, "totp-drop");
  }

  /** Writes with `write` what makes `before` the user `after`, keeping the session of the actor. */
  async #change(
    actor: Actor,
    before: User,
    after: User,
    write: () => Promise<void>,
  ): Promise<void> {
    const { sessions } = this.#parts;
    sessions.renew(actor.key, credentialOf(after));
    try {
      await write();
    } catch (error) {
      sessions.renew(actor.key, credentialOf(before));
      throw error;
    }
  }

  #tell({ user, from }: Actor, event: "password-set" | "totp-set" | "totp-drop"): void {
    this.#parts.audit.note({ event, who: user, from, outcome: "ok" });
  }
}
