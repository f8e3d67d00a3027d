import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { ShownStrip } from "./delta.ts";
import { FrameRate } from "./frame-rate.ts";
import { assembleJpeg } from "./jpeg.ts";
import {
  NEXT,
  type PictureMessage,
  packRendering,
  type RenderedMessage,
  type VideoMessage,
} from "./messages.ts";
import { planOf, type Rendering } from "./rendering.ts";
import { isPassing, type Mode, sentenceOf, type VideoState } from "./signal.ts";
import type { StatePicture } from "./state-picture.ts";

/** One picture, ready to be sent. */
export interface Picture {
  /** Put together when it is first asked for, and kept. */
  readonly jpeg: () => Uint8Array;
  readonly width: number;
  readonly height: number;
  /** The source's number of the frame. */
  readonly sequence: number;
  /** Counts the pictures that differ from the one before, since the daemon started. */
  readonly version: number;
  /** CLOCK_MONOTONIC when the frame was taken from the source. */
  readonly capturedUs: number;
}

interface ScreenStrip extends ShownStrip {
  /** Of the picture that it came with. */
  readonly version: number;
}

/** What changed on the screen between two pictures. */
export type Changes = { readonly version: number; readonly sequence: number } & (
  | { readonly whole: Uint8Array }
  | {
      /** There when strips of before are of no use any more. */
      readonly begin:
        | { readonly header: Uint8Array; readonly width: number; readonly height: number }
        | undefined;
      readonly strips: readonly ShownStrip[];
    }
);

interface Waiter {
  readonly sinceUs: number;
  readonly resolve: (picture: Picture) => void;
  readonly reject: (fault: Fault) => void;
}

export interface ScreenParts {
  /** Gives the video thread an order (messages.ts). */
  readonly order: (order: Uint8Array) => void;
  /** CLOCK_MONOTONIC, the clock of `capturedUs`. */
  readonly nowUs: () => number;
  readonly log: Log;
}

/**
 * The main thread's side of the video thread: keeps the strips of the last frame told, and hands
 * out pictures. Whoever asks gets a frame that was captured after the question; many who ask at
 * once share one encode.
 */
export class Screen {
  readonly #parts: ScreenParts;
  #state: VideoState = { stage: "starting" };
  #drawn: StatePicture | undefined;
  #dropped = 0;
  #pictures = 0;
  readonly #captureRate = new FrameRate();
  readonly #pictureRate = new FrameRate();
  /** Undefined while frames are JPEGs already. */
  #header: { readonly bytes: Uint8Array; readonly version: number } | undefined;
  #strips: ScreenStrip[] = [];
  #picture: Picture | undefined;
  #version = 0;
  /** Pictures that there were when this mode began. */
  #versionBefore = 0;
  readonly #waiters = new Set<Waiter>();
  readonly #renderings = new Map<number, Waiter>();
  #lastRendering = 0;

  constructor(parts: ScreenParts) {
    this.#parts = parts;
  }

  get state(): VideoState {
    return this.#state;
  }

