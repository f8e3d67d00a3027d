import { jpegLength, jpegParts, writeJpeg } from "./jpeg.ts";

const JPEG_TYPE = "image/jpeg";

/** The bytes of a JPEG, wherever they lie. */
export interface JpegBytes {
  readonly length: number;
  /** Put together when it is first asked for, and kept. */
  readonly jpeg: () => Uint8Array<ArrayBuffer>;
  /** The same for an answer: the runtime sends it to any number of clients without a copy. */
  readonly body: () => Blob;
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
export function wholeJpeg(bytes: Uint8Array<ArrayBuffer>): JpegBytes {
  return {
    length: bytes.length,
    jpeg: () => bytes,
    body: lazily(() => new Blob([bytes], { type: JPEG_TYPE })),
    writeTo: (target, at) => target.set(bytes, at),
  };
}

/** A JPEG of a header and strips (jpeg.ts). */
export function stripsJpeg(
  header: Uint8Array<ArrayBuffer>,
  strips: readonly Uint8Array<ArrayBuffer>[],
): JpegBytes {
  const length = jpegLength(header, strips);
  const writeTo = (target: Uint8Array, at: number) => writeJpeg(header, strips, target, at);
  const jpeg = () => {
    const bytes = new Uint8Array(length);
    writeTo(bytes, 0);
    return bytes;
  };
  const body = () => new Blob(jpegParts(header, strips), { type: JPEG_TYPE });
  return { length, writeTo, jpeg: lazily(jpeg), body: lazily(body) };
}

/** Made when it is first asked for, and kept. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
