const FIRST_MS = 500;
const MOST_MS = 10_000;

/** How long to wait before the next try: half a second, then twice as long each time, to 10 s. */
export class Retry {
  #delayMs = FIRST_MS;

  /** The delay before the next try, and a longer one after that. */
  next(): number {
    const delay = this.#delayMs;
    this.#delayMs = Math.min(delay * 2, MOST_MS);
    return delay;
  }

  /** It worked. */
  reset(): void {
    this.#delayMs = FIRST_MS;
  }
}
