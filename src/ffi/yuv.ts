import { dlopen, type Pointer } from "bun:ffi";
import { Fault } from "../base/fault.ts";
import type { PlanarPicture } from "./jpeg.ts";

/**
 * libyuv (libyuv/convert.h). Packed source, its stride, then three planes with theirs, then size.
 */
const SYMBOLS = {
  YUY2ToI420: {
    args: ["ptr", "i32", "ptr", "i32", "ptr", "i32", "ptr", "i32", "i32", "i32"],
    returns: "i32",
  },
} as const;

type Calls = ReturnType<typeof dlopen<typeof SYMBOLS>>["symbols"];

/** Conversions from a capture device's memory to planes, by libyuv's SIMD code. */
export class Yuv {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /**
   * Packed 4:2:2 at `address` (Y0 U Y1 V) to 4:2:0 planes; chroma is averaged over row pairs.
   *
   * @param address of the first row, in mapped device memory @param stride bytes a row
   */
  yuyvToPlanes(address: number, stride: number, target: PlanarPicture): void {
    const failed = this.#calls.YUY2ToI420(
      address as Pointer,
      stride,
      target.y,
      target.strideY,
      target.u,
      target.strideC,
      target.v,
      target.strideC,
      target.width,
      target.height,
    );
    if (failed !== 0) throw new Fault("internal", "libyuv refused a picture");
  }
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
