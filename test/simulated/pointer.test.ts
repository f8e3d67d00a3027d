import { expect, test } from "bun:test";
import { Pointer } from "../../src/simulated/pointer.ts";

test("absolute axes span the screen from its first to its last pixel", () => {
  const pointer = new Pointer(1920, 1080);
  expect([pointer.x, pointer.y]).toEqual([960, 540]);
  pointer.absolute(Uint8Array.of(0, 0, 0, 0, 0, 0, 0));
  expect([pointer.x, pointer.y]).toEqual([0, 0]);
  pointer.absolute(Uint8Array.of(0, 0xff, 0x7f, 0xff, 0x7f, 0, 0));
  expect([pointer.x, pointer.y]).toEqual([1919, 1079]);
  pointer.absolute(Uint8Array.of(0, 0x00, 0x40, 0x00, 0x20, 0, 0));
  expect([pointer.x, pointer.y]).toEqual([960, 270]);
});

test("an axis beyond its maximum holds no position", () => {
  const pointer = new Pointer(1920, 1080);
  pointer.absolute(Uint8Array.of(1, 0x00, 0x80, 0xff, 0x7f, 0, 0));
  expect([pointer.x, pointer.y, pointer.buttons]).toEqual([960, 1079, 1]);
});

test("relative motion adds up and stops at the edges", () => {
  const pointer = new Pointer(640, 480);
  pointer.relative(Uint8Array.of(0, 10, 0xf6, 0, 0));
  expect([pointer.x, pointer.y]).toEqual([330, 230]);
  for (let count = 0; count < 9; count++) pointer.relative(Uint8Array.of(0, 0x7f, 0x81, 0, 0));
  expect([pointer.x, pointer.y]).toEqual([639, 0]);
  for (let count = 0; count < 9; count++) pointer.relative(Uint8Array.of(0, 0x81, 0x7f, 0, 0));
  expect([pointer.x, pointer.y]).toEqual([0, 479]);
});

test("a button is held while either device holds it", () => {
  const pointer = new Pointer(640, 480);
  pointer.absolute(Uint8Array.of(0x01, 0, 0, 0, 0, 0, 0));
  pointer.relative(Uint8Array.of(0x12, 0, 0, 0, 0));
  expect(pointer.buttons).toBe(0x13);
  pointer.absolute(Uint8Array.of(0, 0, 0, 0, 0, 0, 0));
  expect(pointer.buttons).toBe(0x12);
});

test("wheel steps of both devices add up: up and right are positive", () => {
  const pointer = new Pointer(640, 480);
  pointer.absolute(Uint8Array.of(0, 0, 0, 0, 0, 3, 0xfe));
  pointer.relative(Uint8Array.of(0, 0, 0, 0x81, 0x7f));
  expect([pointer.wheel, pointer.pan]).toEqual([3 - 127, -2 + 127]);
});
