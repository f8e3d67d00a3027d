/** Every size that linkrd takes, through device, encoder and screen, and changes between them. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Outcome, Seen } from "../bench/fakev4l2/capture.ts";
import type { Description } from "../bench/fakev4l2/device.ts";
import { decode } from "./pictures.ts";
import { type Play, Stage } from "./play.ts";

const SIZES = [
  ...([
    [4096, 2160],
    [3840, 2160],
    [1920, 1200],
    [1920, 1080],
    [1366, 768],
  ] as const),
  ...([
    [1024, 768],
    [720, 576],
    [640, 480],
    [160, 120],
    [16, 16],
  ] as const),
];

const stage = new Stage();
afterAll(() => stage[Symbol.dispose]());

/** Luma of a column: a ramp over the width of any picture, within the limited range. */
function lumaOf(x: number, width: number): number {
  return 30 + Math.floor((180 * x) / width);
}

/** How the bytes of a row lie, by the format; chroma is grey. */
const LUMA_FIRST: Readonly<Record<string, boolean>> = { YUYV: true, UYVY: false };

/** A device that sends a ramp of this size, in rows that are longer than it is wide. */
function device(name: string, pixelformat: string, width: number, height: number): Description {
  const bytesperline = 64 * Math.ceil((2 * width + 1) / 64);
  const row = Buffer.alloc(bytesperline, 128);
  for (let x = 0; x < width; x++) {
    row[2 * x + (LUMA_FIRST[pixelformat] === true ? 0 : 1)] = lumaOf(x, width);
  }
  const sizeimage = bytesperline * height;
  return {
    scene: stage.write(`${name}.scene`, Buffer.alloc(sizeimage, row)),
    ...{ frames: 1, frame_step: 0, fps: 10, width, height, pixelformat, bytesperline },
    ...{ sizeimage, length: sizeimage, timings: 1 },
    counters: stage.path(`${name}.counters`),
  };
}

/** The whole picture is the ramp. */
function expectRamp({ jpeg, ...size }: Seen, width: number, height: number): void {
  const picture = decode(Buffer.from(jpeg, "base64"), "-grayscale");
  expect([size.width, size.height, picture.width, picture.height]).toEqual([
    ...[width, height, width, height],
  ]);
  for (const y of [0, height >> 1, height - 1]) {
    for (const x of [0, width >> 2, width >> 1, width - 1]) {
      const full = ((lumaOf(x, width) - 16) * 255) / 219;
      const off = Math.abs(full - (picture.pixels[y * width + x] ?? -100));
      expect([x, y, off < 16]).toEqual([x, y, true]);
    }
  }
}

let outcomes: Map<string, Outcome>;

beforeAll(() => {
  const plays = SIZES.map(([width, height]): [string, Play] => {
    const name = `${width}x${height}`;
    const healed = device(name, "YUYV", width, height);
    return [name, { liar: healed, healed, until: { pictures: 1 } }];
  });
  const small = { ...device("from", "YUYV", 320, 240), fps: 100, mode_after: 20 };
  const large = device("to", "UYVY", 1280, 720);
  const change: Play = { liar: small, healed: large, until: { troubles: 1 } };
  const flip: Play = { liar: small, healed: large, until: { troubles: 4 } };
  outcomes = stage.play({ ...Object.fromEntries(plays), change, flip });
}, 60_000);

function outcomeOf(name: string): Outcome {
  return outcomes.get(name) ?? expect.unreachable();
}

describe("a picture of", () => {
  test.each(SIZES)("%d×%d", (width, height) => {
    const { pictures } = outcomeOf(`${width}x${height}`);
    expect(pictures.length).toBe(1);
    for (const picture of pictures) expectRamp(picture, width, height);
  });
});

test("a device that changes size and format while it streams is followed", () => {
  const { pictures, after, dropped } = outcomeOf("change");
  for (const picture of pictures) expectRamp(picture, 320, 240);
  expect([after.length, dropped]).toEqual([3, 0]);
  for (const picture of after) expectRamp(picture, 1280, 720);
});

test("a signal that never stays the same is set up anew each time, until it stays", () => {
  const { pictures, after, log } = outcomeOf("flip");
  expect(log.filter((line) => line.includes("changes its video mode")).length).toBeGreaterThan(3);
  expect(pictures.length).toBeGreaterThan(3);
  for (const picture of after) expectRamp(picture, 1280, 720);
});
