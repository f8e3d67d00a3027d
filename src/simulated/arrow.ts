import type { Colour } from "../drawing/colour.ts";
import type { Planes } from "../video/planes.ts";

/** The pointer at its smallest; its hot spot is the top left pixel. `#` is edge, `.` is fill. */
const ARROW = [
  "#",
  "##",
  "#.#",
  "#..#",
  "#...#",
  "#....#",
  "#.....#",
  "#......#",
  "#.......#",
  "#........#",
  "#.....####",
  "#..#..#",
  "#.# #..#",
  "##  #..#",
  "#    #..#",
  "     #..#",
  "      ##",
];
const ARROW_COLUMNS = 10;

/** The four pixels of a chroma sample. */
const QUAD = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/** How the pointer looks. */
export interface Arrow {
  /** Pixels a side of each of the arrow's own. */
  readonly scale: number;
  readonly edge: Colour;
  readonly fill: Colour;
}

/** Draws the arrow with its tip at pixel x, y, cut off at the picture's edges. */
export function drawArrow(planes: Planes, x: number, y: number, arrow: Arrow): void {
  const right = Math.min(planes.width, x + ARROW_COLUMNS * arrow.scale);
  const bottom = Math.min(planes.height, y + ARROW.length * arrow.scale);
  const colourAt = (column: number, row: number): Colour | undefined => {
    const line = ARROW[Math.floor((row - y) / arrow.scale)];
    const mark = line?.[Math.floor((column - x) / arrow.scale)];
    return mark === "#" ? arrow.edge : mark === "." ? arrow.fill : undefined;
  };
  for (let row = y; row < bottom; row++) {
    for (let column = x; column < right; column++) {
      const colour = colourAt(column, row);
      if (colour !== undefined) planes.y[row * planes.strideY + column] = colour.y;
    }
  }
  for (let row = y >> 1; row < (bottom + 1) >> 1; row++) {
    for (let column = x >> 1; column < (right + 1) >> 1; column++) {
      const at = row * planes.strideC + column;
      let u = 0;
      let v = 0;
      for (const [dx, dy] of QUAD) {
        const colour = colourAt(2 * column + dx, 2 * row + dy);
        u += colour?.u ?? planes.u[at] ?? 0;
        v += colour?.v ?? planes.v[at] ?? 0;
      }
      planes.u[at] = (u + 2) >> 2;
      planes.v[at] = (v + 2) >> 2;
    }
  }
}
