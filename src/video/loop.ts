import type { JpegEncoder } from "../ffi/jpeg.ts";
import { POLL, PollSet, type Sys } from "../ffi/sys.ts";
import { ORDER, type VideoMessage } from "./messages.ts";
import { NoPicture, type VideoState } from "./signal.ts";
import type { Frame, Source } from "./source.ts";
import { STRIP_LINES, StripEncoder } from "./strips.ts";

export interface LoopParts {
  readonly sys: Sys;
  readonly source: Source;
  readonly makeEncoder: (widthMax: number, heightMax: number) => JpegEncoder;
  /** JPEG quality, 1…100. */
  readonly quality: number;
  /** The end of a socket pair from which ORDERs are read. */
  readonly orders: number;
  readonly post: (message: VideoMessage, transfer: ArrayBuffer[]) => void;
}

/** How long to wait before a source that could not be opened is tried again. */
const REOPEN_MS = 1000;

/**
 * The video thread: waits in poll() for frames and orders, encodes frames that somebody wants.
 *
 * It returns when it is ordered to stop. A source without a picture is closed and tried again; each
 * change of that is posted once.
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
  readonly #order = new Uint8Array(8);
  #told = "";
  #open = false;
  #size = { width: 0, height: 0 };
  #waits = new PollSet([]);
  #strips: StripEncoder | undefined;
  #wanted = false;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  /** One round: wait, obey, take a frame. @returns false when ordered to stop */
  turn(): boolean {
    if (!this.#open) this.#openSource();
    const { sys, source } = this.#parts;
    sys.poll(this.#waits, this.#open ? source.patienceMs(this.#wanted) : REOPEN_MS);
    if (!this.#obey()) return false;
    if (this.#open) this.#takeFrame();
    return true;
  }

  #openSource(): void {
    const { source, orders } = this.#parts;
    try {
      const mode = source.open();
      this.#size = { width: mode.width, height: mode.height };
      this.#open = true;
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
    this.#tell(detail === undefined ? { stage } : { stage, detail });
  }

  #tell(state: VideoState): void {
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.#parts.post({ kind: "state", state }, []);
  }

  #obey(): boolean {
    const { sys, orders } = this.#parts;
    while (sys.tryRead(orders, this.#order) > 0) {
      const order = this.#order[0];
      if (order === ORDER.stop) return false;
      if (order === ORDER.next) this.#wanted = true;
    }
    return true;
  }

  #takeFrame(): void {
    try {
      using frame = this.#parts.source.grab(this.#wanted);
      if (frame === undefined) return;
      this.#wanted = false;
      this.#encode(frame);
    } catch (error) {
      this.#fail(error);
    }
  }

  #encode(frame: Frame): void {
    const { sys, makeEncoder, quality, post } = this.#parts;
    const { sequence, capturedUs } = frame;
    if (frame.kind === "jpeg") {
      const { width, height, bytes } = frame;
      post({ kind: "jpeg", sequence, capturedUs, width, height, bytes }, []);
      return;
    }
    const { width, height } = this.#size;
    this.#strips ??= new StripEncoder(sys, makeEncoder(width, STRIP_LINES), width, height, quality);
    const { header, strips } = this.#strips.encode(frame);
    const transfer = strips.map((strip) => strip.data.buffer);
    post({ kind: "strips", sequence, capturedUs, width, height, header, strips }, transfer);
  }
}
