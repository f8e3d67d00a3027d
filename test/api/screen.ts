/** What a snapshot of the simulated host shows, read back from its pixels. */

import type { Face } from "../../src/drawing/font.ts";
import { GLYPHS } from "../../src/drawing/spleen.ts";
import { layoutScreen, type Place } from "../../src/simulated/layout.ts";
import { createPalette } from "../../src/simulated/palette.ts";
import { decodeJpeg, type Picture } from "../lab/guest/picture.ts";

/** Less contrast than this in a cell is a blank. */
const CONTRAST_MIN = 64;
/** Below this line nothing shows the time: the bar and the block that its edge falls into. */
const CLOCK_LINES = 32;

/** All pixels but those of the clock and the frame counter. */
export async function stillPixels(jpeg: Uint8Array): Promise<Uint8Array> {
  const { width, rgb } = await decodeJpeg(jpeg);
  return rgb.subarray(CLOCK_LINES * width * 3);
}

/** The lines of the console, without blanks at their ends. */
export async function consoleLines(jpeg: Uint8Array): Promise<string[]> {
  const picture = await decodeJpeg(jpeg);
  const { consoleText, face } = layoutScreen(picture.width, picture.height, createPalette());
  return readText(picture, consoleText, face);
}

function readText(picture: Picture, place: Place, face: Face): string[] {
  return Array.from({ length: place.rows }, (_, row) =>
    Array.from({ length: place.columns }, (_, column) => {
      return readCell(picture, place.x + column * face.width, place.y + row * face.height, face);
    })
      .join("")
      .trimEnd(),
  );
}

/** The glyph that differs in the fewest pixels, be it light on dark or dark on light. */
function readCell({ width, rgb }: Picture, x: number, y: number, face: Face): string {
  const green = Array.from({ length: face.height }, (_, row) =>
    Array.from({ length: face.width }, (_, at) => rgb[((y + row) * width + x + at) * 3 + 1] ?? 0),
  );
  const [darkest, lightest] = [Math.min(...green.flat()), Math.max(...green.flat())];
  if (lightest - darkest < CONTRAST_MIN) return " ";
  const middle = (darkest + lightest) / 2;
  const rows = green.map((line) => line.reduce((bits, g) => (bits << 1) | (g > middle ? 1 : 0), 0));
  let best = { character: "\ufffd", differing: face.height * face.width };
  for (const character of GLYPHS) {
    const first = face.glyph(character.charCodeAt(0)) * face.height;
    const differing = rows.reduce(
      (sum, bits, row) => sum + ones(bits ^ (face.rows[first + row] ?? 0)),
      0,
    );
    const least = Math.min(differing, face.height * face.width - differing);
    if (least < best.differing) best = { character, differing: least };
  }
  return best.character;
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
