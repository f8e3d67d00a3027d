/** How fast somebody may do something: a bucket that is filled again all the time. */
export interface Rate {
  /** How many at once, after a pause. */
  readonly max: number;
  /** How many over time. */
  readonly perSecond: number;
}

export class Bucket {
  readonly #monotonic: () => number;
  readonly #rate: Rate;
  #left: number;
  #atMs: number;

  /** @param monotonic milliseconds that only ever go forward */
  constructor(monotonic: () => number, rate: Rate) {
    this.#monotonic = monotonic;
    this.#rate = rate;
    this.#left = rate.max;
    this.#atMs = monotonic();
  }

  /** Counts `count` more. @returns false, and counts nothing, when those would be too many */
  take(count = 1): boolean {
    const nowMs = this.#monotonic();
    const gained = ((nowMs - this.#atMs) / 1000) * this.#rate.perSecond;
    this.#left = Math.min(this.#rate.max, this.#left + gained);
    this.#atMs = nowMs;
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }
}
