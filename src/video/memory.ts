/** How a frame lies in memory: what of it is looked at, and how rows of it become planes. */
import type { RowPlane } from "../ffi/rows.ts";
import type { Sys } from "../ffi/sys.ts";
import type { Planes } from "./planes.ts";

export interface FrameLayout {
  /** What shows: bytes that belong to none of these, such as padding, mean nothing. */
  readonly planes: readonly RowPlane[];
  /**
   * Converts `into.height` rows from `top` on, which is even, of the frame at `address`. The width
   * of `into` is the frame's.
   */
  readonly read: (address: number, top: number, into: Planes) => void;
}

/** The layout of frames that are planes already, and lie as those of `planes` do. */
export function planarLayout(sys: Sys, planes: Planes): FrameLayout {
  const { width, height, chromaWidth, chromaHeight, strideY, strideC } = planes;
  const startU = planes.u.byteOffset - planes.bytes.byteOffset;
  const startV = planes.v.byteOffset - planes.bytes.byteOffset;
  const chroma = { stride: strideC, length: chromaWidth, count: chromaHeight, perRow: 1 / 2 };
  return {
    planes: [
      { start: 0, stride: strideY, length: width, count: height, perRow: 1 },
      { start: startU, ...chroma },
      { start: startV, ...chroma },
    ],
    read: (address, top, into) => {
      const firstC = (top >> 1) * strideC;
      sys.copy(into.y, address + top * strideY, into.y.length);
      sys.copy(into.u, address + startU + firstC, into.u.length);
      sys.copy(into.v, address + startV + firstC, into.v.length);
    },
  };
}
