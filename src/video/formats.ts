import type { CaptureFormat } from "../ffi/capture.ts";
import {
  COLORSPACE_JPEG,
  COLORSPACE_REC709,
  fourcc,
  QUANTIZATION_FULL_RANGE,
  QUANTIZATION_LIM_RANGE,
  YCBCR_ENC_709,
  YCBCR_ENC_XV709,
} from "../ffi/v4l2.ts";
import type { Packed, Yuv } from "../ffi/yuv.ts";
import type { FrameLayout } from "./memory.ts";
import type { Matrix, Range } from "./source.ts";

/** One of the formats that linkrd reads. */
export interface PixelFormat {
  /** As in [video] format of linkrd.toml. */
  readonly name: string;
  /** The kernel's number of it. */
  readonly code: number;
  /** Bytes that a row of luma has at least. */
  readonly rowBytes: (width: number) => number;
  readonly layout: (yuv: Yuv, format: CaptureFormat) => FrameLayout;
  readonly isRgb: boolean;
}

/** What capture devices send (userspace-api/media/v4l/pixfmt), the cheapest to read first. */
export const RAW_FORMATS: readonly PixelFormat[] = [
  semiplanar("nv12", "NV12", 1 / 2, 1 / 2),
  semiplanar("nv12m", "NM12", 1 / 2, 1 / 2),
  packed("yuyv", "YUYV", (width) => 4 * Math.ceil(width / 2)),
  packed("uyvy", "UYVY", (width) => 4 * Math.ceil(width / 2)),
  semiplanar("nv16", "NV16", 1, 1 / 2),
  semiplanar("nv16m", "NM16", 1, 1 / 2),
  semiplanar("nv24", "NV24", 1, 1),
  packed("rgb", "RGB3", (width) => 3 * width),
  packed("bgr", "BGR3", (width) => 3 * width),
];

/** Frames that are JPEGs already. */
export const MJPEG = { name: "mjpeg", code: fourcc("MJPG") } as const;

function packed(order: Packed, characters: string, rowBytes: PixelFormat["rowBytes"]): PixelFormat {
  const isRgb = order === "rgb" || order === "bgr";
  return {
    name: isRgb ? `${order}24` : order,
    code: fourcc(characters),
    isRgb,
    rowBytes,
    layout: (yuv, { stride, width, height }) => ({
      planes: [{ start: 0, stride, length: rowBytes(width), count: height, perRow: 1 }],
      read: (address, top, into) => {
        yuv.packedToPlanes(order, { address: address + top * stride, stride }, into);
      },
    }),
  };
}

/**
 * A plane of luma and one of chroma pairs, which has `tall` of its rows and `wide` of its columns.
 * Where both share a memory, the kernel tells the stride of luma alone, from which that of the
 * pairs follows. In the formats called NM.. each has a memory of its own.
 */
function semiplanar(name: string, characters: string, tall: number, wide: number): PixelFormat {
  return {
    name,
    code: fourcc(characters),
    isRgb: false,
    rowBytes: (width) => width,
    layout: (yuv, { stride, width, height, chroma: apart }) => {
      const { start, stride: step } = apart ?? {
        start: stride * height,
        stride: 2 * wide * stride,
      };
      const pairs = { stride: step, length: 2 * Math.ceil(wide * width) };
      const chromaRows = { ...pairs, count: Math.ceil(tall * height), perRow: tall };
      return {
        planes: [
          { start: 0, stride, length: width, count: height, perRow: 1 },
          { start, ...chromaRows },
        ],
        read: (address, top, into) => {
          const luma = { address: address + top * stride, stride };
          const first = address + start + top * tall * pairs.stride;
          const chroma = { address: first, stride: pairs.stride };
          if (tall < 1) yuv.nv12ToPlanes(luma, chroma, into);
          else yuv.tallToPlanes(luma, chroma, Math.ceil(wide * into.width), into);
        },
      };
    },
  };
}

/**
 * Y'CbCr is limited and RGB full unless the driver says otherwise (V4L2_MAP_QUANTIZATION_DEFAULT of
 * linux/videodev2.h).
 */
export function rangeOf(format: CaptureFormat, isRgb: boolean): Range {
  if (format.quantization === QUANTIZATION_FULL_RANGE) return "full";
  if (format.quantization === QUANTIZATION_LIM_RANGE) return "limited";
  return isRgb || format.colorspace === COLORSPACE_JPEG ? "full" : "limited";
}

/** V4L2_MAP_YCBCR_ENC_DEFAULT of linux/videodev2.h, for the encodings that HDMI has. */
export function matrixOf({ encoding, colorspace }: CaptureFormat, isRgb: boolean): Matrix {
  if (isRgb) return "601";
  if (encoding === 0) return colorspace === COLORSPACE_REC709 ? "709" : "601";
  return encoding === YCBCR_ENC_709 || encoding === YCBCR_ENC_XV709 ? "709" : "601";
}
