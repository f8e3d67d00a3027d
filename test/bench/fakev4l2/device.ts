/** The capture device in user space (fakev4l2.h): how it is built, described and watched. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A falsehood about `count` frames from `first` on; `value` by its kind. */
export interface Lie {
  readonly kind: LieKind;
  readonly first: number;
  readonly count: number;
  /** bytesused, index, sequence: what is said · errno: of DQBUF · stall: milliseconds · else 0 */
  readonly value: number;
}

export const LIE_KINDS = [
  "bytesused",
  "index",
  "error",
  "errno",
  "sequence",
  "stall",
  "gone",
] as const;
export type LieKind = (typeof LIE_KINDS)[number];

/** What the device is and says. Sizes in bytes and pixels. */
export interface Description {
  /** What VIDIOC_QUERYCAP calls it, if not fakev4l2. */
  readonly driver?: string;
  /** The file of frames, and how it is played: frame n starts at `n % frames * frame_step`. */
  readonly scene: string;
  readonly frames: number;
  readonly frame_step: number;
  /** Bytes that each frame of the scene is said to have, if not those of an image; 16 at most. */
  readonly used?: readonly number[];
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  /** What VIDIOC_S_FMT answers. */
  readonly pixelformat: string;
  readonly bytesperline: number;
  readonly sizeimage: number;
  /** What VIDIOC_QUERYBUF says, and is truly there. */
  readonly length: number;
  /** What VIDIOC_ENUM_FMT offers, if that is another format. */
  readonly offered?: string;
  /** What VIDIOC_REQBUFS makes, if not what was asked for. */
  readonly buffers?: number;
  readonly colorspace?: number;
  readonly quantization?: number;
  /** 1 for a device with HDMI timings: those of its format. */
  readonly timings?: number;
  /** The errno that VIDIOC_QUERY_DV_TIMINGS says of the signal. */
  readonly signal?: number;
  /** What V4L2_CID_DV_RX_POWER_PRESENT says, 0 or 1, if there is that control. */
  readonly power?: number;
  /** What V4L2_CID_DV_RX_RGB_RANGE says, 0 automatic, 1 limited or 2 full, if there is that. */
  readonly rgb_range?: number;
  /**
   * From this frame on the incoming signal is what `signal` says, or else twice as wide; no event
   * tells of it.
   */
  readonly mode_after?: number;
  /** Where the counters are shared. */
  readonly counters: string;
  readonly lies?: readonly Lie[];
  /** An ioctl, by its number, that fails with an errno. */
  readonly refuse?: readonly [number: number, errno: number];
}

/** A device that plays YUYV frames as they are, from the file `scene`. */
export function yuyvDevice(
  scene: { readonly path: string; readonly frames: number; readonly frameStep: number },
  size: { readonly width: number; readonly height: number; readonly fps: number },
  counters: string,
): Description {
  const sizeimage = 2 * size.width * size.height;
  return {
    scene: scene.path,
    frames: scene.frames,
    frame_step: scene.frameStep,
    ...size,
    pixelformat: "YUYV",
    bytesperline: 2 * size.width,
    sizeimage,
    length: sizeimage,
    counters,
  };
}

/** Puts a device at `path`; it is what it then says from the next time it is opened. */
export function plug(path: string, description: Description): void {
  const { lies = [], used = [], refuse, ...plain } = description;
  const lines = Object.entries(plain).map(([name, value]) => `${name} ${value}`);
  for (const { kind, first, count, value } of lies) {
    lines.push(`lie ${kind} ${first} ${count} ${value}`);
  }
  used.forEach((bytes, frame) => {
    lines.push(`used ${frame} ${bytes}`);
  });
  if (refuse !== undefined) lines.push(`refuse ${refuse.join(" ")}`);
  // At once, as hardware is there or not: a program may open the device at any moment.
  writeFileSync(`${path}~`, `${lines.join("\n")}\n`);
  renameSync(`${path}~`, path);
}

/** Frames made, taken by the program, lost for want of a buffer, and lies told, since the start. */
export interface Counters {
  readonly made: number;
  readonly taken: number;
  readonly missed: number;
  readonly lies: number;
}

export function readCounters(path: string): Counters {
  const view = new BigUint64Array(new Uint8Array(readFileSync(path)).buffer);
  const [made = 0, taken = 0, missed = 0, lies = 0] = [...view].map(Number);
  return { made, taken, missed, lies };
}

/** Compiles the library into `folder`. @returns its path, for LD_PRELOAD */
export function buildFakeV4l2(folder: string): string {
  const library = join(folder, "fakev4l2.so");
  const sources = readdirSync(import.meta.dir).filter((name) => name.endsWith(".c"));
  const { success, stderr } = Bun.spawnSync([
    ...["gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-fPIC"],
    ...["-shared", "-pthread", "-o", library],
    ...sources.map((name) => join(import.meta.dir, name)),
  ]);
  if (!success) throw new Error(stderr.toString());
  return library;
}

/** The environment under which `devices`, a folder, is full of capture devices. */
export function environmentOf(library: string, devices: string): Record<string, string> {
  return { ...process.env, LD_PRELOAD: library, LINKRD_BENCH_DEVICES: devices };
}
