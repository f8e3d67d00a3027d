import { EDID_BLOCK_BYTES } from "../ffi/receiver.ts";

/**
 * A mode in full: pixel clock in Hz, and of each direction the pixels or lines that are seen, that
 * are blank, from the edge to the sync pulse, and of the pulse. Both pulses are positive.
 */
interface Timing {
  readonly clockHz: number;
  readonly across: readonly [seen: number, blank: number, porch: number, sync: number];
  readonly down: readonly [seen: number, blank: number, porch: number, sync: number];
}

/** CTA-861 gives both: video identification codes 16 and 4. */
const FULL_HD: Timing = {
  clockHz: 148_500_000,
  across: [1920, 280, 88, 44],
  down: [1080, 45, 4, 5],
};
const HD: Timing = { clockHz: 74_250_000, across: [1280, 370, 110, 40], down: [720, 30, 5, 5] };

/** Pixels, at 60 Hz. None needs a pixel clock above 165 MHz, the bound of a TC358743. */
const STANDARD: readonly (readonly [number, number])[] = [
  ...([
    [1920, 1080],
    [1280, 720],
    [1600, 900],
    [1680, 1050],
  ] as const),
  ...([
    [1440, 900],
    [1280, 800],
    [1280, 1024],
    [1600, 1200],
  ] as const),
];

/** Video identification codes of CTA-861: 1080p, 720p, 576p and 480p, at 24 to 60 Hz. */
const VIDEO_CODES = [16, 31, 34, 33, 32, 4, 19, 18, 17, 3, 2, 1];
/**
 * What a source is told that it is connected to: a display that prefers 1080p60, in RGB, and has
 * no sound. One block of VESA's E-EDID 1.3, and with two a CTA-861 extension, in which HDMI wants
 * the CEC physical address, 1.0.0.0: a source on the first input of a display.
 */
export function makeEdid(blocks: 1 | 2): Uint8Array {
  const edid = new Uint8Array(blocks * EDID_BLOCK_BYTES);
  edid.set(baseBlock(blocks - 1));
  if (blocks === 2) edid.set(extension(), EDID_BLOCK_BYTES);
  return edid;
}

function baseBlock(extensions: number): Uint8Array {
  const limits = [24, 75, 15, 90, 17, 0, 0x0a, ...new Array(6).fill(0x20)];
  return summed([
    ...[0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00],
    ...[...manufacturer("LKD"), ...word(1), 0, 0, 0, 0, 0, 2026 - 1990],
    ...[1, 3],
    // Digital; of no known size; gamma 2.2; RGB, sRGB, the first timing is the preferred one.
    ...[0x80, 0, 0, 220 - 100, 0x0e],
    // The primaries and the white of sRGB.
    ...[0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54],
    // 640×480, 800×600 and 1024×768 at 60 Hz.
    ...[0x21, 0x08, 0x00],
    ...STANDARD.flatMap(standardTiming),
    ...detailedTiming(FULL_HD),
    ...detailedTiming(HD),
    ...descriptor(0xfd, limits),
    ...descriptor(0xfc, [...new TextEncoder().encode("linkrd\n".padEnd(13))]),
    extensions,
  ]);
}

function extension(): Uint8Array {
  const codes = dataBlock(2, VIDEO_CODES);
  // HDMI's registration identifier, the address, and the greatest pixel clock: 33 × 5 MHz.
  const hdmi = dataBlock(3, [0x03, 0x0c, 0x00, 0x10, 0x00, 0x00, 33]);
  // RGB in whichever range the source says; every mode underscanned, to its last pixel.
  const capability = dataBlock(7, [0x00, 0x4a]);
  const blocks = [...codes, ...hdmi, ...capability];
  // Underscanned; no sound; the first detailed timing of the base block is the native one.
  return summed([0x02, 0x03, 4 + blocks.length, 0x81, ...blocks]);
}

/** A block, filled up with zeros, whose last byte makes the sum of all a multiple of 256. */
function summed(bytes: readonly number[]): Uint8Array {
  const block = new Uint8Array(EDID_BLOCK_BYTES);
  block.set(bytes);
  block[EDID_BLOCK_BYTES - 1] = -block.reduce((sum, byte) => sum + byte, 0);
  return block;
}

/** Three letters of five bits. */
function manufacturer(letters: string): number[] {
  const bits = [...letters].reduce((sum, letter) => (sum << 5) | (letter.charCodeAt(0) & 31), 0);
  return [bits >> 8, bits & 0xff];
}

function word(value: number): number[] {
  return [value & 0xff, value >> 8];
}

/** Codes of the four shapes that a standard timing can have. */
const SHAPES: readonly (readonly [width: number, height: number])[] = [
  ...([
    [16, 10],
    [4, 3],
    [5, 4],
    [16, 9],
  ] as const),
];

function standardTiming([width, height]: readonly [number, number]): number[] {
  const shape = SHAPES.findIndex(([across, down]) => width * down === height * across);
  return [width / 8 - 31, shape << 6];
}

function detailedTiming({ clockHz, across, down }: Timing): number[] {
  const [width, blankX, porchX, syncX] = across;
  const [height, blankY, porchY, syncY] = down;
  const high = (one: number, other: number) => ((one >> 8) << 4) | (other >> 8);
  return [
    ...word(clockHz / 10_000),
    ...[width & 0xff, blankX & 0xff, high(width, blankX)],
    ...[height & 0xff, blankY & 0xff, high(height, blankY)],
    ...[porchX & 0xff, syncX & 0xff, (porchY << 4) | syncY, high(porchX, syncX) << 2],
    ...[0, 0, 0, 0, 0],
    // Progressive, separate digital sync, both pulses positive.
    0x1e,
  ];
}

function descriptor(tag: number, content: readonly number[]): number[] {
  return [0, 0, 0, tag, 0, ...content];
}

function dataBlock(tag: number, content: readonly number[]): number[] {
  return [(tag << 5) | content.length, ...content];
}
