/** Who watches a stream of pictures now. */
import { randomBytes } from "node:crypto";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { FrameRate } from "../video/frame-rate.ts";

/** What a viewer of ustreamer's asked for. */
export interface ViewerWishes {
  /** The client's own name for itself; "0" for none. */
  readonly key: string;
  readonly extraHeaders: boolean;
  readonly advanceHeaders: boolean;
  readonly dualFinalFrames: boolean;
  readonly zeroData: boolean;
}

const NO_WISHES: ViewerWishes = {
  key: "0",
  extraHeaders: false,
  advanceHeaders: false,
  dualFinalFrames: false,
  zeroData: false,
};

export class Viewer {
  /** As ustreamer has it: 16 hexadecimal digits. */
  readonly id = randomBytes(8).toString("hex");
  wishes = NO_WISHES;
  readonly #rate = new FrameRate();
  #parts = 0;

  /** A part goes out. */
  sent(nowUs: number): void {
    this.#rate.read(++this.#parts, nowUs);
  }

  /** Parts a second, over the last seconds. */
  fps(nowUs: number): number {
    return this.#rate.perSecond(nowUs);
  }
}

/** All viewers of MJPEG, of whichever route. */
export class Viewers {
  readonly #viewers = new Set<Viewer>();

  get all(): readonly Viewer[] {
    return [...this.#viewers];
  }

  /** @throws Fault `too_many` */
  enter(): Viewer {
    const { size } = this.#viewers;
    if (size >= LIMITS.viewers_max) {
      throw new Fault("too_many", `${size} viewers are watching already: try again later`);
    }
    const viewer = new Viewer();
    this.#viewers.add(viewer);
    return viewer;
  }

  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }
}
