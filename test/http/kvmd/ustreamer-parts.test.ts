import { expect, test } from "bun:test";
import { wishedWriter } from "../../../src/http/kvmd/ustreamer-parts.ts";
import { Viewer } from "../../../src/http/viewers.ts";
import { wholeJpeg } from "../../../src/video/picture.ts";

const JPEG = Uint8Array.of(0xff, 0xd8, 0x2a, 0xff, 0xd9);
const SHOT = {
  jpeg: wholeJpeg(JPEG),
  width: 64,
  height: 48,
  missing: undefined,
  capturedUs: 1_500_000,
};
const DATA = "\xff\xd8\x2a\xff\xd9";
const LINE = "\r\n";

/** Two parts as a viewer with these wishes gets them; the time of day is left out. */
function written(wishes: Partial<Viewer["wishes"]>): string[] {
  const viewer = new Viewer("mjpeg");
  viewer.wishes = { ...viewer.wishes, ...wishes };
  const { write } = wishedWriter(viewer, () => 2_000_000);
  return [7, 10].map((sequence) => {
    const { before, data, after } = write({ ...SHOT, sequence });
    const text = before + Buffer.from(data.jpeg()).toString("latin1") + after;
    return text.replaceAll(/X-Timestamp: \d+\.\d{6}/g, "X-Timestamp: T");
  });
}

test("a part ends with the line that begins the next one", () => {
  const begin = `--boundarydonotcross${LINE}`;
  const type = `Content-Type: image/jpeg${LINE}`;
  const head = `${type}Content-Length: 5${LINE}X-Timestamp: T${LINE}${LINE}`;
  const part = `${head}${DATA}${LINE}${begin}`;
  expect(written({})).toEqual([begin + part, part]);
});

test("advance_headers sends the whole head of the next part with it", () => {
  const head = `Content-Type: image/jpeg${LINE}X-Timestamp: T${LINE}${LINE}`;
  const begin = `--boundarydonotcross${LINE}${head}`;
  const part = `${DATA}${LINE}${begin}`;
  expect(written({ advanceHeaders: true, extraHeaders: true })).toEqual([begin + part, part]);
});

test("zero_data sends heads alone", () => {
  const [first = ""] = written({ zeroData: true });
  expect(first).toContain(`Content-Length: 0${LINE}`);
  expect(first).not.toContain(DATA);
});

test("extra_headers tells times, and how many frames were left out", () => {
  const [first = "", second = ""] = written({ extraHeaders: true });
  const fields = first.split(LINE).filter((line) => line.startsWith("X-UStreamer-"));
  expect(fields).toEqual([
    "X-UStreamer-Online: true",
    "X-UStreamer-Dropped: 0",
    "X-UStreamer-Width: 64",
    "X-UStreamer-Height: 48",
    "X-UStreamer-Client-FPS: 0",
    "X-UStreamer-Grab-Begin-Time: 1.500000",
    "X-UStreamer-Grab-End-Time: 1.500000",
    "X-UStreamer-Encode-Begin-Time: 1.500000",
    "X-UStreamer-Encode-End-Time: 2.000000",
    "X-UStreamer-Expose-Begin-Time: 2.000000",
    "X-UStreamer-Expose-Cmp-Time: 2.000000",
    "X-UStreamer-Expose-End-Time: 2.000000",
    "X-UStreamer-Send-Time: 2.000000",
    "X-UStreamer-Latency: 0.500000",
  ]);
  expect(second).toContain(`X-UStreamer-Dropped: 2${LINE}`);
});
