/**
 * Runs a batch: its events in order, each handed to the host before the next. What is held is let
 * go when it fails, and again until the host has taken that.
 */
import { setTimeout as delay } from "node:timers/promises";
import { LIMITS } from "../base/limits.ts";
import { CAPS_LOCK, CapsLock } from "../hid/caps-lock.ts";
import { Held, type Holdings } from "../hid/held.ts";
import type { Layout, Stroke } from "../hid/layout.ts";
import type { HidReport } from "../hid/reports.ts";
import type { Batch, ControlEvent } from "./events.ts";
import { Hands } from "./hands.ts";
import type { Party } from "./party.ts";

/** Where reports go: a USB gadget's endpoints, or the simulated host. */
export interface HidSink {
  /**
   * Writes at most `LIMITS.reports_waiting_max` reports in order. Resolves when the host has taken
   * the last one; when `signal` aborts, no more than one further report is written.
   * @throws Fault `no_hid` when the host is off or asleep, or the reason of `signal`
   */
  send(reports: readonly HidReport[], signal?: AbortSignal): Promise<void>;
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

/** What was done, and how long it took. */
export interface Outcome {
  readonly events: number;
  readonly characters: number;
  readonly milliseconds: number;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #held = new Held();
  readonly #hands = new Hands();
  readonly #capsLock: CapsLock;
  /** Whether the host was not told yet to let go of everything: it was off, or asleep. */
  #owesRelease = false;
  #isRunning = false;
  #lastInputMs = performance.now();
  /** The reports of one event are sent before those of the next are made. */
  #sent: Promise<void> = Promise.resolve();
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

  /** Seconds since the last event that the host was to notice, whoever sent it. */
  get idleSeconds(): number {
    return (performance.now() - this.#lastInputMs) / 1000;
  }

  /** Whether one of the parties that are `meant` holds anything. */
  holds(meant: (party: Party) => boolean): boolean {
    return this.#hands.hold(meant);
  }

  /**
   * Does `batch` for `party`, event by event; one at a time (Arbiter sees to that). When it fails
   * or `signal` aborts midway, everything held is let go before the promise rejects. A host that
   * could not be told to let go is told first, and what it missed of an earlier batch never comes.
   * @throws Fault `no_hid` when the host does not take reports, or the reason of `signal`
   */
  async run(batch: Batch, party: Party, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    this.#isRunning = true;
    clearTimeout(this.#releaseTimer);
    const started = performance.now();
    try {
      await this.#payRelease();
      for (const event of batch) await this.#perform(event, party, signal);
    } catch (error) {
      // Best effort: if the host takes no reports, that is the fault to tell, and it is told below.
      await this.releaseAll().catch(() => undefined);
      throw signal.aborted ? signal.reason : error;
    } finally {
      this.#isRunning = false;
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
    this.#owesRelease = true;
    try {
      await this.#payRelease();
    } finally {
      this.#awaitRelease();
    }
  }

  /**
   * Lets go of what those hold who are `meant`, and of nothing else, whatever runs meanwhile: after
   * the event that is being done. A host that cannot be told is told to let go of everything when
   * it is back.
   */
  async letGo(meant: (party: Party) => boolean): Promise<void> {
    if (!this.holds(meant)) return;
    await this.#inOrder(async () => {
      const { keys, buttons } = this.#hands.open(meant);
      await this.#tell(this.#held.letGo(keys, buttons));
    }).catch(() => {
      this.#owesRelease = true;
    });
    this.#awaitRelease();
  }

  /** Does `task` when what was asked for before is done. */
  #inOrder(task: () => Promise<void>): Promise<void> {
    const done = this.#sent.then(task);
    this.#sent = done.catch(() => undefined);
    return done;
  }

  async #payRelease(): Promise<void> {
    if (!this.#owesRelease) return;
    this.#hands.open(() => true);
    await this.#tell(this.#held.releaseAll());
    this.#owesRelease = false;
  }

  /** Sends releases, which nobody may abort. */
  async #tell(releases: readonly HidReport[]): Promise<void> {
    if (releases.length === 0) return;
    await this.#options.sink.send(releases);
  }

  async #perform(event: ControlEvent, party: Party, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (event.kind === "delay") {
      await delay(event.milliseconds, undefined, { signal });
      return;
    }
    await this.#inOrder(async () => {
      this.#hands.note(event, party);
      this.#lastInputMs = performance.now();
      const reports = this.#reportsOf(event);
      const pauseMs = event.kind === "text" ? (event.pauseMs ?? 0) : 0;
      if (pauseMs === 0) await this.#send(reports, signal);
      else await this.#sendSlowly(reports, pauseMs, signal);
    });
  }

  async #sendSlowly(
    reports: readonly HidReport[],
    pauseMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    for (const report of reports) {
      await delay(pauseMs, undefined, { signal });
      await this.#send([report], signal);
      this.#lastInputMs = performance.now();
    }
  }

  #reportsOf(event: Exclude<ControlEvent, { kind: "delay" }>): readonly HidReport[] {
    const { buttons } = this.#held.holdings;
    switch (event.kind) {
      case "key":
        if (event.usage === CAPS_LOCK && event.pressed) this.#capsLock.press();
        return this.#held.key(event.usage, event.pressed);
      case "pointer":
        return this.#held.pointer(event.buttons, event.x, event.y, event.wheel, event.pan);
      case "mouse":
        return this.#held.mouse(event.buttons, event.dx, event.dy, event.wheel, event.pan);
      case "move":
        return this.#held.pointer(buttons, event.x, event.y, 0, 0);
      case "nudge":
        return this.#held.mouse(buttons, event.dx, event.dy, 0, 0);
      case "button": {
        const { button, pressed } = event;
        return this.#held.stay(pressed ? buttons | button : buttons & ~button, 0, 0);
      }
      case "wheel":
        return this.#held.stay(buttons, event.wheel, event.pan);
      case "release":
        return this.#held.releaseAll();
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

  /** In pieces that the sink takes at once: of most events that is one. */
  async #send(reports: readonly HidReport[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < reports.length; from += LIMITS.reports_waiting_max) {
      signal.throwIfAborted();
      await this.#options.sink.send(reports.slice(from, from + LIMITS.reports_waiting_max), signal);
    }
  }

  /** A running batch answers for its own keys; the time counts from the end of the last one. */
  #awaitRelease(): void {
    clearTimeout(this.#releaseTimer);
    if (this.#isRunning) return;
    if (!this.#owesRelease && !this.#held.isAnythingHeld) return;
    const heldMs = this.#options.releaseAfterSeconds() * 1000;
    const release = () => void this.releaseAll().catch(() => undefined);
    const milliseconds = this.#owesRelease ? LIMITS.release_retry_ms : heldMs;
    this.#releaseTimer = setTimeout(release, milliseconds).unref();
  }
}

function charactersOf(event: ControlEvent): number {
  return event.kind === "text" ? event.characters : 0;
}
