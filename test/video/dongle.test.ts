/** A USB dongle that sends MJPEG, played in user space: vivid, the kernel's own, has none. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openJpeg } from "../../src/ffi/jpeg.ts";
import type { Outcome } from "../bench/fakev4l2/capture.ts";
import type { Description } from "../bench/fakev4l2/device.ts";
import { createRandom } from "../hid/random.ts";
import { decode, filled, markersOf } from "./pictures.ts";
import { type Play, Stage } from "./play.ts";

const WIDTH = 96;
const HEIGHT = 64;
/** Frames of a scene, which is played over and over. */
const FRAMES = 4;
/** Bytes of a buffer. */
const ROOM = 16_384;
const DHT = 0xc4;

const random = createRandom(11);
const stage = new Stage();
afterAll(() => stage[Symbol.dispose]());

/** Luma of frame n, all over. */
function lumaOf(frame: number): number {
  return 40 + 50 * frame;
}

function jpegOf(frame: number): Buffer {
  const encoder = openJpeg()(WIDTH, HEIGHT);
  const flat = filled(WIDTH, HEIGHT, (_x, _y, plane) => (plane === 0 ? lumaOf(frame) : 128));
  const jpeg = Buffer.from(encoder.encode(flat, 80));
  encoder.close();
  return jpeg;
}

/** As "Motion JPEG" allows: the tables are those that everybody has. */
function withoutTables(jpeg: Buffer): Buffer {
  const [first, last] = [jpeg.indexOf(Buffer.of(0xff, DHT)), jpeg.indexOf(Buffer.of(0xff, 0xda))];
  const between = jpeg.subarray(first, last);
  expect(markersOf(between).every((marker) => marker === DHT)).toBe(true);
  return Buffer.concat([jpeg.subarray(0, first), jpeg.subarray(last)]);
}

const DAMAGE: Readonly<Record<string, (jpeg: Buffer) => Buffer>> = {
  "cut off in the middle": (jpeg) => jpeg.subarray(0, jpeg.length >> 1),
  "without its last byte": (jpeg) => jpeg.subarray(0, -1),
  "that ends within its header": (jpeg) => {
    return Buffer.concat([jpeg.subarray(0, 140), Buffer.of(0xff, 0xd9)]);
  },
  "of garbage": () => Buffer.from(Array.from({ length: 3000 }, () => random(256))),
  "of zeros": () => Buffer.alloc(3000),
  "shorter than any picture": () => Buffer.of(0xff, 0xd8, 0xff, 0xd9),
};

const WHOLE: Readonly<Record<string, (jpeg: Buffer) => Buffer>> = {
  "as they should be": (jpeg) => jpeg,
  "without Huffman tables": withoutTables,
  "with zeros behind them": (jpeg) => Buffer.concat([jpeg, Buffer.alloc(999)]),
};

/** A dongle that sends these frames, the first four of which are its scene. */
function dongle(name: string, frames: readonly Buffer[]): Description {
  const slots = frames.map((frame) => Buffer.concat([frame, Buffer.alloc(ROOM - frame.length)]));
  return {
    driver: "uvcvideo",
    scene: stage.write(`${name}.scene`, Buffer.concat(slots)),
    ...{ frames: frames.length, frame_step: ROOM, used: frames.map(({ length }) => length) },
    ...{ fps: 60, width: WIDTH, height: HEIGHT, pixelformat: "MJPG", bytesperline: 0 },
    ...{ sizeimage: ROOM, length: ROOM },
    counters: stage.path(`${name}.counters`),
  };
}

/** Which frame of the scene a picture shows, every pixel of it. */
function frameIn({ jpeg }: { readonly jpeg: string }): number {
  const { width, height, pixels } = decode(Buffer.from(jpeg, "base64"), "-grayscale");
  expect([width, height, new Set(pixels).size]).toEqual([WIDTH, HEIGHT, 1]);
  return [0, 1, 2, 3].findIndex((frame) => Math.abs(lumaOf(frame) - (pixels[0] ?? 0)) < 4);
}

let outcomes: Map<string, Outcome>;

beforeAll(() => {
  const whole = Array.from({ length: FRAMES }, (_, frame) => jpegOf(frame));
  const plays: Record<string, Play> = {};
  for (const [name, change] of Object.entries(WHOLE)) {
    const healed = dongle(name, whole.map(change));
    plays[name] = { liar: healed, healed, until: { pictures: 12 } };
  }
  for (const [name, damage] of Object.entries(DAMAGE)) {
    // Every other frame, and then every one.
    const some = whole.map((jpeg, frame) => (frame % 2 === 0 ? jpeg : damage(jpeg)));
    const healed = dongle(`${name}, healed`, whole);
    plays[name] = { liar: dongle(name, some), healed, until: { pictures: 12 } };
    const all = dongle(`${name}, all`, whole.map(damage));
    plays[`${name}, all`] = { liar: all, healed, until: { troubles: 1 } };
  }
  outcomes = stage.play(plays);
}, 60_000);

function outcomeOf(name: string): Outcome {
  return outcomes.get(name) ?? expect.unreachable();
}

describe("frames are passed on", () => {
  test.each(Object.keys(WHOLE))("%s", (name) => {
    const { pictures, dropped } = outcomeOf(name);
    expect([pictures.length, dropped]).toEqual([12, 0]);
    for (const picture of pictures) {
      expect(frameIn(picture)).toBe(picture.sequence % FRAMES);
      const bytes = Buffer.from(picture.jpeg, "base64");
      expect(markersOf(bytes)).toContain(DHT);
      expect(bytes.at(-1)).toBe(0xd9);
    }
  });
});

describe("a frame is left out, and counted,", () => {
  test.each(Object.keys(DAMAGE))("%s", (name) => {
    const { pictures, dropped } = outcomeOf(name);
    expect([pictures.length, dropped > 0]).toEqual([12, true]);
    for (const picture of pictures) {
      expect(picture.sequence % 2).toBe(0);
      expect(frameIn(picture)).toBe(picture.sequence % FRAMES);
    }
  });
});

describe("nothing but frames is a stall, until others come:", () => {
  test.each(Object.keys(DAMAGE))("%s", (name) => {
    const { pictures, after, dropped, log } = outcomeOf(`${name}, all`);
    expect([pictures.length, after.length, dropped > 0]).toEqual([0, 3, true]);
    expect(log.join("\n")).toContain("stopped sending frames");
    for (const picture of after) expect(frameIn(picture)).toBe(picture.sequence % FRAMES);
  });
});
