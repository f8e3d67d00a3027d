/**
 * A picture as three planes of bytes, 4:2:0: luma at full size, both chroma planes at half of each
 * side, rounded up. It is the one form in which frames travel between a source and the strip
 * encoder.
 *
 * The planes lie one after the other in one allocation, so that two pictures are compared in one
 * go. Strides are multiples of 64, so that every row starts where SIMD code reads fastest.
 */
export class Planes {
  readonly width: number;
  readonly height: number;
  readonly chromaWidth: number;
  readonly chromaHeight: number;
  readonly strideY: number;
  readonly strideC: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  /** All three planes, with what lies between their rows. */
  readonly bytes: Uint8Array;

  /** @param width pixels @param height pixels; any positive integers, odd ones too */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.chromaWidth = (width + 1) >> 1;
    this.chromaHeight = (height + 1) >> 1;
    this.strideY = align64(width);
    this.strideC = align64(this.chromaWidth);
    const sizeY = this.strideY * height;
    const startC = this.strideY * 2 * this.chromaHeight;
    const sizeC = this.strideC * this.chromaHeight;
    const memory = new ArrayBuffer(startC + 2 * sizeC);
    this.bytes = new Uint8Array(memory);
    this.y = new Uint8Array(memory, 0, sizeY);
    this.u = new Uint8Array(memory, startC, sizeC);
    this.v = new Uint8Array(memory, startC + sizeC, sizeC);
  }

  /**
   * Repeats the last column and row of luma where the size is odd. libjpeg-turbo encodes as much
   * luma as there is chroma (turbojpeg.h, tjPlaneWidth and tjPlaneHeight), and what it finds there
   * shows in the pixels beside it.
   */
  padLuma(): void {
    const { width, height, strideY, y, bytes } = this;
    if (width % 2 === 1) {
      for (let row = 0; row < height; row++) {
        y[row * strideY + width] = y[row * strideY + width - 1] ?? 0;
      }
    }
    const end = height * strideY;
    if (height % 2 === 1) bytes.copyWithin(end, end - strideY, end);
  }
}

function align64(bytes: number): number {
  return (bytes + 63) & ~63;
}
