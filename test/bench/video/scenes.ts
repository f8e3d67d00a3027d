/** Scenes of a 1920×1080 desktop as raw YUYV frames in files, as an HDMI dongle sends them. */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Canvas, type Rect } from "../../../src/drawing/canvas.ts";
import { colour, type Style } from "../../../src/drawing/colour.ts";
import { Face } from "../../../src/drawing/font.ts";
import { Planes } from "../../../src/video/planes.ts";
import { createRandom } from "../../hid/random.ts";

export const WIDTH = 1920;
export const HEIGHT = 1080;
const ROW_BYTES = 2 * WIDTH;
const FRAME_BYTES = ROW_BYTES * HEIGHT;

/** Frames of a scene before it begins anew: a second of them, or of the long ones two. */
const LOOP_FRAMES = 30;

export interface Scene {
  readonly name: string;
  readonly path: string;
  readonly frames: number;
  /** Bytes from where one frame starts to where the next does; they may overlap. */
  readonly frameStep: number;
}

/** Writes all scenes into `folder`. `text` is what stands in their windows, and is long. */
export function makeScenes(folder: string, text: string): Scene[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const scene = (name: string, frames: number, frameStep: number, draw: () => Iterable<Planes>) => {
    const path = join(folder, `${name}.yuyv`);
    const file = openSync(path, "w");
    for (const planes of draw()) writeSync(file, packed(planes));
    closeSync(file);
    return { name, path, frames, frameStep };
  };
  return [
    scene("static", 1, FRAME_BYTES, () => [desktop(lines).planes]),
    scene("typing", LOOP_FRAMES, FRAME_BYTES, () => typing(lines)),
    scene("scroll", LOOP_FRAMES, FACE.height * ROW_BYTES, () => [page(lines)]),
    scene("drag", LOOP_FRAMES, FRAME_BYTES, () => dragging(lines)),
    scene("noise", LOOP_FRAMES, NOISE_STEP_LINES * ROW_BYTES, () => [noise()]),
  ];
}

const FACE = new Face("8x16", 1);
const TERMINAL: Rect = { x: 80, y: 96, width: 1000, height: 720 };
const EDITOR: Rect = { x: 1140, y: 160, width: 700, height: 820 };
const TITLE_HEIGHT = 32;

const PALETTE = {
  terminal: { ink: colour(0xd8dee9), paper: colour(0x0c1117) },
  editor: { ink: colour(0x24292f), paper: colour(0xffffff) },
  keyword: { ink: colour(0xcf222e), paper: colour(0xffffff) },
  title: { ink: colour(0xd8dee9), paper: colour(0x2a3648) },
  bar: { ink: colour(0xd8dee9), paper: colour(0x10161f) },
};

function write(canvas: Canvas, x: number, y: number, text: string, style: Style): void {
  [...text].forEach((character, column) => {
    const glyph = FACE.glyph(character.charCodeAt(0));
    canvas.glyph(x + column * FACE.width, y, FACE, glyph, style);
  });
}

/** A window full of text; words of the language stand out where `keyword` is given. */
function drawWindow(
  canvas: Canvas,
  place: Rect,
  lines: readonly string[],
  style: Style,
  keyword: Style,
): void {
  canvas.shade({ ...place, x: place.x + 12, y: place.y + 12 }, 0.6);
  canvas.fill(place, style.paper);
  canvas.fill({ ...place, height: TITLE_HEIGHT }, PALETTE.title.paper);
  write(canvas, place.x + 12, place.y + 8, "user@host: ~/project", PALETTE.title);
  const columns = Math.floor((place.width - 16) / FACE.width);
  const rows = Math.floor((place.height - TITLE_HEIGHT - 16) / FACE.height);
  for (let row = 0; row < rows; row++) {
    const line = (lines[row] ?? "").slice(0, columns);
    const y = place.y + TITLE_HEIGHT + 8 + row * FACE.height;
    write(canvas, place.x + 8, y, line, style);
    for (const { index, 0: word } of line.matchAll(/\b(?:const|return|if|for|export|import)\b/g)) {
      write(canvas, place.x + 8 + index * FACE.width, y, word, keyword);
    }
  }
}

