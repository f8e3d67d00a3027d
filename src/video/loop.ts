import { EAGAIN } from "../ffi/errno.ts";
import type { JpegEncoder } from "../ffi/jpeg.ts";
import type { Shown } from "../ffi/standstill.ts";
import { POLL, PollSet, type Sys } from "../ffi/sys.ts";
import type { Yuv } from "../ffi/yuv.ts";
import { ORDER_BYTES, unpackOrder, type VideoMessage } from "./messages.ts";
import { render } from "./rendering.ts";
import { NoPicture, type VideoState } from "./signal.ts";
import type { Frame, Source } from "./source.ts";
import { encodeState } from "./state-picture.ts";
import { type News, Taker } from "./taker.ts";
import type { Vouch } from "./vouch.ts";
import { Wants } from "./wants.ts";

export interface LoopParts {
  readonly sys: Sys;
  readonly source: Source;
  readonly yuv: Yuv;
  readonly makeEncoder: (widthMax: number, heightMax: number) => JpegEncoder;
  /** JPEG quality, 1…100, until another is ordered. */
  readonly quality: number;
  /** The end of a socket pair from which ORDERs are read, until the other end is closed. */
  readonly orders: number;
  readonly vouch: Vouch;
  readonly post: (message: VideoMessage, transfer: ArrayBuffer[]) => void;
}

/**
 * The least time from one opening of a source to the next: one that fails at once must not spin.
 */
const REOPEN_MS = 1000;
/** A device that is broken is left alone for longer each time, up to this. */
const REOPEN_MS_MAX = 4000;
/** How often it is told how many frames came. */
const COUNTS_US = 1_000_000;

/**
 * How far the video thread steps back: a frame that comes late is seldom seen, a key is felt. Where
 * there is a core for each thread, it makes no difference.
 */
export const VIDEO_NICE = 5;

/**
 * The video thread: waits in poll() for frames and orders, encodes frames that somebody wants.
 *
 * The newest frame is held as the device has put it until the next one is there, unread: whoever
 * asks meanwhile has it at once. What is told is what changed; a frame that shows nothing new is
 * told only to who asked for that.
 *
 * It returns when the other end of `orders` is closed. A source without a picture is closed and
 * tried again; each change of that is posted once.
 */
export function runVideo(parts: LoopParts): void {
  const loop = new VideoLoop(parts);
  try {
    while (loop.turn());
  } finally {
    parts.source.close();
  }
}

