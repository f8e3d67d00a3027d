import { Fault } from "../base/fault.ts";
import type { Party } from "./party.ts";

interface Waiter {
  readonly party: Party;
  readonly enter: () => void;
}

/**
 * A turn for one at a time. People go before tokens, and of each kind whoever has had no turn for
 * longest, so that nobody who sends much can keep others waiting. How many may wait is bounded, for
 * people and for tokens apart.
 */
export class Turns {
  readonly #waitingMax: number;
  #waiting: Waiter[] = [];
  /** Parties in the order of their last turns: of those that wait, and of the one that runs. */
  #served: readonly string[] = [];
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
   * @param waitingMax how many may wait already, where that is bounded otherwise
   * @throws Fault `too_many` when the queue is full, or the reason of `signal`
   */
  async take(
    party: Party,
    signal: AbortSignal,
    waitingMax = this.#waitingMax,
  ): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#isTaken) await this.#wait(party, signal, waitingMax);
    this.#isTaken = true;
    const keys = new Set(this.#waiting.map((waiter) => waiter.party.key));
    const before = this.#served.filter((key) => key !== party.key && keys.has(key));
    this.#served = [...before, party.key];
    return { [Symbol.dispose]: () => this.#pass() };
  }

  #wait(party: Party, signal: AbortSignal, waitingMax: number): Promise<void> {
    const alike = this.#waiting.filter((waiter) => waiter.party.kind === party.kind);
    if (alike.length >= waitingMax) {
      const waiting = `${waitingMax} batches are waiting already`;
      throw new Fault("too_many", `${waiting}: send the next when one was answered`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      reject(signal.reason);
    };
    const enter = () => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    const waiter = { party, enter };
    this.#waiting.push(waiter);
    signal.addEventListener("abort", leave, { once: true });
    return promise;
  }

  /** The turn stays taken while it passes to the next: nobody can step in between. */
  #pass(): void {
    const [next] = this.#waiting.toSorted((one, other) => this.#rank(one) - this.#rank(other));
    this.#waiting = this.#waiting.filter((waiter) => waiter !== next);
    if (next === undefined) this.#isTaken = false;
    else next.enter();
  }

  /** The lower goes first; of equals, whoever came first. */
  #rank({ party }: Waiter): number {
    const turn = this.#served.indexOf(party.key);
    return party.kind === "person" ? turn - this.#served.length - 1 : turn;
  }
}