function desktop(lines: readonly string[], editor: Rect = EDITOR): Canvas<Planes> {
  const canvas = new Canvas(new Planes(WIDTH, HEIGHT));
  canvas.gradient(colour(0x3d5a80), colour(0x1b2a41));
  canvas.fill({ x: 0, y: 0, width: WIDTH, height: 32 }, PALETTE.bar.paper);
  write(canvas, 16, 8, "Activities   Terminal   Editor", PALETTE.bar);
  for (let icon = 0; icon < 8; icon++) {
    const place = { x: 16, y: 64 + icon * 80, width: 48, height: 48 };
    canvas.panel(place, colour(0x203040 + icon * 0x1a1c11), 12);
  }
  // The last rows of the terminal are left to be typed into.
  drawWindow(canvas, TERMINAL, lines.slice(0, 40), PALETTE.terminal, PALETTE.terminal);
  drawWindow(canvas, editor, lines.slice(60), PALETTE.editor, PALETTE.keyword);
  return canvas;
}

/** Each frame has one character more than the one before; then the line is empty again. */
function* typing(lines: readonly string[]): Generator<Planes> {
  const canvas = desktop(lines);
  const typed = "$ make test && git commit -m 'video: encode what changed'";
  const y = TERMINAL.y + TITLE_HEIGHT + 8 + 41 * FACE.height;
  for (let frame = 0; frame < LOOP_FRAMES; frame++) {
    const x = TERMINAL.x + 8 + frame * FACE.width;
    write(canvas, x, y, typed[frame] ?? "", PALETTE.terminal);
    yield canvas.planes;
  }
}

/** A terminal over the whole screen: a page higher than that, of which frames start at a line. */
function page(lines: readonly string[]): Planes {
  const height = HEIGHT + LOOP_FRAMES * FACE.height;
  const canvas = new Canvas(new Planes(WIDTH, height));
  canvas.fill({ x: 0, y: 0, width: WIDTH, height }, PALETTE.terminal.paper);
  for (let row = 0; row * FACE.height < height; row++) {
    const columns = WIDTH / FACE.width;
    const line = `${lines[row] ?? ""}  ${lines[row + 150] ?? ""}`;
    write(canvas, 0, row * FACE.height, line.slice(0, columns), PALETTE.terminal);
  }
  return canvas.planes;
}

/** A window goes round in an ellipse, which has no jump in it. */
function* dragging(lines: readonly string[]): Generator<Planes> {
  for (let frame = 0; frame < LOOP_FRAMES; frame++) {
    const angle = (2 * Math.PI * frame) / LOOP_FRAMES;
    // Chroma has a sample for two pixels, so the window moves by whole samples.
    const x = 2 * Math.round((700 + 150 * Math.cos(angle)) / 2);
    const y = 2 * Math.round((130 + 60 * Math.sin(angle)) / 2);
    yield desktop(lines, { ...EDITOR, x, y }).planes;
  }
}

/** No strip of one frame is a strip of the next: they lie further apart than a strip is high. */
const NOISE_STEP_LINES = 18;

function noise(): Planes {
  const planes = new Planes(WIDTH, HEIGHT + LOOP_FRAMES * NOISE_STEP_LINES);
  const random = createRandom(1);
  planes.bytes.forEach((_, at) => {
    planes.bytes[at] = random(256);
  });
  return planes;
}

/** Planes as YUYV in limited range, as HDMI has it; each row of chroma serves two of luma. */
function packed({ width, height, y, u, v, strideY, strideC }: Planes): Uint8Array {
  const luma = Uint8Array.from({ length: 256 }, (_, value) => Math.round(16 + (value * 219) / 255));
  const chroma = Uint8Array.from({ length: 256 }, (_, value) => {
    return Math.round(128 + ((value - 128) * 224) / 255);
  });
  const bytes = new Uint8Array(2 * width * height);
  for (let row = 0, at = 0; row < height; row++) {
    const [fromY, fromC] = [row * strideY, (row >> 1) * strideC];
    for (let pair = 0; pair < width / 2; pair++) {
      bytes[at++] = luma[y[fromY + 2 * pair] ?? 0] ?? 0;
      bytes[at++] = chroma[u[fromC + pair] ?? 0] ?? 0;
      bytes[at++] = luma[y[fromY + 2 * pair + 1] ?? 0] ?? 0;
      bytes[at++] = chroma[v[fromC + pair] ?? 0] ?? 0;
    }
  }
  return bytes;
}
