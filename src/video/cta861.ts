import type { Colours, Size } from "../ffi/capture.ts";
import {
  COLORSPACE_SRGB,
  QUANTIZATION_FULL_RANGE,
  QUANTIZATION_LIM_RANGE,
  YCBCR_ENC_601,
  YCBCR_ENC_709,
} from "../ffi/v4l2.ts";
import type { Range } from "./source.ts";

/** Sizes of CTA-861's video formats, but for 640×480, which it calls one of computers. */
const TELEVISION: readonly Size[] = [
  { width: 720, height: 480 },
  { width: 720, height: 576 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 4096, height: 2160 },
];
const HD_LINES_MIN = 720;

/**
 * How the numbers on an HDMI cable are to be read, for a driver that does not tell: CTA-861-G,
 * 5.1 "default encoding parameters". RGB is limited in the modes of television and full in those of
 * computers, unless the source says otherwise; Y'CbCr is limited, by BT.709 from 720 lines up.
 *
 * @param told what the source says of its RGB, in its AVI InfoFrame
 */
export function coloursOnHdmi(size: Size, isRgb: boolean, told: Range | undefined): Colours {
  const isTelevision = TELEVISION.some(({ width, height }) => {
    return size.width === width && size.height === height;
  });
  const range = isRgb ? (told ?? (isTelevision ? "limited" : "full")) : "limited";
  return {
    colorspace: COLORSPACE_SRGB,
    encoding: size.height >= HD_LINES_MIN ? YCBCR_ENC_709 : YCBCR_ENC_601,
    quantization: range === "full" ? QUANTIZATION_FULL_RANGE : QUANTIZATION_LIM_RANGE,
  };
}
