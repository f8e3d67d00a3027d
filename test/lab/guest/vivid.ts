/** The simulated HDMI receiver of the kernel, driven through its controls by v4l2-ctl. */
import { readFile, rm } from "node:fs/promises";
import { must, run } from "./run.ts";

/** vivid-core.h of Linux: values of `dv_timings_signal_mode`. */
export const SIGNAL = { current: 0, none: 1, unlocked: 2, outOfRange: 3, selected: 4 } as const;
/** Values of `test_pattern`. */
export const PATTERN = { bars: 1, squares: 4, red: 7 } as const;

/** Names of the buttons that make it fail once, by what fails. */
export const FAILURES = {
  buffer: "inject_v4l2_buf_flag_error",
  requestBuffers: "inject_vidioc_reqbufs_error",
  queueBuffer: "inject_vidioc_qbuf_error",
  start: "inject_vidioc_streamon_error",
  streaming: "inject_fatal_streaming_error",
} as const;

/** A frame as the device gives it: packed YUYV, and how the kernel says to read the numbers. */
export interface RawFrame {
  width: number;
  height: number;
  stride: number;
  matrix: "bt601" | "bt709";
  bytes: Uint8Array;
}

export class Vivid {
  readonly node: string;

  constructor(node: string) {
    this.node = node;
  }

  /** What the source sends from now on, as a still picture without a clock or counters in it. */
  async setPicture(pattern: keyof typeof PATTERN): Promise<void> {
    await this.#control(`test_pattern=${PATTERN[pattern]},osd_text_mode=2`);
  }

  async setSignal(signal: keyof typeof SIGNAL): Promise<void> {
    await this.#control(`dv_timings_signal_mode=${SIGNAL[signal]}`);
  }

  /** The source's resolution, from 640×360: vivid wants 14 MHz. Nobody may be streaming. */
  async setSize(width: number, height: number): Promise<void> {
    await this.#ctl(`--set-dv-bt-timings=cvt,width=${width},height=${height},fps=60`);
  }

  /** The source now sends one of vivid's presets, such as `1024x768p60`, whoever is streaming. */
  async sendTimings(preset: string): Promise<void> {
    const menus = await this.#ctl("--list-ctrls-menus");
    const index = new RegExp(`^\\s*(\\d+): ${preset}$`, "m").exec(menus)?.[1];
    if (index === undefined) throw new Error(`vivid has no preset ${preset}`);
    await this.#control(`dv_timings_signal_mode=${SIGNAL.selected}`);
    await this.#control(`dv_timings=${index}`);
  }

  /** Makes the driver fail the next time that it does this. */
  async fail(at: keyof typeof FAILURES): Promise<void> {
    await this.#control(`${FAILURES[at]}=1`);
  }

  /** Of frames that never arrive; at 100 the driver stalls. */
  async losePercent(percent: number): Promise<void> {
    await this.#control(`percentage_of_dropped_buffers=${percent}`);
  }

  /** Frames are numbered from shortly before the number's end, as of the next start. */
  async wrapSequence(wraps: boolean): Promise<void> {
    await this.#control(`wrap_sequence_number=${wraps ? 1 : 0}`);
  }

  async setEdidBlocksMax(blocks: number): Promise<void> {
    await this.#control(`maximum_edid_blocks=${blocks}`);
  }

  /** Without an EDID, a source sends nothing. */
  async clearEdid(): Promise<void> {
    await this.#ctl("--clear-edid");
  }

  /** The EDID in hexadecimal digits; none while there is none. */
  async edid(): Promise<string> {
    const { stdout } = await run(["v4l2-ctl", "-d", this.node, "--get-edid=format=hex"]);
    return [...stdout.matchAll(/^(?:[0-9a-f]{2} *)+$/gm)].join("").replaceAll(/\s/g, "");
  }

  /** Takes one frame through the kernel's own tool; nobody may be streaming. */
  async rawFrame(): Promise<RawFrame> {
    await this.#ctl("--set-fmt-video=pixelformat=YUYV");
    const format = await this.#ctl("--get-fmt-video");
    const file = `/tmp/raw-${process.pid}`;
    await this.#ctl("--stream-mmap=4", "--stream-count=1", `--stream-to=${file}`);
    const bytes = await readFile(file);
    await rm(file);
    const field = (pattern: RegExp) => {
      const found = pattern.exec(format)?.[1];
      if (found === undefined) throw new Error(`no ${pattern} in ${format}`);
      return found;
    };
    const said = [field(/YCbCr\/HSV Encoding *: (.*)/), field(/Colorspace *: (.*)/)].join();
    return {
      width: Number(field(/Width\/Height *: (\d+)/)),
      height: Number(field(/Width\/Height *: \d+\/(\d+)/)),
      stride: Number(field(/Bytes per Line *: (\d+)/)),
      // V4L2_MAP_YCBCR_ENC_DEFAULT of linux/videodev2.h: sRGB means BT.601, Rec. 709 its own.
      matrix: said.includes("709") ? "bt709" : "bt601",
      bytes,
    };
  }

  async #control(assignments: string): Promise<void> {
    await this.#ctl(`--set-ctrl=${assignments}`);
  }

  async #ctl(...options: string[]): Promise<string> {
    return await must(["v4l2-ctl", "-d", this.node, ...options]);
  }
}

const DRIVER = "/sys/bus/platform/drivers/vivid";

/** Takes all of vivid's devices away, as pulling a dongle would; `plug` brings them back. */
export async function unplugVivid(): Promise<void> {
  await Bun.write(`${DRIVER}/unbind`, "vivid.0");
}

export async function plugVivid(): Promise<void> {
  await Bun.write(`${DRIVER}/bind`, "vivid.0");
}
