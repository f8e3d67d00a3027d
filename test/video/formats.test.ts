import { describe, expect, test } from "bun:test";
import { alignMemory } from "../../src/ffi/buffers.ts";
import type { CaptureFormat } from "../../src/ffi/capture.ts";
import { addressOf } from "../../src/ffi/memory.ts";
import { bytesOf } from "../../src/ffi/rows.ts";
import { fourcc } from "../../src/ffi/v4l2.ts";
import { openYuv } from "../../src/ffi/yuv.ts";
import { matrixOf, type PixelFormat, RAW_FORMATS, rangeOf } from "../../src/video/formats.ts";
import { Planes } from "../../src/video/planes.ts";

const yuv = openYuv();

/** A colour for each column of 8 pixels, as red, green, blue and as Y'CbCr (full-range BT.601). */
const COLOURS = [
  [
    [255, 0, 0],
    [76, 85, 255],
  ],
  [
    [0, 255, 0],
    [150, 44, 21],
  ],
  [
    [0, 0, 255],
    [29, 255, 107],
  ],
  [
    [90, 90, 90],
    [90, 128, 128],
  ],
] as const;
const COLUMN = 8;

function colourAt(x: number) {
  return COLOURS[Math.floor(x / COLUMN) % COLOURS.length] ?? COLOURS[0];
}

/** Memory as the kernel's documentation lays it out (pixfmt-packed-yuv, -yuv-planar, -rgb). */
const LAYOUTS: Readonly<Record<string, (put: Put, format: CaptureFormat) => void>> = {
  yuyv: (put, format) => eachPixel(format, (x, y) => putPacked(put, format, x, y, [0, 1, 2, 3])),
  uyvy: (put, format) => eachPixel(format, (x, y) => putPacked(put, format, x, y, [1, 0, 3, 2])),
  rgb24: (put, format) => eachPixel(format, (x, y) => putRgb(put, format, x, y, [0, 1, 2])),
  bgr24: (put, format) => eachPixel(format, (x, y) => putRgb(put, format, x, y, [2, 1, 0])),
  nv12: (put, format) => putSemiplanar(put, format, 2, 2),
  nv12m: (put, format) => putSemiplanar(put, format, 2, 2),
  nv16: (put, format) => putSemiplanar(put, format, 2, 1),
  nv16m: (put, format) => putSemiplanar(put, format, 2, 1),
  nv24: (put, format) => putSemiplanar(put, format, 1, 1),
};

type Put = (at: number, value: number) => void;

function eachPixel({ width, height }: CaptureFormat, visit: (x: number, y: number) => void) {
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) visit(x, y);
}

/** @param places of the first luma, blue chroma, the second luma and red chroma of two pixels */
function putPacked(put: Put, { stride }: CaptureFormat, x: number, y: number, places: number[]) {
  const [luma, blue, red] = colourAt(x)[1];
  const pair = y * stride + 4 * (x >> 1);
  put(pair + (places[x % 2 === 0 ? 0 : 2] ?? 0), luma);
  put(pair + (places[x % 2 === 0 ? 1 : 3] ?? 0), x % 2 === 0 ? blue : red);
}

function putRgb(put: Put, { stride }: CaptureFormat, x: number, y: number, order: number[]) {
  const colour = colourAt(x)[0];
  order.forEach((channel, place) => {
    put(y * stride + 3 * x + place, colour[channel] ?? 0);
  });
}

/** @param across pixels that share a chroma pair in a row @param down in a column */
function putSemiplanar(put: Put, format: CaptureFormat, across: number, down: number) {
  const { stride, height } = format;
  const { start, stride: pairs } = format.chroma ?? {
    start: stride * height,
    stride: (2 * stride) / across,
  };
  eachPixel(format, (x, y) => {
    const [luma, blue, red] = colourAt(x)[1];
    put(y * stride + x, luma);
    if (x % across !== 0 || y % down !== 0) return;
    const at = start + (y / down) * pairs + (2 * x) / across;
    put(at, blue);
    put(at + 1, red);
  });
}

