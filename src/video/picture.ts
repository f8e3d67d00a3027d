import { jpegLength, writeJpeg } from "./jpeg.ts";

/** The bytes of a JPEG, wherever they lie. */
export interface JpegBytes {
  readonly length: number;
  /** Put together when it is first asked for, and kept. */
  readonly jpeg: () => Uint8Array;
  /** Puts it together in `target`, from `at` on, and nowhere else. */
  readonly writeTo: (target: Uint8Array, at: number) => void;
}

/** One picture, ready to be sent. */
export interface Picture extends JpegBytes {
  readonly width: number;
  readonly height: number;
  /** The source's number of the frame. */
  readonly sequence: number;
  /** Counts the pictures that differ from the one before, since the daemon started. */
  readonly version: number;
  /** CLOCK_MONOTONIC when the source had the newest frame that is known to show it. */
  readonly capturedUs: number;
}

/** A JPEG that is whole. */
export function wholeJpeg(bytes: Uint8Array): JpegBytes {
  const { length } = bytes;
  return { length, jpeg: () => bytes, writeTo: (target, at) => target.set(bytes, at) };
}

/** A JPEG of a header and strips (jpeg.ts). */
export function stripsJpeg(header: Uint8Array, strips: readonly Uint8Array[]): JpegBytes {
  const length = jpegLength(header, strips);
  const writeTo = (target: Uint8Array, at: number) => writeJpeg(header, strips, target, at);
  let made: Uint8Array | undefined;
  const make = () => {
    const bytes = new Uint8Array(length);
    writeTo(bytes, 0);
    return bytes;
  };
  return {
    length,
    writeTo,
    jpeg: () => {
      made ??= make();
      return made;
    },
  };
}
