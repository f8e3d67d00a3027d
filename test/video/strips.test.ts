import { describe, expect, test } from "bun:test";
import { openJpeg } from "../../src/ffi/jpeg.ts";
import { addressOf } from "../../src/ffi/memory.ts";
import { bytesOf } from "../../src/ffi/rows.ts";
import { openSys } from "../../src/ffi/sys.ts";
import { openYuv } from "../../src/ffi/yuv.ts";
import { RAW_FORMATS } from "../../src/video/formats.ts";
import { stripsJpeg } from "../../src/video/picture.ts";
import { Planes } from "../../src/video/planes.ts";
import { tableQuality } from "../../src/video/rendering.ts";
import type { Range, RawFrame } from "../../src/video/source.ts";
import { STRIP_LINES, StripEncoder } from "../../src/video/strips.ts";
import { createRandom } from "../hid/random.ts";
import {
  copyOf,
  decode,
  desktop,
  expanded,
  filled,
  firstDifference,
  frameOf,
  markersOf,
  noise,
  pixelAt,
} from "./pictures.ts";

const sys = openSys();
const makeEncoder = openJpeg();
const FORMAT = { pixelFormat: 0, colorspace: 0, encoding: 0, quantization: 0 };

/** What the main thread keeps of the video thread's messages. */
class Viewer {
  readonly #encoder: StripEncoder;
  #header = new Uint8Array();
  readonly #strips: Uint8Array<ArrayBuffer>[] = [];
  /** Headers that came so far. */
  headers = 0;

  constructor(width: number, height: number, quality: number) {
    const jpeg = makeEncoder(width, STRIP_LINES);
    this.#encoder = new StripEncoder(sys, jpeg, { width, height }, quality);
  }

  /** @returns the indices of the strips that were encoded */
  show(frame: RawFrame): number[] {
    const { header, strips } = this.#encoder.encode(frame);
    if (header !== undefined) {
      this.#header = header;
      this.headers++;
    }
    for (const { index, data } of strips) this.#strips[index] = data;
    return strips.map(({ index }) => index);
  }

