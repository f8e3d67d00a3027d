import { expect, test } from "bun:test";
import { Canvas } from "../../src/drawing/canvas.ts";
import { colour } from "../../src/drawing/colour.ts";
import { Face } from "../../src/drawing/font.ts";
import { drawArrow } from "../../src/simulated/arrow.ts";
import { Planes } from "../../src/video/planes.ts";

const RED = { y: 76, u: 85, v: 255 };
const GREY = { y: 100, u: 128, v: 128 };

test("colours are full-range BT.601", () => {
  expect(colour(0x000000)).toEqual({ y: 0, u: 128, v: 128 });
  expect(colour(0xffffff)).toEqual({ y: 255, u: 128, v: 128 });
  expect(colour(0xff0000)).toEqual(RED);
  expect(colour(0x00ff00)).toEqual({ y: 150, u: 44, v: 21 });
  expect(colour(0x0000ff)).toEqual({ y: 29, u: 255, v: 107 });
});

test("a fill covers its rectangle in all planes, and nothing beside it", () => {
  const planes = new Planes(7, 5);
  new Canvas(planes).fill({ x: 2, y: 2, width: 4, height: 2 }, RED);
  const rows = [0, 1, 2, 3, 4].map((row) => [...planes.y.subarray(row * 64, row * 64 + 7)]);
  expect(rows).toEqual([
    [0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0],
    [0, 0, 76, 76, 76, 76, 0],
    [0, 0, 76, 76, 76, 76, 0],
    [0, 0, 0, 0, 0, 0, 0],
  ]);
  const chroma = [0, 1, 2].map((row) => [...planes.v.subarray(row * 64, row * 64 + 4)]);
  expect(chroma).toEqual([
    [0, 0, 0, 0],
    [0, 255, 255, 0],
    [0, 0, 0, 0],
  ]);
});

test("drawing stops at the edges of the picture", () => {
  const planes = new Planes(7, 5);
  const canvas = new Canvas(planes);
  const all = { x: -9, y: -9, width: 99, height: 99 };
  canvas.fill(all, GREY);
  canvas.shade(all, 0.5);
  drawArrow(planes, 6, 4, { scale: 4, edge: RED, fill: RED });
  for (let at = 0; at < planes.y.length; at++) {
    const inside = at % planes.strideY < 7;
    const tip = at === 4 * planes.strideY + 6;
    expect(planes.y[at]).toBe(tip ? 76 : inside ? 50 : 0);
  }
  for (let at = 0; at < planes.u.length; at++) {
    expect(planes.u[at] !== 0).toBe(at % planes.strideC < 4);
  }
});

test("a glyph is exact in luma, and the mean of four pixels in chroma", () => {
  const planes = new Planes(16, 32);
  const face = new Face("8x16", 1);
  new Canvas(planes).glyph(2, 4, face, face.glyph(0x7c), { ink: RED, paper: GREY });
  // The bar of "|" is two pixels wide, in columns 3 and 4: half of two chroma samples each.
  const line = [...planes.y.subarray(12 * 64, 12 * 64 + 12)];
  expect(line).toEqual([0, 0, 100, 100, 100, 76, 76, 100, 100, 100, 0, 0]);
  expect([...planes.u.subarray(6 * 64, 6 * 64 + 6)]).toEqual([0, 128, 107, 107, 128, 0]);
  expect([...planes.v.subarray(6 * 64, 6 * 64 + 6)]).toEqual([0, 128, 192, 192, 128, 0]);
});

test("a glyph that does not fit is not drawn", () => {
  const planes = new Planes(16, 16);
  const face = new Face("8x16", 1);
  const canvas = new Canvas(planes);
  canvas.glyph(10, 0, face, face.glyph(0x41), { ink: RED, paper: GREY });
  canvas.glyph(0, 2, face, face.glyph(0x41), { ink: RED, paper: GREY });
  expect(planes.y.every((value) => value === 0)).toBe(true);
});

test("the arrow's tip is its position, and only its shape is painted", () => {
  const planes = new Planes(32, 32);
  drawArrow(planes, 5, 3, { scale: 1, edge: GREY, fill: RED });
  const row = (y: number) => [...planes.y.subarray(y * 64, y * 64 + 10)];
  expect(row(2)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(row(3)).toEqual([0, 0, 0, 0, 0, 100, 0, 0, 0, 0]);
  expect(row(5)).toEqual([0, 0, 0, 0, 0, 100, 76, 100, 0, 0]);
  // The tip is one pixel of four, and one quarter of 255 rounds up.
  drawArrow(planes, 21, 3, { scale: 1, edge: RED, fill: RED });
  expect(planes.v[64 + 10]).toBe(64);
});
