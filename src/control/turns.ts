import { Fault } from "../base/fault.ts";

/** A turn for one at a time, first come first served, with a bound on how many may wait. */
export class Turns {
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** How many wait for the turn that is taken now. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Waits for the turn; disposing of it passes it on. Whoever aborts while waiting leaves the
   * queue.
   * @throws Fault `too_many` when the queue is full, or the reason of `signal`
   */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#isTaken) await this.#wait(signal);
    this.#isTaken = true;
    return { [Symbol.dispose]: () => this.#pass() };
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#waitingMax) {
      const waiting = `${this.#waitingMax} batches are waiting already`;
      throw new Fault("too_many", `${waiting}: send the next when one was answered`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(enter), 1);
      reject(signal.reason);
    };
    const enter = () => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    this.#waiting.push(enter);
    signal.addEventListener("abort", leave, { once: true });
    return promise;
  }

  /** The turn stays taken while it passes to the next: nobody can step in between. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}
