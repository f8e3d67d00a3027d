import { readdirSync } from "node:fs";
import { CaptureDevice } from "../ffi/capture.ts";
import type { Sys } from "../ffi/sys.ts";
import { MJPEG, RAW_FORMATS } from "./formats.ts";
import { hasTimings } from "./hdmi.ts";
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

/** Opens a node that captures. @throws NoPicture */
export function openCapture(sys: Sys, path: string): CaptureDevice {
  const device = told(() => new CaptureDevice(sys, path));
  if (device.identity.canCapture) return device;
  device.close();
  throw new NoPicture("unsupported", `${path} does not capture`);
}

function kindOf(sys: Sys, path: string): (typeof KINDS)[number] | undefined {
  const device = told(() => new CaptureDevice(sys, path));
  try {
    const { driver, canCapture, canOutput } = device.identity;
    if (!canCapture || canOutput) return undefined;
    if (hasTimings(device.receiver)) return "timings";
    if (driver === USB_VIDEO_DRIVER) return "usb";
    const offered = device.formats();
    return [...RAW_FORMATS, MJPEG].some(({ code }) => offered.includes(code)) ? "other" : undefined;
  } finally {
    device.close();
  }
}

function listVideoNodes(): string[] {
  const number = (name: string) => Number(name.slice("video".length));
  return readdirSync("/dev")
    .filter((name) => /^video\d+$/.test(name))
    .sort((one, other) => number(one) - number(other))
    .map((name) => `/dev/${name}`);
}
