import { expect, test } from "bun:test";
import { type Layout, layoutScreen, type Place } from "../../src/simulated/layout.ts";
import { createPalette } from "../../src/simulated/palette.ts";
import { random } from "./read.ts";

function expectInside(layout: Layout, place: Place, box: Layout["bar"]): void {
  if (place.columns <= 0 || place.rows <= 0) return;
  expect(place.x).toBeGreaterThanOrEqual(box.x);
  expect(place.y).toBeGreaterThanOrEqual(box.y);
  const { width, height } = layout.face;
  expect(place.x + place.columns * width).toBeLessThanOrEqual(box.x + box.width);
  expect(place.y + place.rows * height).toBeLessThanOrEqual(box.y + box.height);
}

function sizes(): [number, number][] {
  const next = random(7);
  const random1000 = Array.from({ length: 1000 }, (): [number, number] => [
    160 + Math.floor(next() * 3937),
    120 + Math.floor(next() * 2041),
  ]);
  return [[160, 120], [4096, 2160], ...random1000];
}

test("from 160x120 to 4096x2160 all parts are there, apart from each other and inside", () => {
  for (const [width, height] of sizes()) {
    const layout = layoutScreen(width, height, createPalette());
    const { bar, window, status, consoleText } = layout;
    expect(window.y).toBeGreaterThanOrEqual(bar.y + bar.height);
    expect(status.y).toBeGreaterThanOrEqual(window.y + window.height);
    expect(status.y + status.height).toBe(height);
    expect(window.x + window.width).toBeLessThanOrEqual(width);
    expectInside(layout, layout.barText, bar);
    expectInside(layout, layout.titleText, { ...window, height: layout.titleHeight });
    expectInside(layout, consoleText, window);
    for (const place of [layout.keysText, ...layout.fieldTexts]) {
      expectInside(layout, place, status);
      expect([place.x % 2, place.y % 2]).toEqual([0, 0]);
    }
    expect([consoleText.x % 2, consoleText.y % 2]).toEqual([0, 0]);
    expect(consoleText.columns).toBeGreaterThanOrEqual(20);
    expect(consoleText.rows).toBeGreaterThanOrEqual(3);
    expect(layout.keysText.rows).toBe(1);
  }
});

test("fields of one line do not touch, and the first ones are always there", () => {
  for (const [width, height] of sizes()) {
    const { fields, fieldTexts } = layoutScreen(width, height, createPalette());
    expect(fields.map(({ field }) => field.label).slice(0, 2)).toContain("pointer");
    for (const { field, line, column } of fields) {
      expect(column + field.columns).toBeLessThanOrEqual(fieldTexts[line]?.columns ?? 0);
      const next = fields.find((other) => other.line === line && other.column > column);
      if (next !== undefined) expect(next.column).toBeGreaterThan(column + field.columns);
    }
  }
});

test("a large screen shows every field", () => {
  const { fields, roomy } = layoutScreen(1280, 720, createPalette());
  expect(roomy).toBe(true);
  expect(fields.map(({ field }) => field.label)).toEqual([
    "pointer",
    "buttons",
    "wheel",
    "left modifiers",
    "right modifiers",
    "LEDs",
  ]);
});
