/** When a screen has come to rest: decided on which strips of each frame changed. Pure. */

/** Strips that change in so many of the frames looked at change all the time. */
const RESTLESS_PART = 3 / 4;
/** So few frames do not show what changes all the time. */
const RESTLESS_FRAMES_MIN = 3;
/** No more than this part of the screen is taken for a clock, a video or a spinner. */
const RESTLESS_AREA_MAX = 1 / 4;

interface Frame {
  readonly atUs: number;
  readonly changed: ReadonlySet<number>;
}

/**
 * Takes the frames after something was done, and tells when the screen has settled: when nothing
 * changed for as long as was asked.
 *
 * What changes in nearly every frame, on a quarter of the height at most (a video in a corner, a
 * frame counter), will not come to rest and is not waited for; nor are the strips beside it, which
 * it touches now and then.
 */
export class Settling {
  readonly #sinceUs: number;
  readonly #stillUs: number;
  readonly #stripCount: number;
  readonly #changed = new Set<number>();
  #frames: Frame[] = [];

  /**
   * @param sinceUs when it was done @param stillUs for how long nothing may change
   * @param stripCount of the picture, or of the part that matters
   */
  constructor(sinceUs: number, stillUs: number, stripCount: number) {
    this.#sinceUs = sinceUs;
    this.#stillUs = stillUs;
    this.#stripCount = stripCount;
  }

  /** Takes the next frame, and which strips differ from the frame before. */
  see(atUs: number, changed: Iterable<number>): void {
    const frame = { atUs, changed: new Set(changed) };
    for (const strip of frame.changed) this.#changed.add(strip);
    this.#frames = [...this.#frames.filter((old) => old.atUs > atUs - this.#stillUs), frame];
  }

  get isSettled(): boolean {
    const nowUs = this.#frames.at(-1)?.atUs ?? this.#sinceUs;
    if (nowUs - this.#sinceUs < this.#stillUs) return false;
    const restless = this.#restless();
    return this.#frames.every(({ changed }) => changed.isSubsetOf(restless));
  }

  /** Whether anything changed since it was done that does not change all the time. */
  get hasChanged(): boolean {
    return !this.#changed.isSubsetOf(this.#restless());
  }

  #restless(): ReadonlySet<number> {
    const frames = this.#frames;
    if (frames.length < RESTLESS_FRAMES_MIN) return new Set();
    const core = [...this.#changed].filter((strip) => {
      const times = frames.filter(({ changed }) => changed.has(strip)).length;
      return times >= frames.length * RESTLESS_PART;
    });
    if (core.length > this.#stripCount * RESTLESS_AREA_MAX) return new Set();
    return new Set(core.flatMap((strip) => [strip - 1, strip, strip + 1]));
  }
}
