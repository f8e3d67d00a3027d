import { expect, test } from "bun:test";
import { entropyCodedData, pictureHeader, readJpegLayout } from "../../src/video/jpeg.ts";
import { stripsJpeg } from "../../src/video/picture.ts";
import { createRandom } from "../hid/random.ts";

/** A JPEG of 16×8 with a luma table for quantization, none for Huffman codes, and three bytes. */
const SMALL = Uint8Array.of(
  ...[0xff, 0xd8],
  ...[0xff, 0xdb, 0, 67, 0, ...new Array(64).fill(1)],
  ...[0xff, 0xc0, 0, 11, 8, 0, 8, 0, 16, 1, 1, 0x11, 0],
  ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
  ...[0x12, 0x34, 0x56],
  ...[0xff, 0xd9],
);

test("the segments of a JPEG are found", () => {
  expect(readJpegLayout(SMALL)).toEqual({
    width: 16,
    height: 8,
    heightAt: 76,
    scanAt: 84,
    dataAt: 94,
    hasHuffmanTables: false,
  });
  const layout = readJpegLayout(SMALL) ?? expect.unreachable();
  expect([...entropyCodedData(SMALL, layout)]).toEqual([0x12, 0x34, 0x56]);
});

test("a header for the whole picture has its height and a restart interval of a row", () => {
  const layout = readJpegLayout(SMALL) ?? expect.unreachable();
  const header = pictureHeader(SMALL, layout, 0x0870);
  expect([...header.subarray(71, 100)]).toEqual([
    ...[0xff, 0xc0, 0, 11, 8, 0x08, 0x70, 0, 16, 1, 1, 0x11, 0],
    ...[0xff, 0xdd, 0, 4, 0, 1],
    ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
  ]);
});

test("strips are joined by RST0 to RST7, in turns, and ended by EOI", () => {
  const strips = Array.from({ length: 10 }, (_, index) => Uint8Array.of(index));
  expect([...stripsJpeg(Uint8Array.of(0xaa), strips).jpeg()]).toEqual([
    ...[0xaa, 0, 0xff, 0xd0, 1, 0xff, 0xd1, 2, 0xff, 0xd2, 3, 0xff, 0xd3, 4, 0xff, 0xd4],
    ...[5, 0xff, 0xd5, 6, 0xff, 0xd6, 7, 0xff, 0xd7, 8, 0xff, 0xd0, 9, 0xff, 0xd9],
  ]);
});

test("what is no sequential JPEG has no layout", () => {
  const altered = (at: number, value: number) => SMALL.with(at, value);
  expect(readJpegLayout(altered(72, 0xc1))?.width).toBe(16); // extended sequential
  expect(readJpegLayout(altered(72, 0xc2))).toBeUndefined(); // progressive
  expect(readJpegLayout(altered(0, 0))).toBeUndefined();
  expect(readJpegLayout(altered(79, 0))).toBeUndefined(); // width 0
  expect(readJpegLayout(altered(77, 0))).toBeUndefined(); // height 0
  expect(readJpegLayout(altered(5, 1))).toBeUndefined(); // a segment that ends within its length
  expect(readJpegLayout(altered(2, 0))).toBeUndefined();
});

test("a JPEG that is cut off before its scan has no layout", () => {
  for (let length = 0; length < 94; length++) {
    expect(readJpegLayout(SMALL.subarray(0, length))).toBeUndefined();
  }
});

test("whatever the bytes, the layout lies inside of them", () => {
  const random = createRandom(77);
  for (let times = 0; times < 50_000; times++) {
    const bytes = SMALL.slice(0, 1 + random(SMALL.length));
    for (let flips = random(6); flips > 0; flips--) bytes[random(bytes.length)] = random(256);
    const layout = readJpegLayout(bytes);
    if (layout === undefined) continue;
    expect(layout.dataAt).toBeLessThanOrEqual(bytes.length);
    expect(layout.scanAt).toBeLessThan(layout.dataAt);
    expect(layout.heightAt + 4).toBeLessThanOrEqual(bytes.length);
  }
});
