/** One batch runs at a time: who is in control decides, then whose turn it is. */
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { Custody } from "./custody.ts";
import type { Batch } from "./events.ts";
import { type ControlState, Lease, takenOver } from "./lease.ts";
import type { Party } from "./party.ts";
import type { Outcome, Runner } from "./runner.ts";
import { Turns } from "./turns.ts";

/** Who wants a batch to be run, and how long that may wait until others are done. */
export interface Asker {
  readonly party: Party;
  /** 0: not at all, when somebody else is in control. */
  readonly waitMs: number;
  /** Behind how many others it waits for its turn; LIMITS.batches_waiting_max if not said. */
  readonly waitingMax?: number;
}

interface Running {
  readonly party: Party;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export interface ArbiterParts {
  readonly runner: Runner;
  /** Milliseconds that only ever go forward. */
  readonly monotonic: () => number;
}

export class Arbiter {
  readonly #runner: Runner;
  readonly #monotonic: () => number;
  readonly #lease: Lease;
  readonly #turns = new Turns(LIMITS.batches_waiting_max);
  readonly #custody = new Custody({
    keeps: (party) => this.#lease.isHeldBy(party) || this.#runner.holds(sharesHand(party)),
    end: (party) => {
      this.#lease.drop(party.key);
      void this.letGo(party);
    },
  });
  /** Batches that wait until others let them, before they wait for their turn. */
  #patient = 0;
  #running: Running | undefined;
  #isClosed = false;

  constructor({ runner, monotonic }: ArbiterParts) {
    this.#runner = runner;
    this.#monotonic = monotonic;
    this.#lease = new Lease(monotonic);
  }

  /** Who is in control now, and whose batch runs. */
  get state(): ControlState & { readonly running: Party["kind"] | undefined } {
    return { ...this.#lease.state, running: this.#running?.party.kind };
  }

  /** How many batches wait: for their turn, or until they may. */
  get waiting(): number {
    return this.#turns.waiting + this.#patient;
  }

  /**
   * Runs `batch` when `asker` may and it is its turn. A batch that a person takes over from, that
   * runs too long or whose `signal` aborts ends there, and everything held is let go.
   * @throws Fault `conflict` when somebody else is in control, `too_many` when too many batches
   * wait, `bad_request` when it took too long, `stopping`, as `Runner.run` does, or the reason of
   * `signal`
   */
  async run(batch: Batch, asker: Asker, signal: AbortSignal): Promise<Outcome> {
    const { party, waitMs, waitingMax } = asker;
    // Keys and movements make a person active, and a pause does not.
    const isInput = batch.some(({ kind }) => kind !== "delay");
    using _use = isInput ? this.#lease.use(party) : undefined;
    const untilMs = this.#monotonic() + waitMs;
    for (;;) {
      await this.#permission(party, untilMs, signal);
      using _turn = await this.#turns.take(party, signal, waitingMax);
      signal.throwIfAborted();
      if (this.#isClosed) throw stopping();
      // Somebody may have come while the batch waited for its turn.
      if (this.#lease.waitMs(party) !== undefined) continue;
      return await this.#runNow(batch, party, signal);
    }
  }

  /**
   * Gives `party` the lease, or prolongs it; it ends with its credential. When a person takes it, a
   * token's batch is ended and what it held is let go before this resolves.
   * @throws Fault `conflict` when another has it
   */
  async take(party: Party, seconds: number): Promise<void> {
    this.#lease.take(party, seconds);
    this.#custody.look(party);
    if (party.kind === "token") return;
    const running = this.#running;
    if (running?.party.kind === "token") {
      running.stop.abort(takenOver());
      this.#lease.noteTold(running.party);
      await running.ended;
    }
    await this.#runner.letGo(({ kind }) => kind === "token");
  }

  /** Ends the batch that runs, lets go of what it held, and runs none of those that wait. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#running?.stop.abort(stopping());
    await this.#running?.ended;
  }

  /** Gives the lease back; a person may end that of anybody. @throws Fault `conflict` */
  release(party: Party): void {
    this.#lease.release(party);
  }

  /** Lets go of what `party` holds, and of nothing else: whatever runs goes on. */
  async letGo(party: Party): Promise<void> {
    await this.#runner.letGo(sharesHand(party));
  }

  /** Waits until `party` may use keys and mouse, as long as it wants to. */
  async #permission(party: Party, untilMs: number, signal: AbortSignal): Promise<void> {
    if (this.#lease.waitMs(party) === undefined) return;
    if (this.#patient >= LIMITS.batches_waiting_max) {
      throw new Fault("too_many", `${this.#patient} batches are waiting already: try again later`);
    }
    this.#patient++;
    try {
      for (;;) {
        const waitMs = this.#lease.waitMs(party);
        if (waitMs === undefined) return;
        const restMs = untilMs - this.#monotonic();
        if (restMs <= 0 || this.#lease.isDisplaced(party)) this.#lease.check(party);
        await this.#changeOr(Math.min(waitMs, restMs), signal);
      }
    } finally {
      this.#patient--;
    }
  }

  async #changeOr(milliseconds: number, signal: AbortSignal): Promise<void> {
    const enough = new AbortController();
    const both = AbortSignal.any([signal, enough.signal]);
    const timer = delay(Math.max(1, Math.ceil(milliseconds)), undefined, { signal: both });
    try {
      await Promise.race([timer, this.#lease.changed]);
    } catch {
      signal.throwIfAborted();
    } finally {
      // A timer that lost the race is ended, and its complaint about that heard.
      timer.catch(() => undefined);
      enough.abort();
    }
  }

  async #runNow(batch: Batch, party: Party, signal: AbortSignal): Promise<Outcome> {
    const stop = new AbortController();
    const ended = Promise.withResolvers<void>();
    const timer = setTimeout(() => stop.abort(tookTooLong()), LIMITS.batch_duration_ms_max);
    this.#running = { party, stop, ended: ended.promise };
    try {
      return await this.#runner.run(batch, party, AbortSignal.any([signal, stop.signal]));
    } finally {
      clearTimeout(timer);
      this.#running = undefined;
      this.#custody.look(party);
      ended.resolve();
    }
  }
}

function sharesHand({ hand }: Party): (other: Party) => boolean {
  return (other) => other.hand === hand;
}

function stopping(): Fault {
  return new Fault("stopping", "linkrd is being stopped: see what was done, and try again");
}

function tookTooLong(): Fault {
  const minutes = LIMITS.batch_duration_ms_max / 60_000;
  const sentence = `the batch was ended after ${minutes} minutes, and its keys let go: split it`;
  return new Fault("bad_request", sentence);
}
