import { dlopen, type Pointer } from "bun:ffi";
import { Fault } from "../base/fault.ts";
import type { PlanarPicture } from "./jpeg.ts";

/**
 * libyuv (libyuv/convert.h, planar_functions.h). Each source is a pointer and its stride, then come
 * the planes of the target with theirs, then width and height; all return 0 when done.
 */
const FROM_PACKED = {
  args: ["ptr", "i32", "ptr", "i32", "ptr", "i32", "ptr", "i32", "i32", "i32"],
  returns: "i32",
} as const;
const FROM_TWO_PLANES = {
  args: ["ptr", "i32", "ptr", "i32", "ptr", "i32", "ptr", "i32", "ptr", "i32", "i32", "i32"],
  returns: "i32",
} as const;
const FROM_THREE_PLANES = {
  args: [
    ...["ptr", "i32", "ptr", "i32", "ptr", "i32"],
    ...["ptr", "i32", "ptr", "i32", "ptr", "i32", "i32", "i32"],
  ] as const,
  returns: "i32",
} as const;
const SYMBOLS = {
  YUY2ToI420: FROM_PACKED,
  UYVYToI420: FROM_PACKED,
  /** Red, green, blue in memory; to full-range BT.601, as JFIF has it. */
  RAWToJ420: FROM_PACKED,
  /** Blue, green, red in memory. */
  RGB24ToJ420: FROM_PACKED,
  /** From three planes to three; at the end both sizes and the filter. */
  I420Scale: {
    args: [
      ...["ptr", "i32", "ptr", "i32", "ptr", "i32", "i32", "i32"],
      ...["ptr", "i32", "ptr", "i32", "ptr", "i32", "i32", "i32", "i32"],
    ] as const,
    returns: "i32",
  },
  /** A JPEG and its length; at the end its size twice, the second as it is wanted. */
  MJPGToI420: {
    args: [
      ...["ptr", "u64", "ptr", "i32", "ptr", "i32", "ptr", "i32"],
      ...["i32", "i32", "i32", "i32"],
    ] as const,
    returns: "i32",
  },
  NV12ToI420: FROM_TWO_PLANES,
  I422ToI420: FROM_THREE_PLANES,
  I444ToI420: FROM_THREE_PLANES,
  SplitUVPlane: {
    args: ["ptr", "i32", "ptr", "i32", "ptr", "i32", "i32", "i32"],
    returns: "void",
  },
} as const;

type Calls = ReturnType<typeof dlopen<typeof SYMBOLS>>["symbols"];

/**
 * Where rows of a picture are in mapped device memory: the first one, and the bytes to the next.
 */
export interface Rows {
  readonly address: number;
  readonly stride: number;
}

/** How bytes of a packed format follow each other in memory. */
export type Packed = "yuyv" | "uyvy" | "rgb" | "bgr";

const PACKED = {
  yuyv: "YUY2ToI420",
  uyvy: "UYVYToI420",
  rgb: "RAWToJ420",
  bgr: "RGB24ToJ420",
} as const;

/** Conversions from a capture device's memory to 4:2:0 planes, by libyuv's SIMD code. */
export class Yuv {
  readonly #calls: Calls;
  /**
   * Chroma of 4:2:2 and 4:4:4 rows, parted into blue and red; as large as the last one asked for.
   */
  #parted = new Uint8Array(0);

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Chroma is averaged over pairs of rows; RGB becomes full-range BT.601. */
  packedToPlanes(order: Packed, { address, stride }: Rows, target: PlanarPicture): void {
    const convert = this.#calls[PACKED[order]];
    check(convert(address as Pointer, stride, ...planesOf(target), target.width, target.height));
  }

  /** Luma, and rows of chroma pairs at half its height and width: NV12. */
  nv12ToPlanes(luma: Rows, chroma: Rows, target: PlanarPicture): void {
    const { width, height } = target;
    const from = [luma.address as Pointer, luma.stride] as const;
    const pairs = [chroma.address as Pointer, chroma.stride] as const;
    check(this.#calls.NV12ToI420(...from, ...pairs, ...planesOf(target), width, height));
  }

  /**
   * Luma, and rows of chroma pairs at its height: NV16 with half its width, NV24 with all of it.
   *
   * @param across chroma pairs in a row
   */
  tallToPlanes(luma: Rows, chroma: Rows, across: number, target: PlanarPicture): void {
    const { width, height } = target;
    const size = across * height;
    if (this.#parted.length < 2 * size) this.#parted = new Uint8Array(2 * size);
    const blue = this.#parted.subarray(0, size);
    const red = this.#parted.subarray(size, 2 * size);
    const pairs = [chroma.address as Pointer, chroma.stride] as const;
    this.#calls.SplitUVPlane(...pairs, blue, across, red, across, across, height);
    const convert = across === width ? this.#calls.I444ToI420 : this.#calls.I422ToI420;
    const from = [luma.address as Pointer, luma.stride, blue, across, red, across] as const;
    check(convert(...from, ...planesOf(target), width, height));
  }

  /** A part of `source`, at the size of `target`. */
  scale(
    source: PlanarPicture,
    part: { readonly left: number; readonly top: number; readonly width: number; height: number },
    target: PlanarPicture,
  ): void {
    const { left, top, width, height } = part;
    const from = [...planesFrom(source, left, top), width, height] as const;
    const to = [...planesOf(target), target.width, target.height] as const;
    check(this.#calls.I420Scale(...from, ...to, FILTER_BOX));
  }

  /** Decodes a JPEG of the size of `target`, whatever its subsampling. @returns whether it could */
  jpegToPlanes(jpeg: Uint8Array, target: PlanarPicture): boolean {
    const { width, height } = target;
    const sizes = [width, height, width, height] as const;
    return this.#calls.MJPGToI420(jpeg, jpeg.length, ...planesOf(target), ...sizes) === 0;
  }
}

/** libyuv/scale.h: each pixel is the mean of those that it stands for. */
const FILTER_BOX = 3;

function planesOf({ y, u, v, strideY, strideC }: PlanarPicture) {
  return [y, strideY, u, strideC, v, strideC] as const;
}

/** The planes from the pixel at `left`, `top` on; chroma from the pair that it belongs to. */
function planesFrom({ y, u, v, strideY, strideC }: PlanarPicture, left: number, top: number) {
  const [luma, chroma] = [top * strideY + left, (top >> 1) * strideC + (left >> 1)];
  return [
    ...([y.subarray(luma), strideY] as const),
    ...([u.subarray(chroma), strideC] as const),
    ...([v.subarray(chroma), strideC] as const),
  ] as const;
}

function check(failed: number): void {
  if (failed !== 0) throw new Fault("internal", "libyuv refused a picture");
}

export function openYuv(): Yuv {
  try {
    return new Yuv(dlopen("libyuv.so.0", SYMBOLS).symbols);
  } catch (cause) {
    throw new Fault(
      "no_library",
      "libyuv.so.0 cannot be loaded: install it with `apt install libyuv0`",
      { cause },
    );
  }
}
