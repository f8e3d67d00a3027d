/** The strip encoder alone, a full frame at a time, against tjbench on the same picture. */
import { readFileSync, writeFileSync } from "node:fs";
import { openJpeg } from "../../../src/ffi/jpeg.ts";
import { addressOf } from "../../../src/ffi/memory.ts";
import { openSys } from "../../../src/ffi/sys.ts";
import { openYuv } from "../../../src/ffi/yuv.ts";
import { RAW_FORMATS } from "../../../src/video/formats.ts";
import { Planes } from "../../../src/video/planes.ts";
import type { Matrix, Range, RawFrame } from "../../../src/video/source.ts";
import { STRIP_LINES, StripEncoder } from "../../../src/video/strips.ts";
import { frameOf } from "../../video/pictures.ts";
import { HEIGHT, type Scene, WIDTH } from "./scenes.ts";
import { quantile } from "./statistics.ts";

const QUALITY = 80;

/** Milliseconds a full frame. */
export interface EncoderTimes {
  /** libjpeg-turbo from planes, by tjbench. */
  readonly tjbench: number;
  /** The strip encoder from the same planes, all strips changed. */
  readonly strips: number;
  /** And from YUYV in limited range, as it comes from a device. */
  readonly yuyvLimited: number;
  /** And in BT.709. */
  readonly yuyv709: number;
  /** An unchanged frame of YUYV: read and compared, nothing encoded. */
  readonly unchanged: number;
}

/** @param folder where files for tjbench may lie */
export function timeEncoders(scene: Scene, folder: string): EncoderTimes {
  const bytes = new Uint8Array(readFileSync(scene.path));
  const at = (frame: number) => bytes.subarray(frame * scene.frameStep);
  const [one, other] = [planesOf(at(0)), planesOf(at(1))];
  const planar = [frameOf(one, "full"), frameOf(other, "full")];
  const packed = (range: Range, matrix: Matrix) => [
    yuyvFrame(at(0), range, matrix),
    yuyvFrame(at(1), range, matrix),
  ];
  const still = yuyvFrame(at(0), "limited", "601");
  return {
    tjbench: tjbench(one, folder),
    strips: timed(planar),
    yuyvLimited: timed(packed("limited", "601")),
    yuyv709: timed(packed("limited", "709")),
    unchanged: timed([still, still]),
  };
}

/** The median of what a frame takes, frames in turn, when the code is warm. */
function timed(frames: readonly RawFrame[]): number {
  const sys = openSys();
  const jpeg = openJpeg()(WIDTH, STRIP_LINES);
  const encoder = new StripEncoder(sys, jpeg, { width: WIDTH, height: HEIGHT }, QUALITY);
  const times: number[] = [];
  for (let turn = 0; turn < 300; turn++) {
    const frame = frames[turn % frames.length];
    if (frame === undefined) break;
    const started = performance.now();
    encoder.encode(frame);
    times.push(performance.now() - started);
  }
  encoder.close();
  return quantile(times.slice(100), 0.5);
}

function yuyvFrame(bytes: Uint8Array, range: Range, matrix: Matrix): RawFrame {
  const format = RAW_FORMATS.find(({ name }) => name === "yuyv");
  if (format === undefined) throw new Error("YUYV is not read any more");
  const yuv = openYuv();
  const settled = {
    ...{ width: WIDTH, height: HEIGHT, pixelFormat: format.code, stride: 2 * WIDTH },
    ...{ colorspace: 0, encoding: 0, quantization: 0 },
  };
  return {
    kind: "raw",
    sequence: 0,
    capturedUs: 0,
    range,
    matrix,
    address: addressOf(bytes),
    layout: format.layout(yuv, settled),
    [Symbol.dispose]: () => void bytes,
  };
}

function planesOf(bytes: Uint8Array): Planes {
  const planes = new Planes(WIDTH, HEIGHT);
  const { address, layout } = yuyvFrame(bytes, "full", "601");
  layout.read(address, 0, planes);
  return planes;
}

/** Milliseconds that tjbench takes for the planes of the same picture. */
function tjbench(planes: Planes, folder: string): number {
  const path = `${folder}/frame.ppm`;
  writeFileSync(path, ppmOf(planes));
  const options = ["-yuv", "-nowrite", "-quiet", "-subsamp", "420", "-benchtime", "2"];
  const { stdout, stderr, success } = Bun.spawnSync(["tjbench", path, `${QUALITY}`, ...options]);
  if (!success) throw new Error(`tjbench: ${stderr.toString()}`);
  // The line of the picture: format, layout, subsampling, quality, size, MPixel/s of RGB to YUV,
  // then of YUV to JPEG.
  const [, speed] = /^BGR.*\s\d+\s+1920\s+1080\s+\S+\s+(\S+)/m.exec(stdout.toString()) ?? [];
  const milliseconds = (WIDTH * HEIGHT) / 1e3 / Number(speed);
  if (!(milliseconds > 0)) throw new Error(`tjbench says something else: ${stdout.toString()}`);
  return milliseconds;
}

/** RGB by the equations of JFIF, from which tjbench makes the same planes again. */
function ppmOf({ y, u, v, strideY, strideC }: Planes): Uint8Array {
  const head = new TextEncoder().encode(`P6\n${WIDTH} ${HEIGHT}\n255\n`);
  const file = new Uint8Array(head.length + 3 * WIDTH * HEIGHT);
  file.set(head);
  const rgb = new Uint8ClampedArray(file.buffer, head.length);
  for (let row = 0, at = 0; row < HEIGHT; row++) {
    for (let column = 0; column < WIDTH; column++) {
      const luma = y[row * strideY + column] ?? 0;
      const chroma = (row >> 1) * strideC + (column >> 1);
      const [cb, cr] = [(u[chroma] ?? 0) - 128, (v[chroma] ?? 0) - 128];
      rgb[at++] = luma + 1.402 * cr;
      rgb[at++] = luma - 0.344136 * cb - 0.714136 * cr;
      rgb[at++] = luma + 1.772 * cb;
    }
  }
  return file;
}
