/**
 * JPEG as parts: cutting one into header and entropy-coded data, and putting a large one together
 * from strips. Marker numbers and layouts are those of ITU-T T.81, annex B.
 */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DRI = 0xdd;
const DHT = 0xc4;
const SOF0 = 0xc0;
const SOF1 = 0xc1;
const RST0 = 0xd0;

/** A JPEG's segments up to its scan. Offsets count from the first byte of the file. */
export interface JpegLayout {
  readonly width: number;
  readonly height: number;
  /** Where the height stands, as two bytes, most significant first. */
  readonly heightAt: number;
  /** Where the SOS marker starts. */
  readonly scanAt: number;
  /** Where the entropy-coded data starts. */
  readonly dataAt: number;
  readonly hasHuffmanTables: boolean;
}

/** Reads the segments of a baseline or extended sequential JPEG; undefined if it is not one. */
export function readJpegLayout(bytes: Uint8Array): JpegLayout | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return undefined;
  const word = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  let heightAt = 0;
  let hasHuffmanTables = false;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined) return undefined;
    const next = at + 2 + word(at + 2);
    if (next > bytes.length || word(at + 2) < 2) return undefined;
    if (marker === SOF0 || marker === SOF1) heightAt = at + 5;
    if (marker === DHT) hasHuffmanTables = true;
    if (marker === SOS) {
      if (heightAt === 0) return undefined;
      const [height, width] = [word(heightAt), word(heightAt + 2)];
      if (width === 0 || height === 0) return undefined;
      return { width, height, heightAt, scanAt: at, dataAt: next, hasHuffmanTables };
    }
    at = next;
  }
  return undefined;
}

/**
 * The entropy-coded data of a JPEG that libjpeg-turbo has just made: from the scan to before EOI.
 */
export function entropyCodedData(jpeg: Uint8Array, layout: JpegLayout): Uint8Array {
  return jpeg.subarray(layout.dataAt, jpeg.length - 2);
}

/**
 * The header of a picture of `height` lines whose strips are encoded as `strip` was: the strip's
 * own, with the full height and, before the scan, a restart interval of one row of MCUs.
 */
export function pictureHeader(
  strip: Uint8Array,
  layout: JpegLayout,
  height: number,
): Uint8Array<ArrayBuffer> {
  const mcusPerRow = Math.ceil(layout.width / 16);
  const restart = Uint8Array.of(0xff, DRI, 0, 4, mcusPerRow >> 8, mcusPerRow & 0xff);
  const header = new Uint8Array(layout.dataAt + restart.length);
  header.set(strip.subarray(0, layout.scanAt));
  header.set(restart, layout.scanAt);
  header.set(strip.subarray(layout.scanAt, layout.dataAt), layout.scanAt + restart.length);
  header[layout.heightAt] = height >> 8;
  header[layout.heightAt + 1] = height & 0xff;
  return header;
}

/** Bytes of a JPEG of a header and strips. */
export function jpegLength(header: Uint8Array, strips: readonly Uint8Array[]): number {
  return header.length + joinedLength(strips) + 2;
}

/**
 * Writes one JPEG into `target`, from `at` on: a header, the strips in order, `RSTn` between them,
 * and the end.
 */
export function writeJpeg(
  header: Uint8Array,
  strips: readonly Uint8Array[],
  target: Uint8Array,
  at: number,
): void {
  target.set(header, at);
  const end = writeStrips(strips, target, at + header.length);
  target[end] = 0xff;
  target[end + 1] = EOI;
}

/** The pieces of the JPEG that `writeJpeg` writes, in their order. */
export function jpegParts(
  header: Uint8Array<ArrayBuffer>,
  strips: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer>[] {
  const joined = strips.flatMap((strip, index) => {
    return index === 0 ? [strip] : [Uint8Array.of(0xff, RST0 + ((index - 1) % 8)), strip];
  });
  return [header, ...joined, Uint8Array.of(0xff, EOI)];
}

/** The entropy-coded data of strips under each other: `RSTn` between them, from RST0 on. */
export function joinStrips(strips: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(joinedLength(strips));
  writeStrips(strips, joined, 0);
  return joined;
}

function joinedLength(strips: readonly Uint8Array[]): number {
  const markers = 2 * Math.max(0, strips.length - 1);
  return strips.reduce((sum, strip) => sum + strip.length, markers);
}

/** @returns where they end */
function writeStrips(strips: readonly Uint8Array[], target: Uint8Array, start: number): number {
  let at = start;
  for (const [index, strip] of strips.entries()) {
    if (index > 0) {
      target[at] = 0xff;
      target[at + 1] = RST0 + ((index - 1) % 8);
      at += 2;
    }
    target.set(strip, at);
    at += strip.length;
  }
  return at;
}
