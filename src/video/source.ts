import type { Passed, Standstill } from "../ffi/standstill.ts";
import type { FrameLayout } from "./memory.ts";
import type { Mode } from "./signal.ts";

/**
 * How the numbers of a picture are to be read: 16…235, as HDMI sends them, or 0…255, as JPEG does.
 */
export type Range = "limited" | "full";

/** Which weights of red, green and blue make luma: ITU-R BT.601, as JPEG has it, or BT.709. */
export type Matrix = "601" | "709";

/** A frame that has to be encoded, in memory that may be the device's. */
export interface RawFrame {
  readonly kind: "raw";
  readonly sequence: number;
  /** CLOCK_MONOTONIC when the source had it. */
  readonly capturedUs: number;
  readonly range: Range;
  readonly matrix: Matrix;
  /** Where it lies. */
  readonly address: number;
  readonly layout: FrameLayout;
  /** What is new in it is marked already, and copied: by `standStill`. */
  readonly isMarked?: boolean;
  /** Gives the memory back to the driver. Until then the driver does not touch it. */
  [Symbol.dispose](): void;
}

/** A frame that is a JPEG already, in memory that may be the device's. */
export interface JpegFrame {
  readonly kind: "jpeg";
  readonly sequence: number;
  readonly capturedUs: number;
  /** Where it lies, and in how many bytes; a device may send more than the picture, or less. */
  readonly address: number;
  readonly length: number;
  /** Counts it as damaged: it turned out to be no picture. */
  refuse(): void;
  [Symbol.dispose](): void;
}

/** A standstill, but for its bounds: those are the source's. */
export type Wait = Omit<Standstill, "endUs" | "patienceMs">;

export type Frame = RawFrame | JpegFrame;

/**
 * Where frames come from: a camera, or the simulated host. Driven by the video loop in one thread.
 *
 * Every method may throw NoPicture, which closes the source until it is opened again.
 */
export interface Source {
  /** Makes the source ready, from scratch. */
  open(): Mode;
  /** Safe in any state, also half-open and closed. */
  close(): void;
  /** What to wait for while open: descriptors and POLL bits. */
  waits(): readonly (readonly [fd: number, events: number])[];
  /** How long to wait before `grab` wants to be called again without being woken, milliseconds. */
  patienceMs(wanted: boolean): number;
  /**
   * The newest frame since the last call, or undefined. A frame is borrowed: give it back when the
   * next one is there at the latest, or at once where `mayHold` is false.
   *
   * @param wanted whether somebody wants a picture; if not, work may be spared and none is due
   */
  grab(wanted: boolean): Frame | undefined;
  /**
   * Waits as poll() does, while nothing is wanted but what is new. Frames that show what is shown
   * may pass meanwhile, not to be grabbed. @returns what passed, if it lets any
   */
  standStill(wish: Wait): Passed | undefined;
  /** Whether a frame may be held until the next one: some devices have too few buffers. */
  readonly mayHold: boolean;
  /** Frames that came whole, whether or not anybody wanted them. */
  readonly captured: number;
  /** Frames that came damaged, empty or cut off, and were left out. */
  readonly dropped: number;
}
