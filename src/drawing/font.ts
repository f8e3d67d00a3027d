import { GLYPHS, SPLEEN } from "./spleen.ts";

export type FaceName = keyof typeof SPLEEN;

/** One size of the font, ready to be drawn: every pixel row of every glyph as one number. */
export class Face {
  /** Pixels of one character cell, scaling included; both are even. */
  readonly width: number;
  readonly height: number;
  /** Row `r` of glyph `g` at `g * height + r`; bit `width - 1 - x` is the pixel in column `x`. */
  readonly rows: Uint32Array;
  readonly #glyphs = new Map<number, number>();

  /** @param scale whole pixels a side that each pixel of the font becomes, 1 or 2 */
  constructor(name: FaceName, scale: number) {
    const [width = 0, height = 0] = name.split("x").map(Number);
    this.width = width * scale;
    this.height = height * scale;
    for (const glyph of GLYPHS) this.#glyphs.set(glyph.charCodeAt(0), this.#glyphs.size);
    const rowBytes = (width + 7) >> 3;
    const bits = Uint8Array.fromBase64(SPLEEN[name]);
    this.rows = new Uint32Array(this.#glyphs.size * this.height);
    for (let row = 0; row < this.rows.length; row++) {
      const from = Math.floor(row / scale) * rowBytes;
      let value = 0;
      for (let x = 0; x < this.width; x++) {
        const pixel = Math.floor(x / scale);
        const byte = bits[from + (pixel >> 3)] ?? 0;
        value = (value << 1) | ((byte >> (7 - (pixel & 7))) & 1);
      }
      this.rows[row] = value;
    }
  }

  /** The number of the glyph for a UTF-16 unit; what the font lacks shows as a question mark. */
  glyph(code: number): number {
    return this.#glyphs.get(code) ?? this.#glyphs.get(0x3f) ?? 0;
  }
}
