/** What a viewer sees a second. */
export interface Rates {
  readonly pictures: number;
  readonly bits: number;
}

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly pictures: number;
}

const SPAN_MS = 2000;

/** Counts pictures and bytes of the last two seconds. */
export class Meter {
  readonly #nowMs: () => number;
  #samples: Sample[] = [];

  /** @param nowMs milliseconds that only go forward */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(bytes: number, pictures: number): void {
    this.#samples.push({ atMs: this.#nowMs(), bytes, pictures });
  }

  get rates(): Rates {
    const since = this.#nowMs() - SPAN_MS;
    this.#samples = this.#samples.filter(({ atMs }) => atMs > since);
    const sum = (of: "bytes" | "pictures") =>
      this.#samples.reduce((total, sample) => total + sample[of], 0);
    const seconds = SPAN_MS / 1000;
    return { pictures: sum("pictures") / seconds, bits: (sum("bytes") * 8) / seconds };
  }
}
