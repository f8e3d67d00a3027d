import type { Rect } from "../drawing/canvas.ts";
import { Face } from "../drawing/font.ts";
import type { Palette } from "./palette.ts";
import { flow, type Placed, statusFields } from "./status.ts";

/** A console window wider than this is hard to read, and leaves no desktop to see. */
const CONSOLE_COLUMNS_MAX = 104;

/** Where a grid of characters goes: its top left corner in even pixels, its size in characters. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

/** Where everything is on a screen of one size, in pixels; every corner is even. */
export interface Layout {
  readonly face: Face;
  /** The unit of distances. */
  readonly pad: number;
  /** Whether there is room for labels, wide lamps, and a desktop around the window. */
  readonly roomy: boolean;
  readonly bar: Rect;
  readonly barText: Place;
  readonly window: Rect;
  readonly titleHeight: number;
  readonly titleText: Place;
  readonly consoleText: Place;
  /** The strip at the bottom; without height where there is no room for it. */
  readonly status: Rect;
  readonly keysText: Place;
  /** A grid for each line of fields: a row of labels if roomy, and a row of values. */
  readonly fieldTexts: readonly Place[];
  readonly fields: readonly Placed[];
}

/** Lays out a screen. @param width pixels, 1 or more @param height pixels, 1 or more */
export function layoutScreen(width: number, height: number, palette: Palette): Layout {
  const face = faceFor(width, height);
  const pad = even(face.height >> 2);
  const roomy = face.height >= 16;
  const bar = { x: 0, y: 0, width, height: face.height + 2 * pad };
  const columns = Math.floor((width - 4 * pad) / face.width);
  const line = (y: number, rows: number): Place => ({ x: 2 * pad, y, columns, rows });

  const fieldRows = roomy ? 2 : 1;
  const fieldHeight = pad + fieldRows * face.height;
  const keysHeight = (roomy ? 3 : 2) * pad + face.height;
  const room = height / 3 - keysHeight;
  const fields = flow(statusFields(palette, roomy), columns, Math.floor(room / fieldHeight));
  const lines = fields.reduce((most, field) => Math.max(most, field.line + 1), 0);
  const strip = room < 0 ? 0 : keysHeight + lines * fieldHeight;
  const top = even(height - strip);
  const firstField = top + keysHeight;

  const window = windowRect(width, bar.height, top, face, pad, roomy);
  const titleHeight = face.height + (roomy ? 2 * pad : 0);
  const inner = Math.floor((window.width - 4 * pad) / face.width);
  const left = window.x + 2 * pad;
  return {
    face,
    pad,
    roomy,
    bar,
    barText: line(pad, 1),
    window,
    titleHeight,
    titleText: { x: left, y: window.y + (roomy ? pad : 0), columns: inner, rows: 1 },
    consoleText: {
      x: left,
      y: window.y + titleHeight + pad,
      columns: inner,
      rows: Math.floor((window.height - titleHeight - 2 * pad) / face.height),
    },
    status: { x: 0, y: top, width, height: strip === 0 ? 0 : height - top },
    keysText: line(top + pad, strip === 0 ? 0 : 1),
    fieldTexts: Array.from({ length: lines }, (_, index) =>
      line(firstField + index * fieldHeight, fieldRows),
    ),
    fields,
  };
}

/** The console window, in the middle between the bar and the strip. */
function windowRect(
  width: number,
  top: number,
  bottom: number,
  face: Face,
  pad: number,
  roomy: boolean,
): Rect {
  const margin = roomy ? 4 * pad : pad;
  const widest = CONSOLE_COLUMNS_MAX * face.width + 4 * pad;
  const taken = Math.max(0, Math.min(even(width - 2 * margin), widest));
  return {
    x: even((width - taken) >> 1),
    y: top + margin,
    width: taken,
    height: Math.max(0, bottom - top - 2 * margin),
  };
}

/** The largest face that leaves enough rows and columns to be of use. */
function faceFor(width: number, height: number): Face {
  if (height >= 2000 && width >= 2400) return new Face("12x24", 2);
  if (height >= 1000 && width >= 1200) return new Face("12x24", 1);
  if (height >= 360 && width >= 480) return new Face("8x16", 1);
  return new Face("6x12", 1);
}

function even(value: number): number {
  return value & ~1;
}
