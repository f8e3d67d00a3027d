import type { JpegEncoder } from "../ffi/jpeg.ts";
import { addressOf } from "../ffi/memory.ts";
import { RowTable } from "../ffi/rows.ts";
import type { Shown } from "../ffi/standstill.ts";
import type { Sys } from "../ffi/sys.ts";
import { entropyCodedData, pictureHeader, readJpegLayout } from "./jpeg.ts";
import type { FrameLayout } from "./memory.ts";
import { Planes } from "./planes.ts";
import { type KeptPicture, tableQuality, toJfif } from "./rendering.ts";
import type { RawFrame } from "./source.ts";

/** Lines of a strip: one row of 4:2:0 MCUs (ITU-T T.81, A.2). */
export const STRIP_LINES = 16;

interface Size {
  readonly width: number;
  readonly height: number;
}

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

/**
 * Encodes the strips of a frame that differ from the frame before.
 *
 * Device memory is read once, where it lies, and compared with a copy of the frame before; what
 * differs is copied, and everything else is done with the copy. An unchanged frame costs that one
 * look.
 */
export class StripEncoder {
  readonly #sys: Sys;
  readonly #jpeg: JpegEncoder;
  readonly #size: Size;
  readonly #quality: number;
  /** Of each strip, whether it has to be encoded; marks stay until it is. */
  readonly #changed: Uint8Array;
  #kept: Kept | undefined;
  #shown: Shown | undefined;
  #picture: KeptPicture | undefined;

  /** @param jpeg an encoder of strips of this width @param quality 1…100 */
  constructor(sys: Sys, jpeg: JpegEncoder, size: Size, quality: number) {
    this.#sys = sys;
    this.#jpeg = jpeg;
    this.#size = size;
    this.#quality = quality;
    this.#changed = new Uint8Array(Math.ceil(size.height / STRIP_LINES)).fill(1);
  }

  /** The frame encoded last, as it was kept; undefined before the first. */
  get picture(): KeptPicture | undefined {
    return this.#picture;
  }

  /** What frames are compared with; undefined before the first. */
  get shown(): Shown | undefined {
    return this.#shown;
  }

  /**
   * The strips of `frame` that are not what they were; all of them the first time. All frames of an
   * encoder have the same layout.
   */
  encode(frame: RawFrame): StripUpdates {
    const isFirst = this.#kept === undefined;
    this.#kept ??= new Kept(frame.layout);
    const { bytes, rows, address, layout } = this.#kept;
    const { range, matrix } = frame;
    this.#shown ??= { kept: bytes, rows, changed: this.#changed };
    this.#picture = { kind: "raw", address, layout, range, matrix };
    const isMarked = frame.isMarked === true && !isFirst;
    if (!isMarked) this.#sys.takeChanges(bytes, frame.address, rows, this.#changed);
    const strips: StripUpdate[] = [];
    const quality = tableQuality(range, this.#quality);
    let header: Uint8Array<ArrayBuffer> | undefined;
    for (const [index, isChanged] of this.#changed.entries()) {
      if (isChanged === 0) continue;
      const planes = this.#planesOf(this.#kept, index * STRIP_LINES, frame);
      const jpeg = this.#jpeg.encode(planes, quality);
      const parts = readJpegLayout(jpeg);
      if (parts === undefined) throw new Error("libjpeg-turbo made no baseline JPEG");
      if (isFirst && index === 0) header = pictureHeader(jpeg, parts, this.#size.height);
      strips.push({ index, data: new Uint8Array(entropyCodedData(jpeg, parts)) });
      this.#changed[index] = 0;
    }
    return { header, strips };
  }

  /** Frees the encoder. */
  close(): void {
    this.#jpeg.close();
  }

  /** The strip from row `top` on, as JFIF means it. */
  #planesOf(kept: Kept, top: number, { range, matrix }: RawFrame): Planes {
    const { width, height } = this.#size;
    const { read, jfif } = kept.work(width, Math.min(STRIP_LINES, height - top));
    kept.layout.read(kept.address, top, read);
    const isJfif = range === "full" && matrix === "601";
    if (!isJfif) toJfif(this.#sys, { range, matrix }, read, jfif);
    const planes = isJfif ? read : jfif;
    planes.padLuma();
    return planes;
  }
}

/** Memory that all strips of the same number of lines share. */
interface Work {
  readonly read: Planes;
  /** The strip as JFIF means it, where the frame does not have it so. */
  readonly jfif: Planes;
}

/** The frame before, as it lay in memory, and what is needed to go on with parts of it. */
class Kept {
  readonly layout: FrameLayout;
  readonly rows: RowTable;
  readonly bytes: Uint8Array;
  readonly address: number;
  readonly #work = new Map<number, Work>();

  constructor(layout: FrameLayout) {
    this.layout = layout;
    this.rows = new RowTable(layout.planes, STRIP_LINES);
    this.bytes = new Uint8Array(this.rows.bytes);
    this.address = addressOf(this.bytes);
  }

  work(width: number, lines: number): Work {
    const work = this.#work.get(lines) ?? {
      read: new Planes(width, lines),
      jfif: new Planes(width, lines),
    };
    this.#work.set(lines, work);
    return work;
  }
}
