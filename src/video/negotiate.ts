import { LIMITS } from "../base/limits.ts";
import type { CaptureFormat, Size } from "../ffi/capture.ts";
import { fourccName } from "../ffi/v4l2.ts";
import { coloursOnHdmi } from "./cta861.ts";
import { MJPEG, type PixelFormat, RAW_FORMATS } from "./formats.ts";
import { NoPicture } from "./signal.ts";
import { type Capture, USB_VIDEO_DRIVER } from "./topology.ts";

/** What a device was brought to send. */
export interface Negotiated {
  readonly format: CaptureFormat;
  /** How to read it; undefined for frames that are JPEGs already. */
  readonly raw: PixelFormat | undefined;
}

/** Of the HDMI input of the RK3588, in Linux from 6.15 on. */
const RK3588_DRIVER = "snps_hdmirx";

/** Formats that are named to a person who has to choose one. */
const NAMES_MAX = 8;

/**
 * Brings a device to send the first of linkrd's formats that it has, the cheapest to read first, or
 * the one named `wanted` if that is not "auto".
 *
 * @param signal its size; undefined for a device without HDMI timings
 * @throws NoPicture, SystemError
 */
export function negotiate(capture: Capture, wanted: string, signal: Size | undefined): Negotiated {
  const offered = offersOf(capture);
  const raws: (PixelFormat | undefined)[] = [...RAW_FORMATS];
  // Most USB dongles hang on a bus that is too narrow for what is not a JPEG.
  const isUsb = capture.device.identity.driver === USB_VIDEO_DRIVER;
  for (const raw of isUsb ? [undefined, ...raws] : [...raws, undefined]) {
    const { name, code } = raw ?? MJPEG;
    const busCode = offered.get(code);
    if (busCode === undefined || (wanted !== "auto" && wanted !== name)) continue;
    const format = ask(capture, code, busCode, signal);
    if (format.pixelFormat !== code) continue;
    checkSize(format, raw);
    const isRgb = raw?.isRgb ?? false;
    return { format: { ...format, ...coloursUntold(capture, format, isRgb) }, raw };
  }
  const names = [...offered.keys()].slice(0, NAMES_MAX).map(fourccName).join(", ");
  const more = offered.size > NAMES_MAX ? `, and ${offered.size - NAMES_MAX} more` : "";
  throw new NoPicture("unsupported", `it offers ${names || "nothing"}${more}`);
}

/** Pixel formats on offer, each with the code of the media bus that it is made from, or 0. */
function offersOf({ device, pipeline }: Capture): Map<number, number> {
  const offers = new Map<number, number>();
  for (const busCode of pipeline?.busCodes() ?? [0]) {
    for (const code of device.formats(busCode)) {
      if (!offers.has(code)) offers.set(code, busCode);
    }
  }
  return offers;
}

function ask(
  { device, pipeline }: Capture,
  code: number,
  busCode: number,
  signal: Size | undefined,
): CaptureFormat {
  if (pipeline !== undefined && signal !== undefined) {
    const arrives = pipeline.arrange(busCode, signal);
    const { colorspace, encoding, quantization } = arrives;
    const colours = { colorspace, encoding, quantization };
    // The node may not know the colours: only the bridge sees what HDMI says of them.
    return { ...device.setFormat(code, arrives, colours), ...colours };
  }
  // Without timings the device has a size of its own choice until it is told a better one.
  return device.setFormat(code, signal === undefined ? device.largestSize(code) : undefined);
}

/**
 * The driver of the RK3588's receiver says sRGB of whatever comes in (snps_hdmirx.c), and hands it
 * on as it is.
 */
function coloursUntold({ device, receiver }: Capture, size: Size, isRgb: boolean) {
  if (device.identity.driver !== RK3588_DRIVER) return undefined;
  return coloursOnHdmi(size, isRgb, receiver.rgbRange());
}

function checkSize({ width, height, stride }: CaptureFormat, raw: PixelFormat | undefined): void {
  const { frame_width_min, frame_width_max, frame_height_min, frame_height_max } = LIMITS;
  const isWide = width >= frame_width_min && width <= frame_width_max;
  if (!isWide || height < frame_height_min || height > frame_height_max) {
    throw new NoPicture("out of range", `${width}×${height}`);
  }
  if (raw !== undefined && stride < raw.rowBytes(width)) {
    throw new NoPicture("failed", `rows of ${stride} bytes for ${width} pixels`);
  }
}
