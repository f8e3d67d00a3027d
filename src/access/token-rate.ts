/** How fast a token may ask: a bucket of requests each, filled again all the time. */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";

interface Bucket {
  requests: number;
  /** Monotonic milliseconds at which it held so many. */
  at: number;
}

export class TokenRate {
  readonly #monotonic: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Counts one request of the token of this digest. A Fault `too_many` when it sends too many. */
  take(sha256: string): void {
    const bucket = this.#bucketOf(sha256);
    if (bucket.requests < 1) {
      throw new Fault("too_many", "this token asks too often: send fewer requests at a time", {
        details: { retry_after_seconds: 1 },
      });
    }
    bucket.requests -= 1;
  }

  /** The bucket as it is now, moved to the end of the map; the oldest makes room for a new one. */
  #bucketOf(sha256: string): Bucket {
    const { token_requests_max, token_requests_per_second_max, token_rate_keys_max } = LIMITS;
    const at = this.#monotonic();
    const old = this.#buckets.get(sha256) ?? { requests: token_requests_max, at };
    const gained = ((at - old.at) / 1000) * token_requests_per_second_max;
    const bucket = { requests: Math.min(token_requests_max, old.requests + gained), at };
    this.#buckets.delete(sha256);
    this.#buckets.set(sha256, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= token_rate_keys_max) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