  /** Frames that came damaged since the video thread started. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Frames a second, over the last seconds: that the device sends, and that somebody wanted. */
  get rates(): { readonly captured: number; readonly delivered: number } {
    const now = this.#parts.nowUs();
    const [captured, delivered] = [this.#captureRate, this.#pictureRate];
    return { captured: captured.perSecond(now), delivered: delivered.perSecond(now) };
  }

  /** What says to a viewer that there is no picture; undefined while there is one. */
  get drawn(): StatePicture | undefined {
    return this.#drawn;
  }

  /**
   * Whether the host is known to send a signal. A device that does not see it sends a picture
   * either way: it is known once that picture has changed. Undefined while there is no picture.
   */
  get signal(): "ok" | "unknown" | undefined {
    const { stage, mode } = { mode: undefined, ...this.#state };
    if (stage !== "ok" || mode === undefined) return undefined;
    const hasChanged = this.#version > this.#versionBefore + 1;
    return mode.tellsSignal || hasChanged ? "ok" : "unknown";
  }

  /**
   * The next frame.
   *
   * @throws Fault `no_video` with `details.stage` when there is no picture, or none came within
   * LIMITS.snapshot_wait_ms_max; `stopping` when the asker went away
   */
  next(signal: AbortSignal): Promise<Picture> {
    return this.#wait(signal, (waiter) => {
      this.#waiters.add(waiter);
      if (this.#waiters.size === 1) this.#parts.order(NEXT);
    });
  }

  /**
   * The next frame as `wish` wants it. @throws Fault as `next` does, and `bad_request` when the
   * crop does not lie within the picture
   */
  render(wish: Rendering, signal: AbortSignal): Promise<Picture> {
    this.check(wish);
    return this.#wait(signal, (waiter) => {
      const order = ++this.#lastRendering >>> 0;
      this.#renderings.set(order, waiter);
      this.#parts.order(packRendering(order, wish));
    });
  }

  /** @throws Fault `bad_request` when the crop of `wish` does not lie within the picture */
  check(wish: Rendering): void {
    if (this.#state.stage === "ok") checkCrop(wish, this.#state.mode);
  }

  /** Waits for what `ask` asks for, as long as it may take and the asker is there. */
  #wait(signal: AbortSignal, ask: (waiter: Waiter) => void): Promise<Picture> {
    if (signal.aborted) return Promise.reject(goneAway());
    if (this.#state.stage !== "ok" && !isPassing(this.#state.stage)) {
      return Promise.reject(noVideo(this.#state));
    }
    return new Promise((resolve, reject) => {
      const settle = <T>(how: (value: T) => void) => {
        return (value: T) => {
          this.#forget(waiter);
          clearTimeout(timer);
          signal.removeEventListener("abort", aborted);
          how(value);
        };
      };
      const sinceUs = this.#parts.nowUs();
      const waiter: Waiter = { sinceUs, resolve: settle(resolve), reject: settle(reject) };
      const aborted = () => waiter.reject(goneAway());
      const late = () => waiter.reject(noVideo({ stage: "stalled" }));
      const timer = setTimeout(late, LIMITS.snapshot_wait_ms_max);
      signal.addEventListener("abort", aborted, { once: true });
      ask(waiter);
    });
  }

  /**
   * What a viewer has to be told who was told all that the picture of version `since` shows, 0 for
   * nothing yet; undefined when that is nothing, or there is no picture.
   */
  changesSince(since: number): Changes | undefined {
    const [picture, header] = [this.#picture, this.#header];
    if (picture === undefined || picture.version <= since) return undefined;
    const { version, sequence, width, height } = picture;
    if (header === undefined) return { version, sequence, whole: picture.jpeg() };
    const strips = this.#strips.filter((strip) => strip.version > since);
    const begin = header.version > since ? { header: header.bytes, width, height } : undefined;
    return { version, sequence, begin, strips };
  }

  #forget(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    for (const [order, other] of this.#renderings) {
      if (other === waiter) this.#renderings.delete(order);
    }
  }

  /** Takes what the video thread says. */
  receive(message: VideoMessage): void {
    if (message.kind === "state") {
      this.#change(message.state, message.drawn);
      return;
    }
    if (message.kind === "counts") {
      this.#dropped = message.dropped;
      this.#captureRate.read(message.captured, message.atUs);
      return;
    }
    if (message.kind === "rendered") {
      this.#finish(message);
      return;
    }
    this.#picture = message.kind === "jpeg" ? this.#whole(message) : this.#patched(message);
    this.#pictureRate.read(++this.#pictures, message.capturedUs);
    this.#serve(this.#picture);
  }

  /** The video thread was ended, to be started again: there is no picture until then. */
  rest(): void {
    this.#change({ stage: "starting" });
  }

  /** The video thread is gone. */
  fail(detail: string): void {
    this.#change({ stage: "failed", detail });
  }

  #change(state: VideoState, drawn?: StatePicture): void {
    this.#state = state;
    this.#drawn = drawn;
    const sentence = sentenceOf(state);
    if (state.stage !== "starting") {
      const isFine = state.stage === "ok" || isPassing(state.stage);
      this.#parts.log.once("state", isFine ? "info" : "warn", sentence);
    }
    this.#versionBefore = this.#version;
    if (state.stage === "ok") return;
    this.#picture = undefined;
    this.#header = undefined;
    this.#strips = [];
    if (state.stage === "mode change") return;
    for (const { reject } of [...this.#waiters, ...this.#renderings.values()]) {
      reject(noVideo(state));
    }
  }

  /** A JPEG does not say what changed, but of a screen that stands still it is often the same. */
  #whole(message: VideoMessage & { kind: "jpeg" }): Picture {
    const { width, height, sequence, capturedUs, bytes } = message;
    const before = this.#picture;
    if (before !== undefined && Buffer.compare(before.jpeg(), bytes) === 0) {
      return { ...before, sequence, capturedUs };
    }
    this.#header = undefined;
    const jpeg = () => bytes;
    return { jpeg, width, height, sequence, capturedUs, version: ++this.#version };
  }

  #patched(message: PictureMessage): Picture {
    const { width, height, sequence, capturedUs, header, strips } = message;
    const before = this.#picture;
    if (strips.length === 0 && before !== undefined) return { ...before, sequence, capturedUs };
    const version = ++this.#version;
    if (header !== undefined) {
      this.#header = { bytes: header, version };
      this.#strips = [];
    }
    for (const { index, data } of strips) this.#strips[index] = { index, data, version };
    const shown = this.#header?.bytes ?? new Uint8Array();
    const datas = this.#strips.map(({ data }) => data);
    const jpeg = once(() => assembleJpeg(shown, datas));
    return { jpeg, width, height, sequence, capturedUs, version };
  }

  #serve(picture: Picture): void {
    for (const waiter of [...this.#waiters]) {
      if (picture.capturedUs >= waiter.sinceUs) waiter.resolve(picture);
    }
    if (this.#waiters.size > 0) this.#parts.order(NEXT);
  }

  /** A rendering shows the frame that was told just before it. */
  #finish({ order, rendered }: RenderedMessage): void {
    const waiter = this.#renderings.get(order);
    const shown = this.#picture;
    if (waiter === undefined || shown === undefined) return;
    if (rendered === undefined) {
      waiter.reject(new Fault("bad_request", "crop: it does not lie within the picture any more"));
      return;
    }
    const { bytes, width, height } = rendered;
    waiter.resolve({ ...shown, jpeg: () => bytes, width, height });
  }
}

function checkCrop(wish: Rendering, { width, height }: Mode): void {
  if (planOf(wish, width, height) !== undefined) return;
  const remedy = `the picture is ${width}x${height}`;
  throw new Fault("bad_request", `crop: it does not lie within the picture: ${remedy}`, {
    details: { parameter: "crop" },
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function goneAway(): Fault {
  return new Fault("stopping", "the client went away");
}

function noVideo(state: VideoState): Fault {
  return new Fault("no_video", sentenceOf(state), { details: { stage: state.stage } });
}
