import { expect, test } from "bun:test";
import { openJpeg } from "../../src/ffi/jpeg.ts";
import { STAGES, sentenceOf, type VideoState } from "../../src/video/signal.ts";
import { drawState, encodeState, layoutState } from "../../src/video/state-picture.ts";
import { createRandom } from "../hid/random.ts";
import { readText } from "../simulated/read.ts";
import { decode } from "./pictures.ts";

const STATES: readonly VideoState[] = [
  ...(Object.keys(STAGES) as (keyof typeof STAGES)[]).map((stage) => ({ stage })),
  { stage: "no permission", detail: "open /dev/video0: EACCES" },
  { stage: "out of range", detail: "3840×2160" },
  { stage: "failed", detail: "x".repeat(300) },
];

function sizes(): (readonly [number, number])[] {
  const random = createRandom(5);
  const some = Array.from({ length: 12 }, () => [320 + random(1600), 200 + random(1000)] as const);
  return [[320, 200], [1280, 720], [4096, 2160], ...some];
}

/** The lines of a block, read back from luma where the layout says that they are. */
function linesIn(state: VideoState, width: number, height: number): string[] {
  const { stage, sentence } = layoutState(state, width, height);
  const planes = drawState(state, width, height);
  return [stage, sentence].flatMap(({ face, y, lines }) =>
    lines.flatMap((line, row) => {
      const x = Math.floor((width - line.length * face.width) / 2) & ~1;
      const place = { x, y: y + row * face.height, columns: line.length, rows: 1 };
      expect([x >= 0, place.y >= 0, place.y + face.height <= height]).toEqual([true, true, true]);
      return readText(planes, place, face);
    }),
  );
}

test("the stage and its sentence can be read, whatever the size", () => {
  for (const [width, height] of sizes()) {
    for (const state of STATES) {
      const [stage = "", ...sentence] = linesIn(state, width, height);
      expect(stage.toLowerCase()).toBe(state.stage);
      const told = sentence.join(" ").toLowerCase();
      const whole = sentenceOf(state).toLowerCase();
      expect(told).toBe(whole.slice(0, told.length));
      const isLong = whole.length > 200;
      if (!isLong) expect(told).toBe(whole);
    }
  }
});

test.each([
  ["the last picture", { width: 641, height: 481 }, [641, 481]],
  ["720p, when there was none", { width: 0, height: 0 }, [1280, 720]],
  ["720p, when the last one was too small", { width: 160, height: 120 }, [1280, 720]],
])("it has the size of %s", (_, last, size) => {
  const picture = encodeState({ stage: "no signal" }, last, openJpeg(), 80);
  const { width, height, pixels } = decode(picture.bytes, "-grayscale");
  expect([width, height]).toEqual(size);
  expect([picture.width, picture.height]).toEqual(size);
  const [first = 0] = pixels;
  expect(first).toBeLessThan(60);
  expect(pixels.some((value) => value > 200)).toBe(true);
});
