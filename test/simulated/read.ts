import type { Face } from "../../src/drawing/font.ts";
import { GLYPHS } from "../../src/drawing/spleen.ts";
import { layoutOf, strokesOf } from "../../src/hid/layout.ts";
import type { SimulatedHost } from "../../src/simulated/host.ts";
import type { Place } from "../../src/simulated/layout.ts";
import { Planes } from "../../src/video/planes.ts";

export const NOON = { wallMs: Date.UTC(2026, 10, 21, 12, 0, 0), frame: 7 };
export const NOTHING = new Uint8Array(8);

/** Types as a keyboard does: each character's key down, then all keys up. */
export function type(host: SimulatedHost, text: string): void {
  for (const { usage, modifiers } of strokesOf(text, layoutOf("us")).strokes) {
    host.report("keyboard", Uint8Array.of(modifiers, 0, usage, 0, 0, 0, 0, 0));
    host.report("keyboard", NOTHING);
  }
}

/** One report of a key and its release. */
export function press(host: SimulatedHost, modifiers: number, usage: number): void {
  host.report("keyboard", Uint8Array.of(modifiers, 0, usage, 0, 0, 0, 0, 0));
  host.report("keyboard", NOTHING);
}

export function picture(host: SimulatedHost, width: number, height: number, clock = NOON): Planes {
  const planes = new Planes(width, height);
  host.draw(planes, clock);
  return planes;
}

/**
 * Reads a grid of characters back from luma: a cell is a glyph only if it has two values and every
 * one of its pixels agrees. An evenly filled cell is a space, anything else U+FFFD.
 */
export function readText(planes: Planes, place: Place, face: Face): string[] {
  const glyphs = new Map<string, string>();
  for (const character of GLYPHS) {
    const first = face.glyph(character.charCodeAt(0)) * face.height;
    glyphs.set([...face.rows.subarray(first, first + face.height)].join(), character);
  }
  return Array.from({ length: place.rows }, (_, row) =>
    Array.from({ length: place.columns }, (_, column) => {
      const x = place.x + column * face.width;
      const y = place.y + row * face.height;
      return readCell(planes, x, y, face, glyphs);
    })
      .join("")
      .trimEnd(),
  );
}

function readCell(
  planes: Planes,
  x: number,
  y: number,
  face: Face,
  glyphs: ReadonlyMap<string, string>,
): string {
  const luma = Array.from({ length: face.height }, (_, row) =>
    planes.y.subarray((y + row) * planes.strideY + x, (y + row) * planes.strideY + x + face.width),
  );
  const values = new Set(luma.flatMap((line) => [...line]));
  if (values.size === 1) return " ";
  if (values.size !== 2) return "\ufffd";
  // Either value may be the ink: the cursor's cell is light.
  for (const ink of values) {
    const rows = luma.map((line) =>
      line.reduce((bits, value) => (bits << 1) | (value === ink ? 1 : 0), 0),
    );
    const character = glyphs.get(rows.join());
    if (character !== undefined) return character;
  }
  return "\ufffd";
}

/** The same sequence of numbers from 0 up to 1 for the same seed (xorshift32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
