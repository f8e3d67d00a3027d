import { Canvas, type Rect } from "../drawing/canvas.ts";
import { colour, type Style } from "../drawing/colour.ts";
import { Face } from "../drawing/font.ts";
import { TextArea } from "../drawing/text.ts";
import type { JpegEncoder } from "../ffi/jpeg.ts";
import { Planes } from "./planes.ts";
import { sentenceOf, type VideoState } from "./signal.ts";

/** A JPEG that says why there is no picture. */
export interface StatePicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** In a picture smaller than this the sentence has no room. */
const SIZE_MIN = { width: 320, height: 200 } as const;
const SIZE_USUAL = { width: 1280, height: 720 } as const;
/** Longer lines are hard to read. */
const COLUMNS_MAX = 48;

/** Lines of text in one face, centred; y in pixels from the top. */
interface Block {
  readonly face: Face;
  readonly y: number;
  readonly lines: readonly string[];
}

/** Where everything is in the picture of a state; all corners are even. */
export interface StateLayout {
  readonly stage: Block;
  readonly sentence: Block;
  /** Between the two. */
  readonly rule: Rect;
}

/**
 * Draws and encodes the picture that stands for a missing one.
 *
 * @param last size of the last picture, in pixels; where there was none or it is too small for
 * text, 1280×720 @param quality 1…100
 */
export function encodeState(
  state: VideoState,
  last: { readonly width: number; readonly height: number },
  makeEncoder: (widthMax: number, heightMax: number) => JpegEncoder,
  quality: number,
): StatePicture {
  const isRoomy = last.width >= SIZE_MIN.width && last.height >= SIZE_MIN.height;
  const { width, height } = isRoomy ? last : SIZE_USUAL;
  const encoder = makeEncoder(width, height);
  try {
    const bytes = new Uint8Array(encoder.encode(drawState(state, width, height), quality));
    return { bytes, width, height };
  } finally {
    encoder.close();
  }
}

/** The stage in large letters, and its sentence under it, on a quiet ground. */
export function drawState(state: VideoState, width: number, height: number): Planes {
  const planes = new Planes(width, height);
  const canvas = new Canvas(planes);
  const paper = colour(0x1a222d);
  const { stage, sentence, rule } = layoutState(state, width, height);
  canvas.fill({ x: 0, y: 0, width, height }, paper);
  canvas.fill(rule, colour(0xc98a2b));
  draw(canvas, stage, { ink: colour(0xf2f4f7), paper });
  draw(canvas, sentence, { ink: colour(0xaeb9c7), paper });
  planes.padLuma();
  return planes;
}

export function layoutState(state: VideoState, width: number, height: number): StateLayout {
  const [large, small] = facesFor(width, height);
  const columns = Math.min(COLUMNS_MAX, Math.floor((0.9 * width) / small.width));
  const stage = [capitalised(state.stage)];
  const sentence = wrap(
    capitalised(sentenceOf(state)),
    columns,
    Math.floor(height / 2 / small.height),
  );
  const gap = small.height;
  const total = large.height + 2 * gap + sentence.length * small.height;
  const top = even((height - total) / 2);
  const under = top + large.height + even(gap / 2);
  const ruleWidth = even(large.width * (stage[0]?.length ?? 0));
  return {
    stage: { face: large, y: top, lines: stage },
    sentence: { face: small, y: top + large.height + 2 * gap, lines: sentence },
    rule: {
      x: even((width - ruleWidth) / 2),
      y: even(under),
      width: ruleWidth,
      height: even(Math.max(2, small.height / 8)),
    },
  };
}

function draw(canvas: Canvas, { face, y, lines }: Block, style: Style): void {
  const { width } = canvas.planes;
  lines.forEach((line, row) => {
    const x = even((width - line.length * face.width) / 2);
    const place = { x, y: y + row * face.height, columns: line.length, rows: 1 };
    new TextArea(canvas, face, place).put(0, 0, line, style);
  });
}

/** For the stage, and for the sentence under it. */
function facesFor(width: number, height: number): readonly [Face, Face] {
  if (height >= 1400 && width >= 2000) return [new Face("12x24", 2), new Face("12x24", 2)];
  if (height >= 700 && width >= 1000) return [new Face("12x24", 2), new Face("12x24", 1)];
  if (height >= 350 && width >= 600) return [new Face("12x24", 1), new Face("8x16", 1)];
  return [new Face("8x16", 1), new Face("6x12", 1)];
}

/** Lines of at most `columns` characters, broken between words where that goes. */
function wrap(text: string, columns: number, linesMax: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > columns && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each) => each.slice(0, columns)).slice(0, linesMax);
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function even(value: number): number {
  return Math.floor(value) & ~1;
}
