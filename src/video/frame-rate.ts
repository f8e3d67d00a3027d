/** A counter, and CLOCK_MONOTONIC when it was read. */
interface Reading {
  readonly total: number;
  readonly atUs: number;
}

/** Long enough that a frame more or less does not show, short enough to follow a change. */
const WINDOW_US = 4_000_000;
/** A counter that has not moved for so long stands still: it is read at least once a second. */
const STILL_US = 2_000_000;

/** How fast a counter of frames has been rising over the last seconds. */
export class FrameRate {
  #readings: Reading[] = [];

  /** @param total frames so far; fewer than before means that counting began anew */
  read(total: number, atUs: number): void {
    const before = this.#readings.at(-1);
    const isAnew = before !== undefined && total < before.total;
    const isRecent = (reading: Reading) => atUs - reading.atUs <= WINDOW_US;
    this.#readings = isAnew ? [] : this.#readings.filter(isRecent);
    this.#readings.push({ total, atUs });
  }

  /** Frames a second, to a tenth; 0 when none came lately. */
  perSecond(nowUs: number): number {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (first === undefined || last === undefined || last.atUs <= first.atUs) return 0;
    if (nowUs - last.atUs > STILL_US) return 0;
    const rate = ((last.total - first.total) * 1_000_000) / (last.atUs - first.atUs);
    return Math.round(10 * rate) / 10;
  }
}
