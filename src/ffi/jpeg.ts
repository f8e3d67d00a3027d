import { CString, dlopen, type Pointer } from "bun:ffi";
import { Fault } from "../base/fault.ts";
import { addressOf } from "./memory.ts";

/** libturbojpeg's TurboJPEG 2 API (turbojpeg.h), which 3.x still carries. */
const SYMBOLS = {
  tjInitCompress: { args: [], returns: "ptr" },
  tjDestroy: { args: ["ptr"] /* tjhandle */, returns: "i32" },
  tjGetErrorStr2: { args: ["ptr"] /* tjhandle */, returns: "ptr" },
  tjBufSize: { args: ["i32", "i32", "i32"] /* width, height, subsamp */, returns: "u64" },
  tjCompressFromYUVPlanes: {
    args: [
      "ptr", // tjhandle handle
      "ptr", // const unsigned char **srcPlanes
      "i32", // int width
      "ptr", // const int *strides
      "i32", // int height
      "i32", // int subsamp
      "ptr", // unsigned char **jpegBuf
      "ptr", // unsigned long *jpegSize
      "i32", // int jpegQual
      "i32", // int flags
    ],
    returns: "i32",
  },
} as const;

const SUBSAMPLING_420 = 2;
const FLAG_NO_REALLOC = 1024;

type Calls = ReturnType<typeof dlopen<typeof SYMBOLS>>["symbols"];

/**
 * Three planes, 4:2:0, with the bytes from one row's start to the next. Luma has an even number of
 * columns and rows, even where the picture has not: the last ones repeated.
 */
export interface PlanarPicture {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly strideY: number;
  readonly strideC: number;
}

/**
 * One compressor of libjpeg-turbo with one output buffer, both used again for every picture.
 *
 * The size is a bound, not a fixed size: any picture up to it can be encoded.
 */
export class JpegEncoder {
  readonly #calls: Calls;
  readonly #widthMax: number;
  readonly #heightMax: number;
  /** Undefined once it is freed: libjpeg-turbo would follow it anyway. */
  #handle: Pointer | undefined;
  readonly #output: Uint8Array;
  readonly #outputPointer: BigUint64Array;
  readonly #outputSize = new BigUint64Array(1);
  readonly #planes = new BigUint64Array(3);
  readonly #strides = new Int32Array(3);

  constructor(calls: Calls, widthMax: number, heightMax: number) {
    this.#calls = calls;
    this.#widthMax = widthMax;
    this.#heightMax = heightMax;
    const handle = calls.tjInitCompress();
    if (handle === null)
      throw new Fault("system", "libjpeg-turbo gives no encoder: out of memory?");
    this.#handle = Number(handle) as Pointer;
    this.#output = new Uint8Array(Number(calls.tjBufSize(widthMax, heightMax, SUBSAMPLING_420)));
    this.#outputPointer = new BigUint64Array([BigInt(addressOf(this.#output))]);
  }

  /**
   * Encodes `picture` as a baseline JPEG. Its values are taken as JFIF's: full-range BT.601.
   *
   * @param quality 1…100 @returns a view of the encoder's own buffer, good until the next call
   */
  encode(picture: PlanarPicture, quality: number): Uint8Array {
    if (this.#handle === undefined) throw new TypeError("this encoder is closed");
    // With FLAG_NO_REALLOC the library ignores the size it is told, and writes on.
    if (picture.width > this.#widthMax || picture.height > this.#heightMax) {
      throw new RangeError("the picture is larger than the encoder");
    }
    this.#planes[0] = BigInt(addressOf(picture.y));
    this.#planes[1] = BigInt(addressOf(picture.u));
    this.#planes[2] = BigInt(addressOf(picture.v));
    this.#strides[0] = picture.strideY;
    this.#strides[1] = picture.strideC;
    this.#strides[2] = picture.strideC;
    this.#outputSize[0] = BigInt(this.#output.byteLength);
    const failed = this.#calls.tjCompressFromYUVPlanes(
      this.#handle,
      this.#planes,
      picture.width,
      this.#strides,
      picture.height,
      SUBSAMPLING_420,
      this.#outputPointer,
      this.#outputSize,
      quality,
      FLAG_NO_REALLOC,
    );
    if (failed !== 0)
      throw new Fault("internal", `libjpeg-turbo: ${this.#lastError(this.#handle)}`);
    return this.#output.subarray(0, Number(this.#outputSize[0]));
  }

  close(): void {
    if (this.#handle !== undefined) this.#calls.tjDestroy(this.#handle);
    this.#handle = undefined;
  }

  #lastError(handle: Pointer): string {
    const text = this.#calls.tjGetErrorStr2(handle);
    return text === null ? "unknown error" : new CString(Number(text) as Pointer).toString();
  }
}

/** Opens libturbojpeg and answers a maker of encoders. */
export function openJpeg(): (widthMax: number, heightMax: number) => JpegEncoder {
  let calls: Calls;
  try {
    calls = dlopen("libturbojpeg.so.0", SYMBOLS).symbols;
  } catch (cause) {
    throw new Fault(
      "no_library",
      "libturbojpeg.so.0 cannot be loaded: install it with `apt install libturbojpeg0`",
      { cause },
    );
  }
  return (widthMax, heightMax) => new JpegEncoder(calls, widthMax, heightMax);
}
