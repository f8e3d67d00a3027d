import { EAGAIN } from "../ffi/errno.ts";
import type { JpegEncoder } from "../ffi/jpeg.ts";
import { POLL, PollSet, type Sys } from "../ffi/sys.ts";
import type { Yuv } from "../ffi/yuv.ts";
import {
  ORDER_BYTES_MAX,
  type RenderedMessage,
  unpackRendering,
  type VideoMessage,
} from "./messages.ts";
import { type Rendering, render } from "./rendering.ts";
import { NoPicture, type VideoState } from "./signal.ts";
import type { Frame, Source } from "./source.ts";
import { encodeState } from "./state-picture.ts";
import { STRIP_LINES, StripEncoder } from "./strips.ts";

export interface LoopParts {
  readonly sys: Sys;
  readonly source: Source;
  readonly yuv: Yuv;
  readonly makeEncoder: (widthMax: number, heightMax: number) => JpegEncoder;
  /** JPEG quality, 1…100. */
  readonly quality: number;
  /** The end of a socket pair from which ORDERs are read, until the other end is closed. */
  readonly orders: number;
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
 * The video thread: waits in poll() for frames and orders, encodes frames that somebody wants.
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
  readonly #order = new Uint8Array(ORDER_BYTES_MAX);
  /** Renderings that are due with the next frame. */
  #renderings: { order: number; wish: Rendering }[] = [];
  #told = "";
  #toldCounts = { captured: 0, dropped: 0, atUs: 0 };
  #open = false;
  #reopenUs = 0;
  #reopenMs = REOPEN_MS;
  #size = { width: 0, height: 0 };
  #waits: PollSet;
  #strips: StripEncoder | undefined;
  #wanted = false;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#waits = new PollSet([[parts.orders, POLL.in]]);
  }

  /** One round: wait, obey, take a frame. @returns false when told to end */
  turn(): boolean {
    const { sys, source } = this.#parts;
    if (!this.#open && sys.monotonicUs() >= this.#reopenUs) this.#openSource();
    sys.poll(this.#waits, this.#open ? source.patienceMs(this.#wanted) : this.#untilReopenMs());
    if (!this.#obey()) return false;
    if (this.#open) this.#takeFrame();
    this.#tellCounts();
    return true;
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
      this.#open = true;
      this.#reopenMs = REOPEN_MS;
      this.#waits = new PollSet([[orders, POLL.in], ...source.waits()]);
      this.#tell({ stage: "ok", mode });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const { source, orders } = this.#parts;
    if (!(error instanceof NoPicture)) throw error;
    source.close();
    this.#open = false;
    this.#strips?.close();
    this.#strips = undefined;
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
    const { makeEncoder, quality, post } = this.#parts;
    if (state.stage === "ok") {
      post({ kind: "state", state }, []);
      return;
    }
    const drawn = encodeState(state, this.#size, makeEncoder, quality);
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
    post({ kind: "counts", captured, dropped, atUs }, []);
  }

  #obey(): boolean {
    const { sys, orders } = this.#parts;
    for (;;) {
      const size = sys.tryRead(orders, this.#order);
      if (size === -EAGAIN) return true;
      if (size <= 0) return false;
      this.#wanted = true;
      const rendering = unpackRendering(this.#order.subarray(0, size));
      if (rendering !== undefined) this.#renderings.push(rendering);
    }
  }

  #takeFrame(): void {
    try {
      using frame = this.#parts.source.grab(this.#wanted);
      if (frame === undefined) return;
      this.#wanted = false;
      const rendered = this.#render(frame);
      this.#encode(frame);
      for (const message of rendered) this.#parts.post(message, []);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** To be told after the frame itself, but made before: telling a JPEG gives its bytes away. */
  #render(frame: Frame): RenderedMessage[] {
    return this.#renderings.splice(0).map(({ order, wish }) => {
      const rendered = render(this.#parts, frame, this.#size, wish);
      return { kind: "rendered", order, rendered };
    });
  }

  #encode(frame: Frame): void {
    const { sys, makeEncoder, quality, post } = this.#parts;
    const { sequence, capturedUs } = frame;
    if (frame.kind === "jpeg") {
      const { width, height, bytes } = frame;
      post({ kind: "jpeg", sequence, capturedUs, width, height, bytes }, [bytes.buffer]);
      return;
    }
    const { width, height } = this.#size;
    this.#strips ??= new StripEncoder(sys, makeEncoder(width, STRIP_LINES), this.#size, quality);
    const { header, strips } = this.#strips.encode(frame);
    const transfer = strips.map((strip) => strip.data.buffer);
    post({ kind: "strips", sequence, capturedUs, width, height, header, strips }, transfer);
  }
}
