/** How fast a token may ask. */
import { Bucket } from "../base/bucket.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";

const RATE = {
  max: LIMITS.token_requests_max,
  perSecond: LIMITS.token_requests_per_second_max,
} as const;

export class TokenRate {
  readonly #monotonic: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Counts one request of the token of this digest. A Fault `too_many` when it sends too many. */
  take(sha256: string): void {
    if (this.#bucketOf(sha256).take()) return;
    throw new Fault("too_many", "this token asks too often: send fewer requests at a time", {
      details: { retry_after_seconds: 1 },
    });
  }

  /** The bucket of a token, moved to the end of the map; the oldest makes room for a new one. */
  #bucketOf(sha256: string): Bucket {
    const bucket = this.#buckets.get(sha256) ?? new Bucket(this.#monotonic, RATE);
    this.#buckets.delete(sha256);
    this.#buckets.set(sha256, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= LIMITS.token_rate_keys_max) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
