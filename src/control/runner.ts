/**
 * Runs batches: one at a time, in order, each report handed to the host before the next event.
 */
import { setTimeout as delay } from "node:timers/promises";
import { LIMITS } from "../base/limits.ts";
import { CAPS_LOCK, CapsLock } from "../hid/caps-lock.ts";
import { Held, type Holdings } from "../hid/held.ts";
import type { Layout, Stroke } from "../hid/layout.ts";
import type { HidReport } from "../hid/reports.ts";
import type { Batch, ControlEvent } from "./events.ts";
import { Turns } from "./turns.ts";

/** Where reports go: a USB gadget's endpoints, or the simulated host. */
export interface HidSink {
  /**
   * Writes at most `LIMITS.reports_waiting_max` reports in order. Resolves when the host has taken
   * the last one. @throws Fault `no_hid` when the host is off or asleep, or the reason of `signal`
   */
  send(reports: readonly HidReport[], signal: AbortSignal): Promise<void>;
}

export interface RunnerOptions {
  readonly sink: HidSink;
  /** The layout that the host is set to; asked anew each time. */
  readonly layout: () => Layout;
  /** The last LED report of the host's keyboard. */
  readonly leds: () => number;
  /** After how long without a batch a held key or button is let go; asked anew each time. */
  readonly releaseAfterSeconds: () => number;
}

/** What was done, with the time from the start of the batch's turn to its end. */
export interface Outcome {
  readonly events: number;
  readonly characters: number;
  readonly milliseconds: number;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #held = new Held();
  readonly #capsLock: CapsLock;
  readonly #turns = new Turns(LIMITS.batches_waiting_max);
  #releaseTimer: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#capsLock = new CapsLock(options.leds);
  }

  /** The layout that the host is set to, for whoever makes batches. */
  get layout(): Layout {
    return this.#options.layout();
  }

  /** What is pressed now, also between batches: clients press in one and release in another. */
  get holdings(): Holdings {
    return this.#held.holdings;
  }

  /** How many batches wait for the one that runs. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  /**
   * Waits for its turn, then does `batch`, event by event. When it fails or `signal` aborts midway,
   * everything held is let go before the promise rejects.
   * @throws Fault `too_many` when too many batches wait, `no_hid` when the host does not take
   * reports, or the reason of `signal`
   */
  async run(batch: Batch, signal: AbortSignal): Promise<Outcome> {
    using _turn = await this.#turns.take(signal);
    signal.throwIfAborted();
    clearTimeout(this.#releaseTimer);
    const started = performance.now();
    try {
      for (const event of batch) await this.#perform(event, signal);
    } catch (error) {
      // Best effort: if the host takes no reports, that is the fault to tell, and it is told below.
      await this.releaseAll().catch(() => undefined);
      throw signal.aborted ? signal.reason : error;
    } finally {
      this.#awaitRelease();
    }
    return {
      events: batch.length,
      characters: batch.reduce((sum, event) => sum + charactersOf(event), 0),
      milliseconds: Math.round(performance.now() - started),
    };
  }

  /**
   * Lets go of every key and button now. A batch that runs meanwhile goes on with nothing held: to
   * end it, abort its signal. @throws Fault `no_hid` when the host does not take the reports
   */
  async releaseAll(): Promise<void> {
    clearTimeout(this.#releaseTimer);
    const reports = this.#held.releaseAll();
    await this.#options.sink.send(reports, AbortSignal.timeout(LIMITS.report_wait_ms_max));
  }

  async #perform(event: ControlEvent, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (event.kind === "delay") await delay(event.milliseconds, undefined, { signal });
    else await this.#send(this.#reportsOf(event), signal);
  }

  #reportsOf(event: Exclude<ControlEvent, { kind: "delay" }>): readonly HidReport[] {
    switch (event.kind) {
      case "key":
        if (event.usage === CAPS_LOCK && event.pressed) this.#capsLock.press();
        return this.#held.key(event.usage, event.pressed);
      case "pointer":
        return this.#held.pointer(event.buttons, event.x, event.y, event.wheel, event.pan);
      case "mouse":
        return this.#held.mouse(event.buttons, event.dx, event.dy, event.wheel, event.pan);
      case "text":
        return this.#held.type(this.#withoutCapsLock(event.strokes));
    }
  }

  /**
   * Systems differ in what Caps Lock does to digits and accented letters, so a text is typed with
   * it off, and it is on again afterwards.
   */
  #withoutCapsLock(strokes: readonly Stroke[]): readonly Stroke[] {
    const { capsLock } = this.layout;
    if (capsLock === undefined || strokes.length === 0 || !this.#capsLock.isOn) return strokes;
    // Twice: it ends as it was, while its light may still go off and on.
    this.#capsLock.press();
    this.#capsLock.press();
    return [capsLock, ...strokes, capsLock];
  }

  /** In pieces that the sink takes at once, so that a long text can be stopped on its way. */
  async #send(reports: readonly HidReport[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < reports.length; from += LIMITS.reports_waiting_max) {
      signal.throwIfAborted();
      await this.#options.sink.send(reports.slice(from, from + LIMITS.reports_waiting_max), signal);
    }
  }

  /** A running batch answers for its own keys; the time counts from the end of the last one. */
  #awaitRelease(): void {
    clearTimeout(this.#releaseTimer);
    if (!this.#held.isAnythingHeld) return;
    const milliseconds = this.#options.releaseAfterSeconds() * 1000;
    // A host that cannot be told now is told by the next report, which shows the state as it is.
    const release = () => void this.releaseAll().catch(() => undefined);
    this.#releaseTimer = setTimeout(release, milliseconds).unref();
  }
}

function charactersOf(event: ControlEvent): number {
  return event.kind === "text" ? event.characters : 0;
}
