import { expect, test } from "bun:test";
import { openJpeg } from "../../src/ffi/jpeg.ts";
import { openSys } from "../../src/ffi/sys.ts";
import { openYuv } from "../../src/ffi/yuv.ts";
import { type Order, packOrder, unpackOrder } from "../../src/video/messages.ts";
import { type KeptPicture, planOf, render, tableQuality } from "../../src/video/rendering.ts";
import { createRandom } from "../hid/random.ts";
import { decode, desktop, filled, frameOf, pixelAt } from "./pictures.ts";

const parts = { sys: openSys(), yuv: openYuv(), makeEncoder: openJpeg() };
const WHOLE = { crop: undefined, widthMax: 4096, heightMax: 4096, quality: 95 };

test("a plan fits within, keeps the shape and never enlarges", () => {
  const sizeOf = (widthMax: number, heightMax: number, width: number, height: number) => {
    const plan = planOf({ ...WHOLE, widthMax, heightMax }, width, height);
    return plan && [plan.width, plan.height];
  };
  expect(sizeOf(640, 4096, 1920, 1080)).toEqual([640, 360]);
  expect(sizeOf(4096, 100, 1920, 1080)).toEqual([178, 100]);
  expect(sizeOf(4096, 4096, 1920, 1080)).toEqual([1920, 1080]);
  expect(sizeOf(1, 1, 1920, 1080)).toEqual([1, 1]);
});

test("a crop has to lie within the picture", () => {
  const crop = { left: 10, top: 20, width: 30, height: 40 };
  expect(planOf({ ...WHOLE, crop }, 40, 60)).toEqual({ area: crop, width: 30, height: 40 });
  expect(planOf({ ...WHOLE, crop }, 39, 60)).toBeUndefined();
  expect(planOf({ ...WHOLE, crop }, 40, 59)).toBeUndefined();
});

test("orders come out as they were packed", () => {
  const random = createRandom(3);
  for (let times = 0; times < 200; times++) {
    const crop =
      random(2) === 0
        ? undefined
        : {
            left: random(4096),
            top: random(2160),
            width: 1 + random(4096),
            height: 1 + random(2160),
          };
    const wish = {
      crop,
      widthMax: 1 + random(4096),
      heightMax: 1 + random(2160),
      quality: 1 + random(100),
    };
    const atUs = random(2 ** 31) * 2 ** 20 + random(2 ** 20);
    const orders: readonly Order[] = [
      { kind: "rendering", afterUs: atUs, order: random(2 ** 31), wish },
      { kind: "frame", afterUs: atUs },
      { kind: "change", untilUs: atUs },
      { kind: "quality", quality: 1 + random(100) },
      { kind: "reopen" },
    ];
    for (const order of orders) expect(unpackOrder(packOrder(order))).toEqual(order);
  }
});

/** Four quarters, each of its own grey, with a grid that scaling down averages away. */
const quarters = filled(128, 96, (x, y, plane) => {
  if (plane > 0) return 128;
  return 40 + 50 * ((x >= 64 ? 1 : 0) + (y >= 48 ? 2 : 0));
});
const SIZE = { width: 128, height: 96 };

test("a crop shows what lies there", () => {
  const crop = { left: 64, top: 48, width: 33, height: 31 };
  const done = render(parts, frameOf(quarters, "full"), SIZE, { ...WHOLE, crop });
  const picture = decode(done?.bytes ?? new Uint8Array());
  expect([picture.width, picture.height]).toEqual([33, 31]);
  expect(Math.abs((pixelAt(picture, 16, 16)[0] ?? 0) - 190)).toBeLessThanOrEqual(2);
});

test("a smaller picture shows all of it", () => {
  const done = render(parts, frameOf(quarters, "full"), SIZE, { ...WHOLE, widthMax: 32 });
  const picture = decode(done?.bytes ?? new Uint8Array());
  expect([picture.width, picture.height]).toEqual([32, 24]);
  const greys = [
    [8, 6],
    [24, 6],
    [8, 18],
    [24, 18],
  ].map(([x = 0, y = 0]) => pixelAt(picture, x, y)[0] ?? 0);
  greys.forEach((grey, quarter) => {
    expect(Math.abs(grey - (40 + 50 * quarter))).toBeLessThanOrEqual(2);
  });
});

test("quality is the JPEG's own", () => {
  const planes = desktop(256, 128, createRandom(5));
  const size = { width: 256, height: 128 };
  const bytes = (quality: number) => {
    return render(parts, frameOf(planes, "full"), size, { ...WHOLE, quality })?.bytes.length ?? 0;
  };
  expect(bytes(10)).toBeLessThan(bytes(90) / 2);
});

test("quality is counted in the numbers that were sent", () => {
  const full = [1, 50, 80, 100].map((quality) => tableQuality("full", quality));
  expect(full).toEqual([1, 50, 80, 100]);
  const limited = [1, 10, 49, 50, 58, 80, 95, 100].map((each) => tableQuality("limited", each));
  expect(limited).toEqual([1, 8, 42, 42, 51, 76, 94, 100]);
});

test("a JPEG of a dongle is rendered too, and a broken one is nothing", () => {
  const encoder = parts.makeEncoder(128, 96);
  const bytes = new Uint8Array(encoder.encode(quarters, 95));
  encoder.close();
  const whole: KeptPicture = { kind: "jpeg", ...SIZE, bytes };
  const done = render(parts, whole, SIZE, { ...WHOLE, widthMax: 64 });
  const picture = decode(done?.bytes ?? new Uint8Array());
  expect([picture.width, picture.height]).toEqual([64, 48]);
  expect(Math.abs((pixelAt(picture, 48, 36)[0] ?? 0) - 190)).toBeLessThanOrEqual(3);
  const broken = { ...whole, bytes: bytes.slice(0, 200) };
  expect(render(parts, broken, SIZE, WHOLE)).toBeUndefined();
});
