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

/** Which way the pictures go out: multipart MJPEG, or PiKVM's media socket. */
export type ViewerKind = "mjpeg" | "media";

export class Viewer {
  readonly kind: ViewerKind;
  /** As ustreamer has it: 16 hexadecimal digits. */
  readonly id = randomBytes(8).toString("hex");
  wishes = NO_WISHES;
  readonly #rate = new FrameRate();
  #parts = 0;

  constructor(kind: ViewerKind) {
    this.kind = kind;
  }

  /** A part goes out. */
  sent(nowUs: number): void {
    this.#rate.read(++this.#parts, nowUs);
  }

  /** Parts a second, over the last seconds. */
  fps(nowUs: number): number {
    return this.#rate.perSecond(nowUs);
  }
}

/** All viewers of JPEGs, of whichever route. */
export class Viewers {
  readonly #viewers = new Set<Viewer>();

  of(kind: ViewerKind): readonly Viewer[] {
    return [...this.#viewers].filter((viewer) => viewer.kind === kind);
  }

  /** @throws Fault `too_many` */
  enter(kind: ViewerKind): Viewer {
    const { size } = this.#viewers;
    if (size >= LIMITS.viewers_max) {
      throw new Fault("too_many", `${size} viewers are watching already: try again later`);
    }
    const viewer = new Viewer(kind);
    this.#viewers.add(viewer);
    return viewer;
  }

  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }
}