class VideoLoop {
  readonly #parts: LoopParts;
  readonly #order = new Uint8Array(ORDER_BYTES);
  readonly #wants = new Wants();
  #told = "";
  #toldCounts = { captured: 0, dropped: 0, atUs: 0 };
  #encoded = 0;
  #encodeUs = 0;
  #open = false;
  #reopenUs = 0;
  #reopenMs = REOPEN_MS;
  #size = { width: 0, height: 0 };
  #quality: number;
  #waits: PollSet;
  /** The newest frame, as long as it was not taken. */
  #newest: Frame | undefined;
  #taker: Taker | undefined;
  /** The frame that was taken last: what is told shows it. */
  #taken: { readonly sequence: number; readonly capturedUs: number } | undefined;
  /** Pictures that were told. */
  #number = 0;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#quality = parts.quality;
    this.#waits = new PollSet([[parts.orders, POLL.in]]);
  }

  /** One round: wait, obey, take a frame. @returns false when told to end */
  turn(): boolean {
    const { sys } = this.#parts;
    if (!this.#open && sys.monotonicUs() >= this.#reopenUs) this.#openSource();
    this.#wait();
    if (!this.#obey()) return false;
    if (this.#open) this.#look();
    this.#tellCounts();
    return true;
  }

  #wait(): void {
    const { sys, source } = this.#parts;
    const shown = this.#wants.isWatching ? this.#taker?.shown : undefined;
    if (!this.#open) sys.poll(this.#waits, this.#untilReopenMs());
    else if (shown !== undefined) this.#standStill(shown);
    else sys.poll(this.#waits, source.patienceMs(this.#wants.any));
  }

  /** Waits for something new, while frames that show nothing new pass. */
  #standStill(shown: Shown): void {
    const { source, vouch } = this.#parts;
    const [waits, picture, { owedUs }] = [this.#waits, this.#number, this.#wants];
    try {
      const passed = source.standStill({ shown, vouch: vouch.words, picture, waits, owedUs });
      if (passed === undefined) return;
      this.#encodeUs += passed.lookedUs;
      if (passed.frames === 0) return;
      this.#encoded += passed.frames;
      this.#taken = passed;
    } catch (error) {
      this.#fail(error);
    }
  }

  #untilReopenMs(): number {
    return Math.max(0, Math.ceil((this.#reopenUs - this.#parts.sys.monotonicUs()) / 1000));
  }

  #openSource(): void {
    const { sys, source, orders } = this.#parts;
    this.#reopenUs = sys.monotonicUs() + this.#reopenMs * 1000;
    try {
      const mode = source.open();
      this.#size = { width: mode.width, height: mode.height };
      this.#begin();
      this.#open = true;
      this.#reopenMs = REOPEN_MS;
      this.#waits = new PollSet([[orders, POLL.in], ...source.waits()]);
      this.#tell({ stage: "ok", mode });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What is told next is a whole picture. */
  #begin(): void {
    this.#forget();
    this.#taker = new Taker({ ...this.#parts, quality: this.#quality }, this.#size);
  }

  #forget(): void {
    this.#taken = undefined;
    this.#taker?.close();
    this.#taker = undefined;
  }

  #fail(error: unknown): void {
    const { source, orders } = this.#parts;
    if (!(error instanceof NoPicture)) throw error;
    // Closing takes the frame back too, which must not be given back any more.
    this.#newest = undefined;
    source.close();
    this.#open = false;
    this.#forget();
    this.#waits = new PollSet([[orders, POLL.in]]);
    const { stage, detail } = error;
    const isBroken = stage === "stalled" || stage === "failed";
    this.#reopenMs = isBroken ? Math.min(2 * this.#reopenMs, REOPEN_MS_MAX) : REOPEN_MS;
    this.#tell(detail === undefined ? { stage } : { stage, detail });
  }

  #tell(state: VideoState): void {
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    const { makeEncoder, post } = this.#parts;
    if (state.stage === "ok") {
      post({ kind: "state", state }, []);
      return;
    }
    const drawn = encodeState(state, this.#size, makeEncoder, this.#quality);
    post({ kind: "state", state, drawn }, [drawn.bytes.buffer]);
  }

  #tellCounts(): void {
    const { sys, source, post } = this.#parts;
    const { captured, dropped } = source;
    const told = this.#toldCounts;
    const atUs = sys.monotonicUs();
    const isDue = captured !== told.captured && atUs - told.atUs >= COUNTS_US;
    if (!isDue && dropped === told.dropped) return;
    this.#toldCounts = { captured, dropped, atUs };
    const [encoded, encodeUs] = [this.#encoded, this.#encodeUs];
    post({ kind: "counts", captured, dropped, encoded, encodeUs, atUs }, []);
  }

  #obey(): boolean {
    const { sys, orders, vouch } = this.#parts;
    const untilUs = vouch.takeLeft();
    if (untilUs !== undefined) this.#wants.add({ kind: "change", untilUs });
    for (;;) {
      const size = sys.tryRead(orders, this.#order);
      if (size === -EAGAIN) return true;
      if (size <= 0) return false;
      const order = unpackOrder(this.#order);
      if (order.kind === "quality") this.#encodeIn(order.quality);
      else if (order.kind === "reopen") this.#reopen();
      else this.#wants.add(order);
    }
  }

  #encodeIn(quality: number): void {
    if (quality === this.#quality) return;
    this.#quality = quality;
    if (this.#open) this.#begin();
  }

  #reopen(): void {
    if (this.#open) this.#fail(new NoPicture("starting"));
  }

  #look(): void {
    const { source } = this.#parts;
    try {
      const frame = source.grab(this.#wants.any);
      if (frame !== undefined) {
        this.#giveBack();
        this.#newest = frame;
      }
      this.#answer();
      if (!source.mayHold) this.#giveBack();
    } catch (error) {
      this.#fail(error);
    }
  }

  #giveBack(): void {
    const frame = this.#newest;
    this.#newest = undefined;
    frame?.[Symbol.dispose]();
  }

  /** Tells what is wanted, as far as the newest frame can. */
  #answer(): void {
    const frame = this.#newest;
    const news = frame && this.#wants.concern(frame.capturedUs) ? this.#take(frame) : undefined;
    if (this.#taken === undefined) return;
    const { sequence, capturedUs } = this.#taken;
    if (news === undefined && !this.#wants.owe(capturedUs)) return;
    const { post } = this.#parts;
    if (news === undefined) post({ kind: "same", sequence, capturedUs }, []);
    else post({ ...news, number: ++this.#number, sequence, capturedUs }, buffersOf(news));
    const picture = this.#taker?.picture;
    for (const { order, wish } of this.#wants.tell(capturedUs)) {
      const rendered = picture && render(this.#parts, picture, this.#size, wish);
      post({ kind: "rendered", order, rendered }, []);
    }
  }

  /** @returns what is new in `frame`, which then is the device's again */
  #take(frame: Frame): News | undefined {
    const { sys } = this.#parts;
    const beganUs = sys.monotonicUs();
    const news = this.#taker?.take(frame);
    this.#encoded++;
    this.#encodeUs += sys.monotonicUs() - beganUs;
    if (news !== "damaged") {
      const { sequence, capturedUs } = frame;
      this.#taken = { sequence, capturedUs };
    }
    if (news === "same") this.#parts.vouch.give(this.#number, frame);
    this.#giveBack();
    return news === "same" || news === "damaged" ? undefined : news;
  }
}

/** What goes over to the other thread without being copied. */
function buffersOf(news: News): ArrayBuffer[] {
  if (news.kind === "jpeg") return [news.bytes.buffer];
  return news.strips.map(({ data }) => data.buffer);
}
