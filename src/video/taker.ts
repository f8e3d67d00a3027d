import type { JpegEncoder } from "../ffi/jpeg.ts";
import type { Shown } from "../ffi/standstill.ts";
import type { Sys } from "../ffi/sys.ts";
import type { JpegMessage, PictureMessage } from "./messages.ts";
import { checkMjpeg } from "./mjpeg.ts";
import type { KeptPicture } from "./rendering.ts";
import type { Frame, JpegFrame } from "./source.ts";
import { STRIP_LINES, StripEncoder } from "./strips.ts";

/** What a frame shows that the one before did not. */
export type News =
  | Omit<PictureMessage, "number" | "sequence" | "capturedUs">
  | Omit<JpegMessage, "number" | "sequence" | "capturedUs">;

export interface TakerParts {
  readonly sys: Sys;
  readonly makeEncoder: (widthMax: number, heightMax: number) => JpegEncoder;
  /** JPEG quality, 1…100. */
  readonly quality: number;
}

/**
 * Takes frames of one mode, one after the other: keeps each in memory of ours, so that the device
 * may have its own back, and tells what is new in it.
 */
export class Taker {
  readonly #parts: TakerParts;
  readonly #size: { readonly width: number; readonly height: number };
  #strips: StripEncoder | undefined;
  /** A dongle's frame as it came, padding and all. */
  #passed = new Uint8Array(0);
  #picture: KeptPicture | undefined;

  constructor(parts: TakerParts, size: { readonly width: number; readonly height: number }) {
    this.#parts = parts;
    this.#size = size;
  }

  /** What the frame shows that was taken last; undefined before the first. */
  get picture(): KeptPicture | undefined {
    return this.#picture;
  }

  /** What raw frames are compared with; undefined before the first. */
  get shown(): Shown | undefined {
    return this.#strips?.shown;
  }

  /** @returns "same" for a frame that shows nothing new, "damaged" for one that shows nothing */
  take(frame: Frame): News | "same" | "damaged" {
    if (frame.kind === "jpeg") return this.#pass(frame);
    const { sys, makeEncoder, quality } = this.#parts;
    const { width, height } = this.#size;
    this.#strips ??= new StripEncoder(sys, makeEncoder(width, STRIP_LINES), this.#size, quality);
    const { header, strips } = this.#strips.encode(frame);
    this.#picture = this.#strips.picture;
    return strips.length === 0 ? "same" : { kind: "strips", width, height, header, strips };
  }

  /** Frees the encoder. */
  close(): void {
    this.#strips?.close();
  }

  /** A JPEG does not say what changed, but of a screen that stands still it is often the same. */
  #pass(frame: JpegFrame): News | "same" | "damaged" {
    const { address, length } = frame;
    const { sys } = this.#parts;
    if (length === this.#passed.length && !sys.differs(this.#passed, address)) return "same";
    const copy = new Uint8Array(length);
    sys.copy(copy, address, length);
    const checked = checkMjpeg(copy);
    if (checked === undefined) {
      frame.refuse();
      return "damaged";
    }
    this.#passed = copy;
    this.#picture = { kind: "jpeg", ...checked };
    return { kind: "jpeg", ...checked, bytes: checked.bytes.slice() };
  }
}
