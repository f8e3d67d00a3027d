import type { JpegEncoder } from "../ffi/jpeg.ts";
import type { Sys } from "../ffi/sys.ts";
import { entropyCodedData, pictureHeader, readJpegLayout } from "./jpeg.ts";
import { Planes } from "./planes.ts";
import { toJfif } from "./rendering.ts";
import type { RawFrame } from "./source.ts";

/** Lines of a strip: one row of 4:2:0 MCUs (ITU-T T.81, A.2). */
export const STRIP_LINES = 16;

/** A strip that changed: which, counted from the top, and its entropy-coded data, ours to keep. */
export interface StripUpdate {
  readonly index: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What an encoded frame adds to what went before. A header comes with the first frame alone. */
export interface StripUpdates {
  readonly header: Uint8Array<ArrayBuffer> | undefined;
  readonly strips: readonly StripUpdate[];
}

/** Memory that all strips of the same number of lines share. */
interface Work {
  /** What is read from the frame; it changes places with what was kept when the two differ. */
  read: Planes;
  /** The strip as JFIF means it, where the frame does not have it so. */
  readonly jfif: Planes;
}

interface Strip {
  kept: Planes;
  readonly work: Work;
}

/**
 * Encodes the strips of a frame that differ from the frame before.
 *
 * Device memory is read once, a strip at a time, so that what was just read is still in the cache
 * when it is compared. An unchanged frame costs one conversion and one comparison, and no encoding;
 * colours are converted on changed strips alone.
 */
export class StripEncoder {
  readonly #sys: Sys;
  readonly #jpeg: JpegEncoder;
  readonly #quality: number;
  readonly #height: number;
  readonly #strips: Strip[] = [];
  #begun = false;

  /** @param jpeg an encoder of strips of this width @param quality 1…100 */
  constructor(sys: Sys, jpeg: JpegEncoder, width: number, height: number, quality: number) {
    this.#sys = sys;
    this.#jpeg = jpeg;
    this.#quality = quality;
    this.#height = height;
    const shared = new Map<number, Work>();
    for (let top = 0; top < height; top += STRIP_LINES) {
      const lines = Math.min(STRIP_LINES, height - top);
      const work = shared.get(lines) ?? {
        read: new Planes(width, lines),
        jfif: new Planes(width, lines),
      };
      shared.set(lines, work);
      this.#strips.push({ kept: new Planes(width, lines), work });
    }
  }

  /** The strips of `frame` that are not what they were; all of them the first time. */
  encode(frame: RawFrame): StripUpdates {
    const strips: StripUpdate[] = [];
    let header: Uint8Array<ArrayBuffer> | undefined;
    this.#strips.forEach((strip, index) => {
      if (!this.#changed(strip, frame, index)) return;
      const jpeg = this.#jpeg.encode(this.#asJfif(strip, frame), this.#quality);
      const layout = readJpegLayout(jpeg);
      if (layout === undefined) throw new Error("libjpeg-turbo made no baseline JPEG");
      if (!this.#begun && index === 0) header = pictureHeader(jpeg, layout, this.#height);
      strips.push({ index, data: new Uint8Array(entropyCodedData(jpeg, layout)) });
    });
    this.#begun = true;
    return { header, strips };
  }

  /** Frees the encoder. */
  close(): void {
    this.#jpeg.close();
  }

  /** Reads one strip, and keeps it if it is not what was kept. */
  #changed(strip: Strip, frame: RawFrame, index: number): boolean {
    const { read } = strip.work;
    frame.readStrip(index * STRIP_LINES, read);
    read.padLuma();
    if (this.#begun && !this.#sys.differs(strip.kept.bytes, read.bytes)) return false;
    strip.work.read = strip.kept;
    strip.kept = read;
    return true;
  }

  #asJfif({ kept, work: { jfif } }: Strip, frame: RawFrame): Planes {
    if (frame.range === "full" && frame.matrix === "601") return kept;
    toJfif(this.#sys, frame, kept, jfif);
    jfif.padLuma();
    return jfif;
  }
}
