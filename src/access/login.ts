/**
 * The one way to try a password, whichever door it comes through: first the limiter, then argon2,
 * whose work is always done, then the second factor.
 */
import { Fault } from "../base/fault.ts";
import type { Audit } from "./audit.ts";
import type { User } from "./document.ts";
import type { LoginLimiter } from "./limiter.ts";
import type { PasswordChecker } from "./password.ts";
import { CODE_DIGITS, type TotpChecker } from "./totp.ts";

export interface Attempt {
  readonly user: string;
  /** The password, and behind it without a gap the code of the second factor: kvmd's way. */
  readonly password: string;
  /** The address of the client, or `local`. */
  readonly from: string;
  /** `header` and `basic` come with every request; the others are acts of a person. */
  readonly way: "form" | "header" | "basic" | "confirmation";
}

export interface LoginParts {
  readonly user: (name: string) => User | undefined;
  readonly limiter: LoginLimiter;
  readonly passwords: PasswordChecker;
  readonly totp: TotpChecker;
  readonly audit: Audit;
}

export class Login {
  readonly #parts: LoginParts;
  /** What is under way, by name, hash and password. */
  readonly #checks = new Map<string, Promise<boolean>>();

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  /**
   * The user whom an attempt lets in, as he stands in the file; undefined when anything about it is
   * wrong, without telling what. A Fault `too_many` with `details.retry_after_seconds` when it was
   * not looked at.
   */
  async check(attempt: Attempt): Promise<User | undefined> {
    const { limiter, user } = this.#parts;
    const { user: name, from } = attempt;
    const known = user(name);
    try {
      const right = await limiter.attempt(name, from, () => this.#verify(attempt, known));
      this.#tell(attempt, known, right ? "ok" : "refused");
      return right ? known : undefined;
    } catch (error) {
      if (error instanceof Fault) this.#tell(attempt, known, "throttled");
      throw error;
    }
  }

  async #verify(attempt: Attempt, known: User | undefined): Promise<boolean> {
    const { totp, user } = this.#parts;
    const secret = known?.totp ?? "";
    const end = secret === "" ? attempt.password.length : -CODE_DIGITS;
    const [password, code] = [attempt.password.slice(0, end), attempt.password.slice(end)];
    const right = await this.#isPassword(attempt.user, known?.password, password);
    // That took a while, in which somebody may have changed the password or removed the user.
    const now = user(attempt.user);
    const same = now?.password === known?.password && (now?.totp ?? "") === secret;
    if (!right || !same) return false;
    return secret === "" || totp.accept({ ...attempt, secret, password, code });
  }

  /**
   * A client that sends its password with each of many requests at once has it checked once. What
   * is alike in name and password shares the work whether or not there is such a user, so that time
   * tells nothing; nothing is kept.
   */
  #isPassword(name: string, hash: string | undefined, password: string): Promise<boolean> {
    const key = JSON.stringify([name, hash, password]);
    const running = this.#checks.get(key);
    if (running !== undefined) return running;
    const forget = () => this.#checks.delete(key);
    const check = this.#parts.passwords.check(hash, password).finally(forget);
    this.#checks.set(key, check);
    return check;
  }

  /** Names of users are told; other names may be a password that somebody typed one field early. */
  #tell({ from, way }: Attempt, known: User | undefined, outcome: string): void {
    const event = {
      event: "login",
      who: known?.name ?? "unknown",
      from,
      about: way,
      outcome,
    } as const;
    const repeats = outcome === "throttled" || (outcome === "ok" && way !== "form");
    if (repeats) this.#parts.audit.noteOnce(event);
    else this.#parts.audit.note(event);
  }
}
