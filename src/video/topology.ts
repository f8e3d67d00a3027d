import { readdirSync } from "node:fs";
import { CaptureDevice } from "../ffi/capture.ts";
import type { Receiver } from "../ffi/receiver.ts";
import { POLL, type Sys } from "../ffi/sys.ts";
import { MJPEG, RAW_FORMATS } from "./formats.ts";
import { hasTimings } from "./hdmi.ts";
import { findPipeline, type Pipeline } from "./pipeline.ts";
import { told } from "./refusal.ts";
import { NoPicture } from "./signal.ts";

/** The driver of USB dongles, whose raw formats are slow: most hang on a bus that is too narrow. */
export const USB_VIDEO_DRIVER = "uvcvideo";

/** How likely it is that HDMI is captured by a device, the likeliest first. */
const KINDS = ["timings", "usb", "other"] as const;

/**
 * The path of the video node that captures HDMI: one with HDMI timings if there is one, or else a
 * USB dongle, or else whatever has a format that linkrd reads. Codecs, outputs, metadata and
 * loopbacks are none of these.
 *
 * @throws NoPicture with what stood in the way of the first node that could not be looked at
 */
export function findCapture(sys: Sys): string {
  const found = new Map<(typeof KINDS)[number], string>();
  let reason: NoPicture | undefined;
  for (const path of listVideoNodes()) {
    try {
      const kind = kindOf(sys, path);
      if (kind !== undefined && !found.has(kind)) found.set(kind, path);
    } catch (error) {
      if (!(error instanceof NoPicture)) throw error;
      reason ??= error;
    }
  }
  const [path] = KINDS.flatMap((kind) => found.get(kind) ?? []);
  if (path !== undefined) return path;
  throw reason ?? new NoPicture("no device", "looked at /dev/video*");
}

/** What is captured from: a video node, and the bridge that it gets its pictures from. */
export class Capture {
  readonly device: CaptureDevice;
  /** Undefined where the node itself answers for the HDMI side, or nothing does. */
  readonly pipeline: Pipeline | undefined;
  #isTold = false;

  /** @throws NoPicture */
  constructor(sys: Sys, path: string) {
    this.device = told(() => new CaptureDevice(sys, path));
    try {
      const { canCapture, driver } = this.device.identity;
      const isWhole =
        !canCapture || driver === USB_VIDEO_DRIVER || hasTimings(this.device.receiver);
      this.pipeline = isWhole ? undefined : findPipeline(sys, path);
    } catch (error) {
      this.device.close();
      throw error;
    }
  }

  /** The HDMI side. */
  get receiver(): Receiver {
    return this.pipeline?.bridge.receiver ?? this.device.receiver;
  }

  /** Asks to be told of changes of the source, where the driver can. */
  watch(): void {
    this.#isTold = this.receiver.subscribeSourceChange();
  }

  /** Frames, and changes of the source: descriptors and POLL bits. */
  waits(): readonly (readonly [fd: number, events: number])[] {
    const frames = [this.device.fd, POLL.in | POLL.pri] as const;
    // A bridge without events is always ready, with an error: nothing is to be waited for there.
    if (this.pipeline === undefined || !this.#isTold) return [frames];
    return [frames, [this.pipeline.bridge.fd, POLL.pri]];
  }

  close(): void {
    this.device.close();
    this.pipeline?.close();
  }
}

/** Opens a node that captures. @throws NoPicture */
export function openCapture(sys: Sys, path: string): Capture {
  const capture = new Capture(sys, path);
  if (capture.device.identity.canCapture) return capture;
  capture.close();
  throw new NoPicture("unsupported", `${path} does not capture`);
}

function kindOf(sys: Sys, path: string): (typeof KINDS)[number] | undefined {
  const capture = new Capture(sys, path);
  try {
    const { device, receiver } = capture;
    const { driver, canCapture, canOutput, isPart } = device.identity;
    if (!canCapture || canOutput) return undefined;
    if (hasTimings(receiver)) return "timings";
    if (driver === USB_VIDEO_DRIVER) return "usb";
    // Of a camera's receiver, or an image processor, with no bridge before it.
    if (isPart) return undefined;
    const offered = device.formats();
    return [...RAW_FORMATS, MJPEG].some(({ code }) => offered.includes(code)) ? "other" : undefined;
  } finally {
    capture.close();
  }
}

function listVideoNodes(): string[] {
  const number = (name: string) => Number(name.slice("video".length));
  return readdirSync("/dev")
    .filter((name) => /^video\d+$/.test(name))
    .sort((one, other) => number(one) - number(other))
    .map((name) => `/dev/${name}`);
}
