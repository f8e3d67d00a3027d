import { describe, expect, test } from "bun:test";
import { openJpeg } from "../../src/ffi/jpeg.ts";
import { checkMjpeg } from "../../src/video/mjpeg.ts";
import { createRandom } from "../hid/random.ts";
import { decode, desktop } from "./pictures.ts";

/** A frame as a dongle sends it: libjpeg-turbo uses the standard tables, as dongles do. */
const WHOLE = makeFrame();
const WITHOUT_TABLES = withoutTables(WHOLE);

function makeFrame(): Uint8Array<ArrayBuffer> {
  const encoder = openJpeg()(100, 75);
  const jpeg = encoder.encode(desktop(100, 75, createRandom(9)), 75).slice();
  encoder.close();
  return jpeg;
}

interface Segment {
  readonly marker: number;
  readonly start: number;
  readonly end: number;
}

/** The segments from SOI to SOS. */
function segments(jpeg: Uint8Array): Segment[] {
  const found: Segment[] = [];
  for (let at = 2; at < jpeg.length; at = found.at(-1)?.end ?? jpeg.length) {
    const end = at + 2 + ((jpeg[at + 2] ?? 0) << 8) + (jpeg[at + 3] ?? 0);
    found.push({ marker: jpeg[at + 1] ?? 0, start: at, end });
    if (jpeg[at + 1] === 0xda) break;
  }
  return found;
}

function withoutTables(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts = segments(jpeg).filter(({ marker }) => marker !== 0xc4);
  const dataAt = segments(jpeg).at(-1)?.end ?? 0;
  const kept = parts.map(({ start, end }) => jpeg.subarray(start, end));
  return Uint8Array.from(Buffer.concat([jpeg.subarray(0, 2), ...kept, jpeg.subarray(dataAt)]));
}

/** Each Huffman table of a JPEG, by class and number: counts, then values, in hex. */
function huffmanTables(jpeg: Uint8Array): Map<number, string> {
  const tables = new Map<number, string>();
  for (const { marker, start, end } of segments(jpeg)) {
    if (marker !== 0xc4) continue;
    for (let at = start + 4; at < end; ) {
      const counts = jpeg.subarray(at + 1, at + 17);
      const next = at + 17 + counts.reduce((sum, count) => sum + count, 0);
      tables.set(jpeg[at] ?? 0, Buffer.from(jpeg.subarray(at + 1, next)).toString("hex"));
      at = next;
    }
  }
  return tables;
}

describe("standard Huffman tables", () => {
  test("are put in where they are missing, before the scan", () => {
    const checked = checkMjpeg(WITHOUT_TABLES) ?? expect.unreachable();
    expect([checked.width, checked.height]).toEqual([100, 75]);
    expect(decode(checked.bytes)).toEqual(decode(WHOLE));
    expect(segments(checked.bytes).map(({ marker }) => marker)).toEqual([
      ...segments(WITHOUT_TABLES)
        .slice(0, -1)
        .map(({ marker }) => marker),
      ...[0xc4, 0xda],
    ]);
  });

  test("are libjpeg's, byte for byte", () => {
    const checked = checkMjpeg(WITHOUT_TABLES) ?? expect.unreachable();
    const [ours, theirs] = [huffmanTables(checked.bytes), huffmanTables(WHOLE)];
    expect([...theirs.keys()].sort()).toEqual([0x00, 0x01, 0x10, 0x11]);
    expect([...ours].sort()).toEqual([...theirs].sort());
  });

  test("are left alone where they are", () => {
    const checked = checkMjpeg(WHOLE) ?? expect.unreachable();
    expect(Buffer.compare(checked.bytes, WHOLE)).toBe(0);
  });
});

test("padding of zeros is cut off", () => {
  for (const padding of [1, 2, 511, 4096]) {
    const padded = new Uint8Array(WHOLE.length + padding);
    padded.set(WHOLE);
    const checked = checkMjpeg(padded) ?? expect.unreachable();
    expect(Buffer.compare(checked.bytes, WHOLE)).toBe(0);
  }
});

describe("dropped is a frame", () => {
  test("without bytes, or of nothing but padding", () => {
    expect(checkMjpeg(new Uint8Array())).toBeUndefined();
    expect(checkMjpeg(new Uint8Array(10_000))).toBeUndefined();
  });

  test("that is cut off, wherever", () => {
    for (let length = 0; length < WHOLE.length; length++) {
      expect(checkMjpeg(WHOLE.slice(0, length))).toBeUndefined();
    }
  });

  test("that is cut off and padded", () => {
    const cut = WHOLE.slice();
    cut.fill(0, Math.floor(WHOLE.length / 2));
    expect(checkMjpeg(cut)).toBeUndefined();
  });

  test("that ends after its header", () => {
    const dataAt = segments(WHOLE).at(-1)?.end ?? 0;
    const hollow = Uint8Array.of(...WHOLE.subarray(0, dataAt), 0xff, 0xd9);
    expect(checkMjpeg(hollow)).toBeUndefined();
  });

  test("that does not start as a JPEG does", () => {
    expect(checkMjpeg(WHOLE.with(1, 0xd9))).toBeUndefined();
  });

  test("that is progressive", () => {
    const sof = segments(WHOLE).find(({ marker }) => marker === 0xc0)?.start ?? 0;
    expect(checkMjpeg(WHOLE.with(sof + 1, 0xc2))).toBeUndefined();
  });
});

test("damage and garbage never throw, and what passes ends as a JPEG does", () => {
  const random = createRandom(2026);
  let passed = 0;
  for (let times = 0; times < 20_000; times++) {
    const source = random(2) === 0 ? WHOLE : WITHOUT_TABLES;
    const frame = random(4) === 0 ? new Uint8Array(random(300)) : source.slice();
    for (let flips = random(8); flips > 0; flips--) {
      // Headers are where there is most to get wrong.
      const at = random(random(2) === 0 ? frame.length : Math.min(700, frame.length));
      if (frame.length > 0) frame[at] = random(256);
    }
    const checked = checkMjpeg(frame);
    if (checked === undefined) continue;
    passed++;
    expect([...checked.bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    expect([...checked.bytes.subarray(-2)]).toEqual([0xff, 0xd9]);
    expect(Math.min(checked.width, checked.height)).toBeGreaterThan(0);
  }
  expect(passed).toBeGreaterThan(1000);
});
