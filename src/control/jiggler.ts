/** Keeps a host awake that nobody uses: the mouse goes to and fro by a few pixels. */
import { randomInt } from "node:crypto";
import type { Arbiter } from "./arbiter.ts";
import type { Batch } from "./events.ts";
import type { Party } from "./party.ts";
import type { Runner } from "./runner.ts";

/** Seconds without input after which it begins: kvmd's interval, a quarter more or less. */
export const JIGGLE_INTERVAL_S = 60;
const JITTER_S = 15;
/** Where it may not, because of somebody in control or a host that sleeps, it looks again then. */
const LOOK_AGAIN_MS = 1000;

/** Five times ten pixels to and fro, where kvmd goes with the relative mouse. */
const JIGGLE: Batch = Array.from({ length: 10 }, (_, at) => at).flatMap((at) => {
  const pixels = at % 2 === 0 ? 10 : -10;
  return [
    { kind: "nudge", dx: pixels, dy: pixels },
    { kind: "delay", milliseconds: 100 },
  ] as const;
});

/** It goes last: a person, the lease, and every batch that runs keep it away. */
const PARTY: Party = {
  kind: "token",
  key: "jiggler",
  name: "jiggler",
  hand: "jiggler",
  watch: () => () => undefined,
};

export interface JigglerParts {
  readonly arbiter: Arbiter;
  readonly runner: Runner;
  /** A host that sleeps is left alone: input would wake it. */
  readonly isAsleep: () => boolean;
}

export class Jiggler {
  readonly #arbiter: Arbiter;
  readonly #runner: Runner;
  readonly #isAsleep: () => boolean;
  #isActive = false;
  #afterSeconds = JIGGLE_INTERVAL_S;
  #timer: NodeJS.Timeout | undefined;

  constructor({ arbiter, runner, isAsleep }: JigglerParts) {
    this.#arbiter = arbiter;
    this.#runner = runner;
    this.#isAsleep = isAsleep;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** Begins, or ends; what is under way ends by itself within a second. */
  switch(isActive: boolean): void {
    this.#isActive = isActive;
    clearTimeout(this.#timer);
    if (isActive) this.#wait();
  }

  #wait(): void {
    const restMs = (this.#afterSeconds - this.#runner.idleSeconds) * 1000;
    const look = () => void this.#look();
    this.#timer = setTimeout(look, Math.max(LOOK_AGAIN_MS, restMs)).unref();
  }

  async #look(): Promise<void> {
    if (this.#runner.idleSeconds >= this.#afterSeconds && !this.#isAsleep()) {
      const { signal } = new AbortController();
      // Whoever is in control is not disturbed.
      await this.#arbiter.run(JIGGLE, { party: PARTY, waitMs: 0 }, signal).catch(() => undefined);
      const [least, most] = [JIGGLE_INTERVAL_S - JITTER_S, JIGGLE_INTERVAL_S + JITTER_S];
      this.#afterSeconds = randomInt(least, most + 1);
    }
    if (this.#isActive) this.#wait();
  }
}
