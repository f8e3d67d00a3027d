import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { ShownStrip } from "./delta.ts";
import { FrameRate } from "./frame-rate.ts";
import {
  type JpegMessage,
  type PictureMessage,
  packOrder,
  type SameMessage,
  type VideoMessage,
} from "./messages.ts";
import { type Picture, stripsJpeg, wholeJpeg } from "./picture.ts";
import { goneAway, noVideo, type Question, Questions } from "./questions.ts";
import { planOf, type Rendering } from "./rendering.ts";
import { isPassing, type Mode, sentenceOf, type VideoState } from "./signal.ts";
import type { StatePicture } from "./state-picture.ts";
import { Vouch } from "./vouch.ts";

/** Frames that came whole, that came damaged, that were encoded; microseconds that took. */
export type Totals = Omit<VideoMessage & { kind: "counts" }, "kind" | "atUs">;

/** What was chosen while linkrd runs, in the place of what the settings say. */
export interface Tuning {
  /** JPEG quality, 1…100. */
  readonly quality?: number;
  /** Pictures a second that a viewer gets at most. */
  readonly fps?: number;
}

interface ScreenStrip extends ShownStrip {
  readonly data: Uint8Array<ArrayBuffer>;
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

export interface ScreenParts {
  /** Gives the video thread an order (messages.ts). */
  readonly order: (order: Uint8Array) => void;
  /** CLOCK_MONOTONIC, the clock of `capturedUs`. */
  readonly nowUs: () => number;
  /** When the host was last given input, by the same clock: older frames cannot show it. */
  readonly inputUs: () => number;
  readonly log: Log;
}

/**
 * The main thread's side of the video thread: keeps the strips of the last frame told, and hands
 * out pictures. Many who ask at once share one encode.
 */
export class Screen {
  readonly #parts: ScreenParts;
  #state: VideoState = { stage: "starting" };
  #drawn: StatePicture | undefined;
  #totals: Totals = { captured: 0, dropped: 0, encoded: 0, encodeUs: 0 };
  #pictures = 0;
  readonly #captureRate = new FrameRate();
  readonly #pictureRate = new FrameRate();
  /** Undefined while frames are JPEGs already. */
  #header: { readonly bytes: Uint8Array<ArrayBuffer>; readonly version: number } | undefined;
  #strips: ScreenStrip[] = [];
  #picture: Picture | undefined;
  #version = 0;
  /** Pictures that there were when this mode began. */
  #versionBefore = 0;
  readonly #questions: Questions;
  #tuning: Tuning = {};
  /** Where the video thread says that the picture is still the one. */
  readonly vouch = new Vouch();
  /** The video thread's number of the picture. */
  #number = 0;

  constructor(parts: ScreenParts) {
    this.#parts = parts;
    this.#questions = new Questions(parts.order, (untilUs) => this.#leave(untilUs));
  }

  get state(): VideoState {
    return this.#state;
  }

  /** What the video thread counted since it started, as it told within the last second. */
  get totals(): Totals {
    return this.#totals;
  }

