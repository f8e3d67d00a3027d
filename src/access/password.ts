/** Passwords as argon2id hashes: made and checked off the event loop, and one at a time. */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { ARGON2 } from "./phc.ts";

/** The hash of a password that nobody knows, at the cost of a real one. */
const DECOY =
  "$argon2id$v=19$m=19456,t=2,p=1$4hKHlcE5bvrRrDihCc6VajMjwN2nWiYMGtTxgiQiNw8" +
  "$XaRaZQZ7FyStGIZhNB0SvsyE7Nt95wojg2dXkIzJJ/o";

/** The argon2id hash of `password` in PHC form. A Fault `bad_request` for what cannot be one. */
export async function hashPassword(password: string): Promise<string> {
  checkPassword(password);
  return await Bun.password.hash(password, { algorithm: "argon2id", ...ARGON2 });
}

/** Throws a Fault `bad_request` for what cannot be a password; `key` names the field it is in. */
export function checkPassword(password: string, key = "password"): void {
  if (!isPassword(password)) {
    const bounds = `1 to ${LIMITS.password_characters_max} characters`;
    throw new Fault(
      "bad_request",
      `not a password: use ${bounds}, none of them a control character`,
      { details: { key } },
    );
  }
}

/**
 * Checks and hashes passwords. Each takes 19 MiB and a core for tens of milliseconds, an easy way
 * to fell a board, so they take turns and only so many may wait.
 */
export class PasswordChecker {
  #turn: Promise<unknown> = Promise.resolve();
  #pending = 0;

  /**
   * Whether `password` is the one of `hash`. Without a hash, that is for a user who does not exist
   * or has none, the same work is done in vain, as it is for what cannot be a password. A Fault
   * `too_many` when too many wait already.
   */
  async check(hash: string | undefined, password: string): Promise<boolean> {
    const possible = hash !== undefined && hash !== "" && isPassword(password);
    const [wanted, given] = possible ? [hash, password] : [DECOY, "x"];
    return (await this.#inTurn(() => Bun.password.verify(given, wanted))) && possible;
  }

  /** {@link hashPassword} in turn with the checks; faults of both. */
  async hash(password: string): Promise<string> {
    return await this.#inTurn(() => hashPassword(password));
  }

  async #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#pending > LIMITS.passwords_waiting_max) {
      throw new Fault("too_many", "too many log in at once: try again in a moment", {
        details: { retry_after_seconds: 1 },
      });
    }
    this.#pending += 1;
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#pending -= 1;
    }
  }
}

/** The length is bounded before anything is hashed; nothing is ever cut off. */
function isPassword(text: string): boolean {
  const { password_characters_max } = LIMITS;
  return text.length > 0 && text.length <= password_characters_max && !/\p{Cc}/u.test(text);
}
