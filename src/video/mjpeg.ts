import { readJpegLayout } from "./jpeg.ts";

/** A dongle's frame of fewer bytes is never a picture: headers alone take more. */
const JPEG_BYTES_MIN = 125;
const EOI_BYTES = 2;

/**
 * Checks a JPEG as a capture dongle sends it, and makes it whole.
 *
 * Dongles pad frames, cut them off when the bus is short of time, and may leave out the Huffman
 * tables, as "Motion JPEG" allows; browsers want all of it.
 *
 * @returns a complete JPEG with its size, or undefined for a frame that has to be dropped
 */
export function checkMjpeg(
  frame: Uint8Array<ArrayBuffer>,
): { bytes: Uint8Array<ArrayBuffer>; width: number; height: number } | undefined {
  const end = pictureEnd(frame);
  if (end < JPEG_BYTES_MIN) return undefined;
  const jpeg = frame.subarray(0, end);
  const layout = readJpegLayout(jpeg);
  // A frame that was cut off in its header may still end like a whole one.
  if (layout === undefined || layout.dataAt >= end - EOI_BYTES) return undefined;
  const { width, height } = layout;
  if (layout.hasHuffmanTables) return { bytes: jpeg, width, height };
  const tables = STANDARD_HUFFMAN_TABLES;
  const bytes = new Uint8Array(jpeg.length + tables.length);
  bytes.set(jpeg.subarray(0, layout.scanAt));
  bytes.set(tables, layout.scanAt);
  bytes.set(jpeg.subarray(layout.scanAt), layout.scanAt + tables.length);
  return { bytes, width, height };
}

/** The length up to and with the EOI marker, padding of zeros left off; 0 if there is no EOI. */
function pictureEnd(frame: Uint8Array): number {
  let end = frame.length;
  while (end > 0 && frame[end - 1] === 0) end--;
  return frame[end - 2] === 0xff && frame[end - 1] === 0xd9 ? end : 0;
}

/** A DHT segment's table: class and number, codes of each length 1…16, then the values. */
function table(id: number, counts: readonly number[], values: readonly number[]): number[] {
  return [id, ...counts, ...values];
}

/** All AC symbols: run 0…15 times size 1…10, with the two that have no size. */
const DC_VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** The typical tables of ITU-T T.81, K.3.3: figures K.3 to K.6, as one DHT segment. */
const STANDARD_HUFFMAN_TABLES = dhtSegment([
  table(0x00, [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], DC_VALUES),
  table(0x01, [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], DC_VALUES),
  table(
    0x10,
    [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    hex(
      "0102030004110512213141061351610722711432 8191a1082342b1c11552d1f02433627282090a161718191a",
      "25262728292a3435363738393a434445464748494a535455565758595a636465666768696a73747576777879",
      "7a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9",
      "cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
    ),
  ),
  table(
    0x11,
    [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    hex(
      "0001020311040521310612415107617113223281 08144291a1b1c109233352f0156272d10a162434e125f117",
      "18191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778",
      "797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7",
      "c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
    ),
  ),
]);

function hex(...lines: readonly string[]): number[] {
  return [...Buffer.from(lines.join("").replaceAll(" ", ""), "hex")];
}

function dhtSegment(tables: readonly number[][]): Uint8Array {
  const body = tables.flat();
  return Uint8Array.of(0xff, 0xc4, (body.length + 2) >> 8, (body.length + 2) & 0xff, ...body);
}
