/** How rows of a picture lie in memory, in words and as native/changes.c takes them. */

/** Rows of bytes under each other: a packed picture, or one plane of another. */
export interface RowPlane {
  /** From the start of the frame to the first row, bytes. */
  readonly start: number;
  /** From one row to the next, bytes. */
  readonly stride: number;
  /** Bytes of a row that show; what lies behind them is padding. */
  readonly length: number;
  readonly count: number;
  /** Rows for each row of the picture: 1, or 1/2 of chroma at half its height. */
  readonly perRow: number;
}

/** The least that a whole frame takes: drivers may count the padding of the last row, or not. */
export function bytesOf(planes: readonly RowPlane[]): number {
  const ends = planes.map(({ start, stride, length, count }) => {
    return start + stride * (count - 1) + length;
  });
  return Math.max(...ends);
}

/** The array of `struct rows` for native/changes.c. */
export class RowTable {
  readonly words: Uint32Array;
  readonly count: number;
  /** Bytes of a frame whose rows these are. */
  readonly bytes: number;

  /** @param stripLines rows of the picture in a strip, an even number */
  constructor(planes: readonly RowPlane[], stripLines: number) {
    this.count = planes.length;
    this.bytes = bytesOf(planes);
    this.words = Uint32Array.from(
      planes.flatMap(({ start, stride, length, count, perRow }) => {
        return [start, stride, length, count, stripLines * perRow];
      }),
    );
  }
}
