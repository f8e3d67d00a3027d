import { expect, test } from "bun:test";
import { openJpeg } from "../../src/ffi/jpeg.ts";
import { createRandom } from "../hid/random.ts";
import { decode, desktop, noise } from "../video/pictures.ts";

const makeEncoder = openJpeg();

test("one encoder takes pictures of any size up to its bound, at any quality", () => {
  const random = createRandom(6);
  const encoder = makeEncoder(300, 200);
  for (let times = 0; times < 40; times++) {
    const [width, height] = [1 + random(300), 1 + random(200)];
    const picture = noise(width, height, random);
    picture.padLuma();
    const { width: across, height: down } = decode(encoder.encode(picture, 1 + random(100)));
    expect([across, down]).toEqual([width, height]);
  }
  encoder.close();
});

test("noise at the best quality fits the bound", () => {
  const encoder = makeEncoder(256, 256);
  const jpeg = encoder.encode(noise(256, 256, createRandom(8)), 100);
  expect(jpeg.length).toBeGreaterThan(80_000);
  expect(decode(jpeg).width).toBe(256);
  encoder.close();
});

test("a picture beyond the bound, or a quality that is none, is refused", () => {
  const encoder = makeEncoder(16, 16);
  for (const [width, height] of [
    [17, 16],
    [16, 17],
    [640, 480],
  ] as const) {
    const large = noise(width, height, createRandom(8));
    expect(() => encoder.encode(large, 100)).toThrow(RangeError);
  }
  const small = desktop(16, 16, createRandom(8));
  expect(() => encoder.encode(small, 101)).toThrow("libjpeg-turbo: ");
  expect(decode(encoder.encode(small, 100)).width).toBe(16);
  encoder.close();
});

test("a closed encoder refuses, and may be closed again", () => {
  const encoder = makeEncoder(16, 16);
  encoder.close();
  encoder.close();
  const picture = desktop(16, 16, createRandom(8));
  expect(() => encoder.encode(picture, 80)).toThrow("this encoder is closed");
});
