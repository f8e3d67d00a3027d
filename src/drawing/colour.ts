/** A colour as a JPEG holds it: full-range BT.601, each part 0 to 255. */
export interface Colour {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** The colour of a 24-bit 0xRRGGBB value, by the equations of JFIF 1.02. */
export function colour(rgb: number): Colour {
  const r = rgb >> 16;
  const g = (rgb >> 8) & 0xff;
  const b = rgb & 0xff;
  return {
    y: Math.round(0.299 * r + 0.587 * g + 0.114 * b),
    u: Math.min(255, Math.round(128 - 0.168736 * r - 0.331264 * g + 0.5 * b)),
    v: Math.min(255, Math.round(128 + 0.5 * r - 0.418688 * g - 0.081312 * b)),
  };
}

/** Ink on paper: how a character cell is drawn. */
export interface Style {
  readonly ink: Colour;
  readonly paper: Colour;
}