function formatOf(width: number, height: number, stride: number): CaptureFormat {
  const numbers = { pixelFormat: 0, colorspace: 0, encoding: 0, quantization: 0 };
  return { width, height, stride, ...numbers };
}

/** Reads a frame strip by strip, from memory that ends where the frame does. */
function planesOf(pixel: PixelFormat, format: CaptureFormat): Planes {
  const layout = pixel.layout(yuv, format);
  const memory = new Uint8Array(bytesOf(layout.planes)).fill(0xee);
  LAYOUTS[pixel.name]?.((at, value) => {
    expect(at).toBeLessThan(memory.length);
    memory[at] = value;
  }, format);
  const whole = new Planes(format.width, format.height);
  for (let top = 0; top < format.height; top += 16) {
    const strip = new Planes(format.width, Math.min(16, format.height - top));
    layout.read(addressOf(memory), top, strip);
    whole.y.set(strip.y, top * whole.strideY);
    whole.u.set(strip.u, (top / 2) * whole.strideC);
    whole.v.set(strip.v, (top / 2) * whole.strideC);
  }
  return whole;
}

/** Chroma in a memory of its own, on another page and with longer rows. */
function chromaOf({ name }: PixelFormat, { width, height, stride }: CaptureFormat) {
  if (!name.endsWith("m")) return {};
  return { chroma: { start: alignMemory(stride * height + 1), stride: width + 2 * stride } };
}

describe.each(RAW_FORMATS.map((pixel) => [pixel.name, pixel] as const))("%s", (_, pixel) => {
  test.each([
    [64, 48, 0],
    [64, 34, 24],
    [1920, 1080, 128],
    [32, 16, 0],
  ])("of %d×%d with %d bytes more in a row", (width, height, more) => {
    const plain = formatOf(width, height, pixel.rowBytes(width) + more);
    const format = { ...plain, ...chromaOf(pixel, plain) };
    const planes = planesOf(pixel, format);
    for (const [x, y] of [
      [4, 0],
      [12, height - 1],
      [20, height >> 1],
      [width - 4, height - 2],
    ] as const) {
      const [luma, blue, red] = colourAt(x)[1];
      const found = [
        planes.y[y * planes.strideY + x] ?? 0,
        planes.u[(y >> 1) * planes.strideC + (x >> 1)] ?? 0,
        planes.v[(y >> 1) * planes.strideC + (x >> 1)] ?? 0,
      ];
      const off = [luma, blue, red].map((value, plane) => Math.abs(value - (found[plane] ?? 0)));
      expect([x, y, Math.max(...off) <= 2, found]).toEqual([x, y, true, found]);
    }
  });
});

test("every raw format has its own name and number, and MJPEG neither", () => {
  expect(new Set(RAW_FORMATS.map(({ name }) => name)).size).toBe(RAW_FORMATS.length);
  const codes = RAW_FORMATS.map(({ code }) => code);
  expect(new Set([...codes, fourcc("MJPG")]).size).toBe(RAW_FORMATS.length + 1);
  expect(Object.keys(LAYOUTS).sort()).toEqual(RAW_FORMATS.map(({ name }) => name).sort());
});

test("numbers are read as the driver says, or as their kind has it", () => {
  const [unsaid, full, limited] = [0, 1, 2].map((quantization) => ({
    ...formatOf(2, 2, 4),
    quantization,
  }));
  const ranges = [unsaid, full, limited].map((format) => {
    return format && [rangeOf(format, false), rangeOf(format, true)];
  });
  expect(ranges).toEqual([
    ["limited", "full"],
    ["full", "full"],
    ["limited", "limited"],
  ]);
  const rec709 = { ...formatOf(2, 2, 4), colorspace: 3 };
  expect([matrixOf(rec709, false), matrixOf(rec709, true)]).toEqual(["709", "601"]);
  expect(matrixOf({ ...rec709, encoding: 1 }, false)).toBe("601");
  expect(matrixOf({ ...formatOf(2, 2, 4), encoding: 2 }, false)).toBe("709");
});
