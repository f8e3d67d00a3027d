/** Colours that the RK3588's driver does not tell: what the standard says, and what comes of it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { coloursOnHdmi } from "../../src/video/cta861.ts";
import { matrixOf, rangeOf } from "../../src/video/formats.ts";
import type { Outcome } from "../bench/fakev4l2/capture.ts";
import type { Description } from "../bench/fakev4l2/device.ts";
import { decode } from "./pictures.ts";
import { Stage } from "./play.ts";

const stage = new Stage();
afterAll(() => stage[Symbol.dispose]());

test.each([
  // Width and height, RGB or not, what the source says; the range and the matrix.
  [1920, 1080, true, undefined, "limited", "601"],
  [1920, 1080, true, "full", "full", "601"],
  [1280, 720, true, "limited", "limited", "601"],
  [640, 480, true, undefined, "full", "601"],
  [1680, 1050, true, undefined, "full", "601"],
  [1680, 1050, true, "limited", "limited", "601"],
  [720, 576, true, undefined, "limited", "601"],
  [1920, 1080, false, undefined, "limited", "709"],
  [1280, 720, false, "full", "limited", "709"],
  [720, 576, false, undefined, "limited", "601"],
  [1024, 768, false, undefined, "limited", "709"],
] as const)(
  "%d×%d, RGB %p, said to be %p: %s range, BT.%s",
  (width, height, isRgb, told, range, matrix) => {
    const colours = coloursOnHdmi({ width, height }, isRgb, told);
    const format = { width, height, pixelFormat: 0, stride: 0, ...colours };
    expect([rangeOf(format, isRgb), matrixOf(format, isRgb)]).toEqual([range, matrix]);
  },
);

/** Blue, green and red of each pixel, and what a JPEG has of them if black is 16 and white 235. */
const GREY = 48;
const EXPANDED = Math.round(((GREY - 16) * 255) / 219);

/** A receiver of frames of grey RGB. */
function receiver(name: string, width: number, height: number, rest: Partial<Description>) {
  const size = 3 * width * height;
  return {
    driver: "snps_hdmirx",
    scene: stage.write(`${name}.scene`, new Uint8Array(size).fill(GREY)),
    ...{ frames: 1, frame_step: 0, fps: 60, width, height, pixelformat: "BGR3" },
    ...{ bytesperline: 3 * width, sizeimage: size, length: size, timings: 1 },
    counters: stage.path(`${name}.counters`),
    ...rest,
  };
}

const CASES: Readonly<Record<string, readonly [Description, number]>> = {
  "television, of which nothing is said": [receiver("tv", 720, 480, {}), EXPANDED],
  "television, left to the standard": [receiver("auto", 720, 480, { rgb_range: 0 }), EXPANDED],
  "television, said to be full": [receiver("full", 720, 480, { rgb_range: 2 }), GREY],
  "a computer's mode": [receiver("pc", 640, 480, {}), GREY],
  "a computer's mode, said to be limited": [receiver("lim", 640, 480, { rgb_range: 1 }), EXPANDED],
  "another driver, which knows": [receiver("other", 720, 480, { driver: "vivid" }), GREY],
};

let outcomes: Map<string, Outcome>;

beforeAll(() => {
  const plays = Object.entries(CASES).map(([name, [device]]) => {
    return [name, { liar: device, healed: device, until: { pictures: 1 } }] as const;
  });
  outcomes = stage.play(Object.fromEntries(plays));
}, 30_000);

test.each(Object.keys(CASES))("%s", (name) => {
  const [seen] = outcomes.get(name)?.pictures ?? [];
  const { pixels } = decode(Buffer.from(seen?.jpeg ?? "", "base64"), "-grayscale");
  const wanted = CASES[name]?.[1] ?? 0;
  expect([...new Set(pixels)].filter((value) => Math.abs(value - wanted) > 1)).toEqual([]);
  expect(pixels.length).toBeGreaterThan(0);
});