  /** Frames a second, over the last seconds: that the device sends, and that somebody wanted. */
  get rates(): { readonly captured: number; readonly delivered: number } {
    const now = this.#parts.nowUs();
    const [captured, delivered] = [this.#captureRate, this.#pictureRate];
    return { captured: captured.perSecond(now), delivered: delivered.perSecond(now) };
  }

  get tuning(): Tuning {
    return this.#tuning;
  }

  /** Changes what `wish` names, until linkrd is restarted or its settings of devices change. */
  tune(wish: Tuning): void {
    this.#tuning = { ...this.#tuning, ...wish };
    this.#orderQuality();
  }

  /** Has the source closed and opened from scratch. */
  reopen(): void {
    this.#parts.order(packOrder({ kind: "reopen" }));
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
   * The screen now: the newest frame that the device has sent, if it is no older than
   * LIMITS.snapshot_age_ms_max and was captured after the last input that the host took; else the
   * next one.
   *
   * @throws Fault `no_video` with `details.stage` when there is no picture, or none came within
   * LIMITS.snapshot_wait_ms_max; `stopping` when the asker went away
   */
  async now(signal: AbortSignal): Promise<Picture> {
    const picture = await this.#newest(signal);
    // Who asked once may ask again: for a while changes are followed, so that its answer is here.
    this.#questions.watch(this.#parts.nowUs() + LIMITS.snapshot_watch_ms * 1000);
    return picture;
  }

  async #newest(signal: AbortSignal): Promise<Picture> {
    const afterUs = this.#freshUs();
    return this.#current(afterUs) ?? (await this.#ask({ kind: "frame", afterUs }, signal));
  }

  /** The next frame: captured after the question. @throws Fault as `now` does */
  next(signal: AbortSignal): Promise<Picture> {
    return this.#ask({ kind: "frame", afterUs: this.#parts.nowUs() }, signal);
  }

  /**
   * The first picture that is not the one of `version`; if none came by `untilUs`, that one, as
   * fresh as then (CLOCK_MONOTONIC). @throws Fault as `now` does
   */
  change(version: number, untilUs: number, signal: AbortSignal): Promise<Picture> {
    if (this.#picture?.version !== version) return this.#newest(signal);
    return this.#ask({ kind: "change", version, untilUs }, signal);
  }

  /**
   * The screen now, as `wish` wants it. @throws Fault as `now` does, and `bad_request` when the
   * crop does not lie within the picture
   */
  async render(wish: Rendering, signal: AbortSignal): Promise<Picture> {
    this.check(wish);
    return await this.#ask({ kind: "rendering", afterUs: this.#freshUs(), wish }, signal);
  }

  /** @throws Fault `bad_request` when the crop of `wish` does not lie within the picture */
  check(wish: Rendering): void {
    if (this.#state.stage === "ok") checkCrop(wish, this.#state.mode);
  }

  /** When a frame has to be captured at least that shows the screen now. */
  #freshUs(): number {
    const { nowUs, inputUs } = this.#parts;
    return Math.max(nowUs() - LIMITS.snapshot_age_ms_max * 1000, inputUs());
  }

  /** The picture there is, as long as the device cannot have sent a newer frame. */
  #current(afterUs: number): Picture | undefined {
    const [picture, nowUs] = [this.#vouched(), this.#parts.nowUs()];
    if (picture === undefined || picture.capturedUs < afterUs) return undefined;
    const framesPassed = ((nowUs - picture.capturedUs) / 1e6) * this.#captureRate.perSecond(nowUs);
    return framesPassed > 0 && framesPassed < 1 ? picture : undefined;
  }

  /** The picture there is, as fresh as the video thread has vouched for. */
  #vouched(): Picture | undefined {
    const newest = this.vouch.newest(this.#number);
    if (this.#picture !== undefined && newest && newest.capturedUs > this.#picture.capturedUs) {
      this.#picture = { ...this.#picture, ...newest };
    }
    return this.#picture;
  }

  /** A device that has just sent a frame has none yet that could be new: nobody is to be woken. */
  #leave(untilUs: number): boolean {
    const [state, picture] = [this.#state, this.#picture];
    const isRunning = state.stage === "ok" && state.mode.freeRunning === true;
    const ageUs = this.#parts.nowUs() - (picture?.capturedUs ?? 0);
    if (!isRunning || ageUs >= LIMITS.frame_period_us_min) return false;
    this.vouch.leave(untilUs);
    return true;
  }

  async #ask(question: Question, signal: AbortSignal): Promise<Picture> {
    if (signal.aborted) throw goneAway();
    const { stage } = this.#state;
    if (stage !== "ok" && !isPassing(stage)) throw noVideo(this.#state);
    return await this.#questions.ask(question, signal);
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

  /** Takes what the video thread says. */
  receive(message: VideoMessage): void {
    if (message.kind === "state") {
      this.#change(message.state, message.drawn);
      return;
    }
    if (message.kind === "counts") {
      this.#totals = message;
      this.#captureRate.read(message.captured, message.atUs);
      return;
    }
    if (message.kind === "rendered") {
      // It shows the frame that was told just before it.
      if (this.#picture !== undefined) this.#questions.answerRendering(message, this.#picture);
      return;
    }
    const picture = this.#shown(message);
    if (picture === undefined) return;
    this.#picture = picture;
    this.#pictureRate.read(++this.#pictures, message.capturedUs);
    this.#questions.answer(picture);
  }

  /** The video thread was ended, to be started again: there is no picture until then. */
  rest(): void {
    this.#tuning = {};
    this.#change({ stage: "starting" });
  }

  /** The video thread is gone. */
  fail(detail: string): void {
    this.#change({ stage: "failed", detail });
  }

  #orderQuality(): void {
    const { quality } = this.#tuning;
    if (quality !== undefined) this.#parts.order(packOrder({ kind: "quality", quality }));
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
    if (state.stage === "ok") {
      // A thread that was started again knows nothing of either.
      this.#orderQuality();
      this.#questions.orderAnew();
      return;
    }
    this.#picture = undefined;
    this.#header = undefined;
    this.#strips = [];
    if (!isPassing(state.stage)) this.#questions.refuse(state);
  }

  /** The picture after `message`; undefined for more of a picture that is gone. */
  #shown(message: PictureMessage | JpegMessage | SameMessage): Picture | undefined {
    const { sequence, capturedUs } = message;
    if (message.kind === "same") return this.#picture && { ...this.#picture, sequence, capturedUs };
    this.#number = message.number;
    if (message.kind === "strips") return this.#patched(message);
    const { width, height, bytes } = message;
    this.#header = undefined;
    const version = ++this.#version;
    return { ...wholeJpeg(bytes), width, height, sequence, capturedUs, version };
  }

  #patched(message: PictureMessage): Picture {
    const { width, height, sequence, capturedUs, header, strips } = message;
    const version = ++this.#version;
    if (header !== undefined) {
      this.#header = { bytes: header, version };
      this.#strips = [];
    }
    for (const { index, data } of strips) this.#strips[index] = { index, data, version };
    const shown = this.#header?.bytes ?? new Uint8Array();
    const datas = this.#strips.map(({ data }) => data);
    return { ...stripsJpeg(shown, datas), width, height, sequence, capturedUs, version };
  }
}

function checkCrop(wish: Rendering, { width, height }: Mode): void {
  if (planOf(wish, width, height) !== undefined) return;
  const remedy = `the picture is ${width}x${height}`;
  throw new Fault("bad_request", `crop: it does not lie within the picture: ${remedy}`, {
    details: { parameter: "crop" },
  });
}
