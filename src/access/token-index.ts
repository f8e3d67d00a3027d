/** The tokens in force by their digest: what a request asks. */
import type { FloorClock } from "./clock.ts";
import { digestOf, sameDigest } from "./digest.ts";
import type { Token } from "./document.ts";
import type { LastUsed, Use } from "./last-used.ts";
import { isTokenText, type Status, statusOf } from "./token.ts";

export interface Verified {
  readonly token: Token;
  readonly status: Status;
}

/** A token as lists show it. */
export interface TokenRow extends Token {
  readonly status: Status;
  readonly lastUsed: Use | undefined;
}

/** What is hashed in the place of a text that cannot be a token, so that it costs the same. */
const DECOY = "-".repeat(98);
const NO_DIGEST = "0".repeat(64);

export class TokenIndex {
  readonly #clock: FloorClock;
  readonly #lastUsed: LastUsed;
  #byDigest: ReadonlyMap<string, Token> = new Map();

  constructor(clock: FloorClock, lastUsed: LastUsed) {
    this.#clock = clock;
    this.#lastUsed = lastUsed;
  }

  /** From now on these tokens are known and no others. */
  replace(tokens: readonly Token[]): void {
    this.#byDigest = new Map(tokens.map((token) => [token.sha256, token]));
  }

  /** One hash, one look-up and one comparison, whatever the text and however many tokens. */
  verify(text: string): Verified | undefined {
    const possible = isTokenText(text);
    const digest = digestOf(possible ? text : DECOY);
    const token = this.#byDigest.get(digest);
    const same = sameDigest(digest, token?.sha256 ?? NO_DIGEST);
    return possible && same ? this.#stand(token) : undefined;
  }

  /** How the token of a digest stands now. */
  check(sha256: string): Verified | undefined {
    return this.#stand(this.#byDigest.get(sha256));
  }

  row(sha256: string): TokenRow | undefined {
    const found = this.check(sha256);
    if (found === undefined) return undefined;
    return { ...found.token, status: found.status, lastUsed: this.#lastUsed.of(sha256) };
  }

  /** All tokens in the order of the file. */
  rows(): readonly TokenRow[] {
    return [...this.#byDigest.keys()].flatMap((sha256) => this.row(sha256) ?? []);
  }

  #stand(token: Token | undefined): Verified | undefined {
    if (token === undefined) return undefined;
    return { token, status: statusOf(token, this.#clock.now()) };
  }
}
