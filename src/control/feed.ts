/** Input that comes as it is made, and is answered by nobody: the events of a WebSocket. */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Arbiter } from "./arbiter.ts";
import type { Batch, ControlEvent } from "./events.ts";
import type { Party } from "./party.ts";

export interface FeedParts {
  readonly arbiter: Arbiter;
  /** Its hand is of this feed alone. */
  readonly party: Party;
  /** Called with why input was not done, once until some is done again. */
  readonly refused: (error: unknown) => void;
}

/**
 * Does events in order, at once while the host keeps up. Behind a host that is slower, movements
 * become one, keys and buttons wait. What was not done is not done later: it would come as a
 * surprise.
 */
export class InputFeed {
  readonly #parts: FeedParts;
  readonly #closing = new AbortController();
  #waiting: ControlEvent[] = [];
  /** Until nothing waits any more. */
  #running: Promise<void> | undefined;
  /** Why input was refused last; "" when it was not. */
  #refusal = "";

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /** Takes `events`. @returns false when the host is so far behind that they cannot wait */
  push(events: Batch): boolean {
    const atOnce = this.#waiting.length > 0 ? 0 : LIMITS.input_events_at_once_max;
    for (const event of events) {
      const last = this.#waiting.length < atOnce ? undefined : this.#waiting.at(-1);
      const both = last && together(last, event);
      if (both === undefined) this.#waiting.push(event);
      else this.#waiting.splice(-1, 1, both);
    }
    if (this.#waiting.length > LIMITS.input_events_waiting_max) return false;
    this.#running ??= this.#run();
    return true;
  }

  /** Takes no more, does what it has taken unless that comes too late, and closes. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.#closing.abort(), LIMITS.input_wait_ms_max);
    await this.#running;
    clearTimeout(timer);
    await this.close();
  }

  /** Drops what waits, and lets go of what was pressed through it. */
  async close(): Promise<void> {
    this.#waiting = [];
    this.#closing.abort();
    await this.#parts.arbiter.letGo(this.#parts.party);
  }

  /** In pieces, so that others have a turn in between. */
  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, LIMITS.input_events_at_once_max);
      try {
        await this.#do(batch);
        this.#refusal = "";
      } catch (error) {
        await this.#giveUp(error);
      }
    }
    this.#running = undefined;
  }

  async #do(batch: Batch): Promise<void> {
    const { arbiter, party } = this.#parts;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(tooLate()), LIMITS.input_wait_ms_max);
    const signal = AbortSignal.any([this.#closing.signal, late.signal]);
    try {
      await arbiter.run(batch, { party, waitMs: 0, waitingMax: LIMITS.sockets_max }, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #giveUp(error: unknown): Promise<void> {
    const { arbiter, party, refused } = this.#parts;
    this.#waiting = [];
    await arbiter.letGo(party);
    const refusal = error instanceof Error ? error.message : "";
    if (!this.#closing.signal.aborted && refusal !== this.#refusal) refused(error);
    this.#refusal = refusal;
  }
}

function tooLate(): Fault {
  const sentence = "a batch of somebody else's is not done: wait for its end, or take over";
  return new Fault("conflict", sentence, { details: { reason: "busy" } });
}

/** What two movements come to when no more than one can be done; undefined for anything else. */
function together(one: ControlEvent, next: ControlEvent): ControlEvent | undefined {
  if (one.kind === "move" && next.kind === "move") return next;
  if (one.kind !== "nudge" || next.kind !== "nudge") return undefined;
  const [dx, dy] = [one.dx + next.dx, one.dy + next.dy];
  const farthest = Math.max(Math.abs(dx), Math.abs(dy));
  return farthest <= LIMITS.relative_pixels_max ? { kind: "nudge", dx, dy } : undefined;
}
