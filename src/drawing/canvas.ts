import type { PlanarPicture } from "../ffi/jpeg.ts";
import type { Colour, Style } from "./colour.ts";
import type { Face } from "./font.ts";

/** Pixels; x and y even wherever chroma is to end where luma does. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws straight into 4:2:0 planes; whatever lies outside of them is left out. */
export class Canvas<P extends PlanarPicture = PlanarPicture> {
  readonly planes: P;

  constructor(planes: P) {
    this.planes = planes;
  }

  /** One colour over all of `rect`. */
  fill(rect: Rect, colour: Colour): void {
    const { y, u, v, width, height, strideY, strideC } = this.planes;
    const left = Math.max(0, rect.x);
    const right = Math.min(width, rect.x + rect.width);
    const top = Math.max(0, rect.y);
    const bottom = Math.min(height, rect.y + rect.height);
    if (left >= right || top >= bottom) return;
    for (let row = top; row < bottom; row++) {
      y.fill(colour.y, row * strideY + left, row * strideY + right);
    }
    for (let row = top >> 1; row < (bottom + 1) >> 1; row++) {
      const from = row * strideC + (left >> 1);
      const to = row * strideC + ((right + 1) >> 1);
      u.fill(colour.u, from, to);
      v.fill(colour.v, from, to);
    }
  }

  /** The whole picture from `top` at its first row to `bottom` at its last. */
  gradient(top: Colour, bottom: Colour): void {
    const { width, height } = this.planes;
    for (let row = 0; row < height; row += 2) {
      const part = row / height;
      const mix = (from: number, to: number) => Math.round(from + (to - from) * part);
      const colour = {
        y: mix(top.y, bottom.y),
        u: mix(top.u, bottom.u),
        v: mix(top.v, bottom.v),
      };
      this.fill({ x: 0, y: row, width, height: 2 }, colour);
    }
  }

  /** `rect` in one colour, its corners rounded. @param radius pixels */
  panel(rect: Rect, colour: Colour, radius: number): void {
    for (let row = 0; row < rect.height; row++) {
      const depth = Math.max(0, radius - Math.min(row, rect.height - 1 - row) - 0.5);
      const inset = Math.round(radius - Math.sqrt(Math.max(0, radius * radius - depth * depth)));
      const line = { x: rect.x + inset, y: rect.y + row, width: rect.width - 2 * inset, height: 1 };
      this.fill(line, colour);
    }
  }

  /** Darkens what is there: luma becomes `part` of itself, 0 to 1; colours stay. */
  shade(rect: Rect, part: number): void {
    const { y, width, height, strideY } = this.planes;
    const right = Math.min(width, rect.x + rect.width);
    const bottom = Math.min(height, rect.y + rect.height);
    for (let row = Math.max(0, rect.y); row < bottom; row++) {
      for (let x = Math.max(0, rect.x); x < right; x++) {
        const at = row * strideY + x;
        y[at] = Math.round((y[at] ?? 0) * part);
      }
    }
  }

  /**
   * One character cell with its top left corner at x, y, both even. A cell that does not lie in the
   * picture as a whole is not drawn.
   *
   * Luma is exact: every pixel is ink or paper. A chroma sample is the mean of its four pixels, as
   * a capture card would make it.
   */
  glyph(x: number, y: number, face: Face, glyph: number, style: Style): void {
    const { width, height, strideY, y: luma } = this.planes;
    if (x < 0 || y < 0 || x + face.width > width || y + face.height > height) return;
    const { ink, paper } = style;
    const first = glyph * face.height;
    for (let row = 0; row < face.height; row++) {
      const bits = face.rows[first + row] ?? 0;
      const from = (y + row) * strideY + x;
      for (let column = 0; column < face.width; column++) {
        luma[from + column] = (bits >> (face.width - 1 - column)) & 1 ? ink.y : paper.y;
      }
    }
    this.#glyphChroma(x >> 1, y >> 1, face, first, style);
  }

  #glyphChroma(x: number, y: number, face: Face, first: number, { ink, paper }: Style): void {
    const { u, v, strideC } = this.planes;
    for (let row = 0; row < face.height; row += 2) {
      const above = face.rows[first + row] ?? 0;
      const below = face.rows[first + row + 1] ?? 0;
      const from = (y + (row >> 1)) * strideC + x;
      for (let column = 0; column < face.width; column += 2) {
        const shift = face.width - 2 - column;
        const covered = ones(above >> shift) + ones(below >> shift);
        const at = from + (column >> 1);
        u[at] = (covered * ink.u + (4 - covered) * paper.u + 2) >> 2;
        v[at] = (covered * ink.v + (4 - covered) * paper.v + 2) >> 2;
      }
    }
  }
}

/** How many of the lowest two bits are set. */
function ones(bits: number): number {
  return (bits & 1) + ((bits >> 1) & 1);
}
