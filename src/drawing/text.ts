import type { Canvas } from "./canvas.ts";
import type { Style } from "./colour.ts";
import type { Face } from "./font.ts";

/** A grid of character cells that draws only those that changed. */
export class TextArea {
  /** Pixels of the top left corner; both even. */
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
  readonly face: Face;
  readonly #canvas: Canvas;
  readonly #codes: Uint16Array;
  readonly #styles: (Style | undefined)[] = [];

  /** Draws nothing yet: a cell is as it was until text is put there. */
  constructor(
    canvas: Canvas,
    face: Face,
    place: { x: number; y: number; columns: number; rows: number },
  ) {
    this.#canvas = canvas;
    this.face = face;
    this.x = place.x;
    this.y = place.y;
    this.columns = Math.max(0, place.columns);
    this.rows = Math.max(0, place.rows);
    this.#codes = new Uint16Array(this.columns * this.rows);
  }

  /**
   * Shows `text` from a cell on, one UTF-16 unit a cell; what lies outside of the grid is cut off.
   * @returns the column after the text
   */
  put(row: number, column: number, text: string, style: Style): number {
    const end = column + text.length;
    if (row < 0 || row >= this.rows) return end;
    for (let at = Math.max(0, column); at < Math.min(end, this.columns); at++) {
      const code = text.charCodeAt(at - column);
      const cell = row * this.columns + at;
      if (this.#codes[cell] === code && this.#styles[cell] === style) continue;
      this.#codes[cell] = code;
      this.#styles[cell] = style;
      const { width, height } = this.face;
      const glyph = this.face.glyph(code);
      this.#canvas.glyph(this.x + at * width, this.y + row * height, this.face, glyph, style);
    }
    return end;
  }
}
