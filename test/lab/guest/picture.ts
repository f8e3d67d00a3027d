/** Does a JPEG show what the device sent? Decoded by djpeg, so by no code of ours. */
import type { RawFrame } from "./vivid.ts";

/** Packed RGB, 8 bits each, full range. */
export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** Decodes a JPEG; djpeg refuses what is not one, and warns of corrupt data, which fails too. */
export async function decodeJpeg(jpeg: Uint8Array): Promise<Picture> {
  const child = Bun.spawn(["djpeg", "-ppm"], { stdin: jpeg, stdout: "pipe", stderr: "pipe" });
  const [ppm, complaint, exit] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exit !== 0 || complaint !== "") throw new Error(`djpeg: exit ${exit}: ${complaint.trim()}`);
  return parsePpm(ppm);
}

/** Reads the binary form of a portable pixmap with 255 levels, as djpeg writes it. */
export function parsePpm(ppm: Uint8Array): Picture {
  const head = /^P6\n(\d+) (\d+)\n255\n/.exec(new TextDecoder("latin1").decode(ppm.slice(0, 64)));
  if (head === null) throw new Error("not a PPM");
  const [width, height] = [Number(head[1]), Number(head[2])];
  const rgb = ppm.subarray(head[0].length);
  if (rgb.length !== width * height * 3) throw new Error(`PPM of ${rgb.length} bytes`);
  return { width, height, rgb };
}

/** Luma weights of red and blue: ITU-R BT.601 and BT.709, item 3.2 each. */
const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722] } as const;

/** Limited-range YUYV to RGB, by the definitions, in floating point. */
export function fromYuyv(frame: RawFrame): Picture {
  const [kr, kb] = WEIGHTS[frame.matrix];
  const { width, height, bytes } = frame;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * frame.stride + (x >> 1) * 4;
      const luma = ((bytes[at + (x & 1) * 2] ?? 0) - 16) / 219;
      const cb = ((bytes[at + 1] ?? 0) - 128) / 224;
      const cr = ((bytes[at + 3] ?? 0) - 128) / 224;
      const red = luma + 2 * (1 - kr) * cr;
      const blue = luma + 2 * (1 - kb) * cb;
      const green = (luma - kr * red - kb * blue) / (1 - kr - kb);
      const to = (y * width + x) * 3;
      rgb[to] = byte(red);
      rgb[to + 1] = byte(green);
      rgb[to + 2] = byte(blue);
    }
  }
  return { width, height, rgb };
}

function byte(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 255);
}

/** Mean of a channel's difference over the whole picture that JPEG at quality 80 may leave. */
const MEAN_MAX = 3;
/** A flat area's colour may be off by rounding and quantization only. */
const FLAT_MAX = 4;

/** Fails unless both show the same: in size, in the colour of every flat block, and on average. */
export function samePicture(got: Picture, wanted: Picture): void {
  if (got.width !== wanted.width || got.height !== wanted.height) {
    const size = ({ width, height }: Picture) => `${width}×${height}`;
    throw new Error(`the picture is ${size(got)}, the device sent ${size(wanted)}`);
  }
  const flat = flatBlocks(wanted);
  if (flat.length === 0) throw new Error("the lab's picture has no flat area to look at");
  for (const { x, y } of flat) {
    const [a, b] = [pixel(got, x, y), pixel(wanted, x, y)];
    if (a.some((channel, index) => Math.abs(channel - (b[index] ?? 0)) > FLAT_MAX)) {
      throw new Error(`at ${x},${y}: got rgb ${a.join(" ")}, the device sent ${b.join(" ")}`);
    }
  }
  let sum = 0;
  for (const [index, value] of wanted.rgb.entries()) {
    sum += Math.abs(value - (got.rgb[index] ?? 0));
  }
  const mean = sum / wanted.rgb.length;
  if (mean > MEAN_MAX) throw new Error(`channels differ by ${mean.toFixed(1)} on average`);
}

const BLOCK = 32;

/** Centres of those 32×32 areas that have one colour: no edge is near enough to bleed in. */
function flatBlocks(picture: Picture): { x: number; y: number }[] {
  const centres: { x: number; y: number }[] = [];
  for (let top = 0; top + BLOCK <= picture.height; top += BLOCK) {
    for (let left = 0; left + BLOCK <= picture.width; left += BLOCK) {
      if (isFlat(picture, left, top)) centres.push({ x: left + BLOCK / 2, y: top + BLOCK / 2 });
    }
  }
  return centres;
}

function isFlat({ width, rgb }: Picture, left: number, top: number): boolean {
  const first = (top * width + left) * 3;
  for (let y = top; y < top + BLOCK; y++) {
    const start = (y * width + left) * 3;
    for (let at = start; at < start + BLOCK * 3; at++) {
      if (rgb[at] !== rgb[first + ((at - start) % 3)]) return false;
    }
  }
  return true;
}

/** Red, green and blue at `x`, `y`. */
export function pixel({ width, rgb }: Picture, x: number, y: number): number[] {
  const at = (y * width + x) * 3;
  return [...rgb.subarray(at, at + 3)];
}