  get jpeg(): Uint8Array {
    return stripsJpeg(this.#header, this.#strips).jpeg();
  }

  [Symbol.dispose](): void {
    this.#encoder.close();
  }
}

/** The frame in one go, by libjpeg-turbo alone. */
function wholeJpeg(picture: Planes, quality: number): Uint8Array {
  const encoder = makeEncoder(picture.width, picture.height);
  picture.padLuma();
  const jpeg = encoder.encode(picture, quality).slice();
  encoder.close();
  return jpeg;
}

/** Decodes what is shown, and the same picture made in one go. @returns where they first differ */
function difference(viewer: Viewer, planes: Planes, quality: number, range: Range = "full") {
  const jfif = range === "full" ? planes : expanded(planes);
  const truth = decode(wholeJpeg(jfif, tableQuality(range, quality)));
  const picture = decode(viewer.jpeg);
  expect([picture.width, picture.height]).toEqual([planes.width, planes.height]);
  expect([truth.width, truth.height]).toEqual([planes.width, planes.height]);
  return firstDifference(picture.pixels, truth.pixels);
}

describe("strips decode to the pixels of the whole frame", () => {
  const sizes = [
    [16, 16],
    [17, 16],
    [16, 17],
    [31, 33],
    [160, 120],
    [33, 479],
    [641, 481],
    [1366, 768],
    [1920, 1080],
    [4096, 2160],
  ] as const;

  test.each(sizes)(
    "%i×%i",
    (width, height) => {
      const random = createRandom(width * 10_000 + height);
      const qualities = width > 1000 ? [30, 80] : [1, 5, 25, 50, 80, 95, 100];
      for (const make of [noise, desktop]) {
        for (const quality of qualities) {
          const planes = make(width, height, random);
          using viewer = new Viewer(width, height, quality);
          expect(viewer.show(frameOf(planes, "full"))).toHaveLength(
            Math.ceil(height / STRIP_LINES),
          );
          expect([quality, difference(viewer, planes, quality)]).toEqual([quality, undefined]);
        }
      }
    },
    60_000,
  );

  test("whatever the size", () => {
    const random = createRandom(5);
    for (let times = 0; times < 60; times++) {
      const [width, height, quality] = [1 + random(200), 1 + random(200), 1 + random(100)];
      const range = random(2) === 0 ? "full" : "limited";
      const planes = noise(width, height, random);
      using viewer = new Viewer(width, height, quality);
      viewer.show(frameOf(planes, range));
      const found = difference(viewer, planes, quality, range);
      expect([width, height, quality, range, found]).toEqual([
        width,
        height,
        quality,
        range,
        undefined,
      ]);
    }
  }, 60_000);
});

describe("only what changed is encoded", () => {
  /** Paints a rectangle by chance. @returns the strips in which a byte changed */
  function paint(planes: Planes, random: (below: number) => number): number[] {
    const before = copyOf(planes);
    const [left, top] = [random(planes.width), random(planes.height)];
    const [right, bottom] = [left + random(90), top + random(40)];
    const value = random(256);
    for (let y = top; y < Math.min(bottom, planes.height); y++) {
      const row = y * planes.strideY;
      planes.y.fill(value, row + left, row + Math.min(right, planes.width));
    }
    return changedStrips(before, planes);
  }

  function changedStrips(one: Planes, other: Planes): number[] {
    const strips = Array.from({ length: Math.ceil(one.height / STRIP_LINES) }, (_, strip) => strip);
    return strips.filter((strip) => {
      const [before, after] = [one, other].map((planes) => {
        const top = strip * STRIP_LINES;
        const lines = new Planes(planes.width, Math.min(STRIP_LINES, planes.height - top));
        const { address, layout } = frameOf(planes, "full");
        layout.read(address, top, lines);
        return lines.bytes;
      });
      return Buffer.compare(before ?? expect.unreachable(), after ?? expect.unreachable()) !== 0;
    });
  }

  test("and the picture stays that of the whole, frame after frame", () => {
    const random = createRandom(11);
    const [width, height] = [333, 251];
    const planes = desktop(width, height, random);
    using viewer = new Viewer(width, height, 70);
    expect(viewer.show(frameOf(planes, "limited"))).toHaveLength(16);
    for (let times = 0; times < 25; times++) {
      const changed = paint(planes, random);
      expect(viewer.show(frameOf(planes, "limited"))).toEqual(changed);
      expect(difference(viewer, planes, 70, "limited")).toBeUndefined();
    }
    expect(viewer.headers).toBe(1);
  });

  test("nothing, when nothing did", () => {
    const planes = noise(64, 40, createRandom(2));
    using viewer = new Viewer(64, 40, 80);
    expect(viewer.show(frameOf(planes, "full"))).toEqual([0, 1, 2]);
    const { jpeg } = viewer;
    expect(viewer.show(frameOf(planes, "full"))).toEqual([]);
    expect(viewer.jpeg).toEqual(jpeg);
  });

  test.each(["y", "u", "v"] as const)("a single byte of plane %s counts", (plane) => {
    const planes = filled(100, 100, () => 90);
    using viewer = new Viewer(100, 100, 80);
    viewer.show(frameOf(planes, "full"));
    const stride = plane === "y" ? planes.strideY : planes.strideC;
    const row = plane === "y" ? 99 : 49;
    const column = plane === "y" ? 99 : 49;
    const at = row * stride + column;
    planes[plane][at] = 200;
    expect(viewer.show(frameOf(planes, "full"))).toEqual([6]);
    planes[plane][at] = 90;
    expect(viewer.show(frameOf(planes, "full"))).toEqual([6]);
    planes[plane][0] = 91;
    planes[plane][at] = 91;
    expect(viewer.show(frameOf(planes, "full"))).toEqual([0, 6]);
  });
});

test.each(RAW_FORMATS.map(({ name }) => name))(
  "what lies behind the rows of %s is nothing",
  (name) => {
    const pixel = RAW_FORMATS.find((each) => each.name === name) ?? expect.unreachable();
    const [width, height] = [40, 50];
    const layout = pixel.layout(openYuv(), { ...FORMAT, width, height, stride: 192 });
    const memory = new Uint8Array(bytesOf(layout.planes));
    const frame: RawFrame = {
      ...frameOf(new Planes(1, 1), "full"),
      address: addressOf(memory),
      layout,
    };
    using viewer = new Viewer(width, height, 80);
    expect(viewer.show(frame)).toEqual([0, 1, 2, 3]);
    const shown = new Uint8Array(memory.length);
    for (const { start, stride, length, count } of layout.planes) {
      for (let row = 0; row < count; row++) {
        shown.fill(1, start + row * stride, start + row * stride + length);
      }
    }
    shown.forEach((isShown, at) => {
      if (isShown === 0) memory[at] = 0xee;
    });
    expect(viewer.show(frame)).toEqual([]);
    for (const { start, stride, length, count } of layout.planes) {
      memory[start + (count - 1) * stride + length - 1] = 9;
      expect(viewer.show(frame)).toEqual([3]);
    }
  },
);

test.each([
  [17, 17],
  [33, 16],
  [16, 31],
])("nothing from outside of a picture of %i×%i shows in it", (width, height) => {
  const planes = filled(width, height, (_x, _y, plane) => (plane === 0 ? 200 : 128));
  using viewer = new Viewer(width, height, 75);
  viewer.show(frameOf(planes, "full"));
  const { pixels } = decode(viewer.jpeg);
  expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([200, 200]);
});

test("the file is a baseline JPEG with restart markers in order", () => {
  const planes = noise(40, 16 * 21 + 5, createRandom(4));
  using viewer = new Viewer(40, planes.height, 90);
  viewer.show(frameOf(planes, "full"));
  const markers = markersOf(viewer.jpeg);
  const [soi, app0, dqt, sof0, dht, dri, sos, eoi] = [
    0xd8, 0xe0, 0xdb, 0xc0, 0xc4, 0xdd, 0xda, 0xd9,
  ];
  const restarts = Array.from({ length: 21 }, (_, index) => 0xd0 + (index % 8));
  const header = [soi, app0, dqt, dqt, sof0, dht, dht, dht, dht, dri, sos];
  expect(markers).toEqual([...header, ...restarts, eoi]);
  const driAt = Buffer.from(viewer.jpeg).indexOf(Uint8Array.of(0xff, dri));
  expect([...viewer.jpeg.subarray(driAt, driAt + 6)]).toEqual([0xff, dri, 0, 4, 0, 3]);
});

describe("colours come out right", () => {
  /** Names, red, green and blue, and BT.601 Y'CbCr in limited range (ITU-R BT.601-7, 2.5.3). */
  const BARS = [
    ["white", [255, 255, 255], [235, 128, 128]],
    ["yellow", [255, 255, 0], [210, 16, 146]],
    ["cyan", [0, 255, 255], [170, 166, 16]],
    ["green", [0, 255, 0], [145, 54, 34]],
    ["magenta", [255, 0, 255], [106, 202, 222]],
    ["red", [255, 0, 0], [81, 90, 240]],
    ["blue", [0, 0, 255], [41, 240, 110]],
    ["black", [0, 0, 0], [16, 128, 128]],
    ["grey", [128, 128, 128], [126, 128, 128]],
  ] as const;
  const BAR_PIXELS = 32;
  const [width, height] = [BARS.length * BAR_PIXELS, 48];

  function check(jpeg: Uint8Array): void {
    const picture = decode(jpeg);
    BARS.forEach(([name, colour], bar) => {
      const found = pixelAt(picture, bar * BAR_PIXELS + BAR_PIXELS / 2, height / 2);
      const off = found.map((value, channel) => Math.abs(value - (colour[channel] ?? 0)));
      expect([name, Math.max(...off) <= 3, found]).toEqual([name, true, found]);
    });
  }

  test("of limited range", () => {
    const planes = filled(width, height, (x, _, plane) => {
      const bar = Math.floor(x / (plane === 0 ? BAR_PIXELS : BAR_PIXELS / 2));
      return BARS[bar]?.[2][plane] ?? 0;
    });
    using viewer = new Viewer(width, height, 90);
    viewer.show(frameOf(planes, "limited"));
    check(viewer.jpeg);
  });

  test("of BT.709, limited and full", () => {
    /** The bars above in limited range (ITU-R BT.709-6, 3.4), in the same order. */
    const rec709 = [
      [235, 128, 128],
      [219, 16, 138],
      [188, 154, 16],
      [173, 42, 26],
      [78, 214, 230],
      [63, 102, 240],
      [32, 240, 118],
      [16, 128, 128],
      [126, 128, 128],
    ] as const;
    for (const range of ["limited", "full"] as const) {
      const planes = filled(width, height, (x, _, plane) => {
        const bar = Math.floor(x / (plane === 0 ? BAR_PIXELS : BAR_PIXELS / 2));
        const value = rec709[bar]?.[plane] ?? 0;
        if (range === "limited") return value;
        const full = plane === 0 ? ((value - 16) * 255) / 219 : ((value - 128) * 255) / 224 + 128;
        return Math.max(0, Math.min(255, Math.round(full)));
      });
      using viewer = new Viewer(width, height, 95);
      viewer.show(frameOf(planes, range, "709"));
      check(viewer.jpeg);
    }
  });

  test("of full range, black and white at their ends", () => {
    const planes = filled(32, 32, (x, _, plane) => (plane > 0 ? 128 : x < 16 ? 0 : 255));
    using viewer = new Viewer(32, 32, 100);
    viewer.show(frameOf(planes, "full"));
    const picture = decode(viewer.jpeg);
    expect(pixelAt(picture, 8, 16)).toEqual([0, 0, 0]);
    expect(pixelAt(picture, 24, 16)).toEqual([255, 255, 255]);
  });
});
