/** Pictures made up for tests, and libjpeg-turbo's own djpeg to look at what became of them. */
import { addressOf } from "../../src/ffi/memory.ts";
import { openSys } from "../../src/ffi/sys.ts";
import { planarLayout } from "../../src/video/memory.ts";
import { Planes } from "../../src/video/planes.ts";
import type { Matrix, Range, RawFrame } from "../../src/video/source.ts";

type Random = (below: number) => number;

const sys = openSys();

/** Each byte by chance: nothing that JPEG can make small, and every edge is seen. */
export function noise(width: number, height: number, random: Random): Planes {
  return filled(width, height, () => random(256));
}

/** A gradient, text-like lines and flat areas of colour, as screens have them. */
export function desktop(width: number, height: number, random: Random): Planes {
  const shift = random(64);
  return filled(width, height, (x, y, plane) => {
    if (plane > 0) return 128 + 40 * (((x >> 5) + (y >> 4) + plane) % 3) - 40;
    const isText = (y >> 3) % 4 === 1 && (x >> 6) % 3 !== 0;
    return isText ? random(2) * 220 + 20 : (shift + (x >> 2) + (y >> 3)) & 255;
  });
}

export function filled(
  width: number,
  height: number,
  value: (x: number, y: number, plane: number) => number,
): Planes {
  const planes = new Planes(width, height);
  const { chromaWidth, chromaHeight, strideY, strideC } = planes;
  const fill = (into: Uint8Array, stride: number, columns: number, rows: number, plane: number) => {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) into[y * stride + x] = value(x, y, plane);
    }
  };
  fill(planes.y, strideY, width, height, 0);
  fill(planes.u, strideC, chromaWidth, chromaHeight, 1);
  fill(planes.v, strideC, chromaWidth, chromaHeight, 2);
  return planes;
}

export function copyOf(planes: Planes): Planes {
  const copy = new Planes(planes.width, planes.height);
  copy.bytes.set(planes.bytes);
  return copy;
}

/** A frame whose rows are those of `planes`. */
export function frameOf(planes: Planes, range: Range, matrix: Matrix = "601"): RawFrame {
  return {
    kind: "raw",
    sequence: 0,
    capturedUs: 0,
    range,
    matrix,
    address: addressOf(planes.bytes),
    layout: planarLayout(sys, planes),
    // The frame holds on to the bytes whose address it tells.
    [Symbol.dispose]: () => void planes,
  };
}

export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, row by row, or luma alone where asked for. */
  readonly pixels: Uint8Array;
}

/** What djpeg makes of a JPEG. Throws its words if it has any, warnings too. */
export function decode(jpeg: Uint8Array, ...options: readonly string[]): Decoded {
  const { stdout, stderr, success } = Bun.spawnSync(["djpeg", "-pnm", ...options], { stdin: jpeg });
  if (!success || stderr.length > 0) throw new Error(`djpeg: ${stderr.toString()}`);
  const header = /^P[56]\n(\d+) (\d+)\n255\n/.exec(stdout.subarray(0, 32).toString("latin1"));
  if (header === null) throw new Error("djpeg made no picture");
  const [text, width, height] = header;
  return { width: Number(width), height: Number(height), pixels: stdout.subarray(text.length) };
}

/** The three values of one pixel. */
export function pixelAt(picture: Decoded, x: number, y: number): number[] {
  const at = 3 * (y * picture.width + x);
  return [...picture.pixels.subarray(at, at + 3)];
}

/** The first byte, as a place, in which two pieces of memory differ; undefined if they do not. */
export function firstDifference(one: Uint8Array, other: Uint8Array): number | undefined {
  if (one.length !== other.length) return Math.min(one.length, other.length);
  if (Buffer.compare(one, other) === 0) return undefined;
  return one.findIndex((value, at) => value !== other[at]);
}

/** The markers of a JPEG in their order, as their second bytes; stuffed zeros are no markers. */
export function markersOf(jpeg: Uint8Array): number[] {
  const markers: number[] = [];
  for (let at = 0; at + 1 < jpeg.length; ) {
    const marker = jpeg[at + 1] ?? 0;
    if (jpeg[at] !== 0xff || marker === 0) {
      at++;
      continue;
    }
    markers.push(marker);
    const isAlone = (marker >= 0xd0 && marker <= 0xd9) || marker === 0x01;
    at += isAlone ? 2 : 2 + ((jpeg[at + 2] ?? 0) << 8) + (jpeg[at + 3] ?? 0);
  }
  return markers;
}

/** Full range, of a picture in limited range, by floating point. */
export function expanded(picture: Planes): Planes {
  const full = copyOf(picture);
  const bounded = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
  full.y.forEach((value, at) => {
    full.y[at] = bounded(((value - 16) * 255) / 219);
  });
  for (const plane of [full.u, full.v]) {
    plane.forEach((value, at) => {
      plane[at] = value === 16 ? 0 : bounded(((value - 128) * 255) / 224 + 128);
    });
  }
  return full;
}
