import { request } from "./request.ts";
import type { Layout } from "./struct.ts";

/**
 * The Video4Linux2 structures and numbers that capture uses, from linux/videodev2.h on 64-bit
 * Linux. native/abi.c prints what the headers say; test/ffi/v4l2.test.ts holds these tables against
 * it.
 */
export const CAPABILITY = {
  size: 104,
  fields: {
    driver: [0, "u8"],
    card: [16, "u8"],
    bus_info: [48, "u8"],
    capabilities: [84, "u32"],
    device_caps: [88, "u32"],
  },
} as const satisfies Layout;

export const FMTDESC = {
  size: 64,
  fields: {
    index: [0, "u32"],
    type: [4, "u32"],
    pixelformat: [44, "u32"],
    mbus_code: [48, "u32"],
  },
} as const satisfies Layout;

/** A size, if `type` is discrete; the largest of a range, if it is not. */
export const FRMSIZEENUM = {
  size: 44,
  fields: {
    index: [0, "u32"],
    pixel_format: [4, "u32"],
    type: [8, "u32"],
    "discrete.width": [12, "u32"],
    "discrete.height": [16, "u32"],
    "stepwise.max_width": [16, "u32"],
    "stepwise.max_height": [28, "u32"],
  },
} as const satisfies Layout;

/** v4l2_format holding a single-planar v4l2_pix_format. */
export const FORMAT = {
  size: 208,
  fields: {
    type: [0, "u32"],
    width: [8, "u32"],
    height: [12, "u32"],
    pixelformat: [16, "u32"],
    field: [20, "u32"],
    bytesperline: [24, "u32"],
    sizeimage: [28, "u32"],
    colorspace: [32, "u32"],
    ycbcr_enc: [44, "u32"],
    quantization: [48, "u32"],
  },
} as const satisfies Layout;

/** v4l2_format holding a v4l2_pix_format_mplane: sizes of its first plane, `chroma` its second. */
export const FORMAT_MPLANE = {
  size: 208,
  fields: {
    type: [0, "u32"],
    width: [8, "u32"],
    height: [12, "u32"],
    pixelformat: [16, "u32"],
    field: [20, "u32"],
    colorspace: [24, "u32"],
    sizeimage: [28, "u32"],
    bytesperline: [32, "u32"],
    "chroma.bytesperline": [52, "u32"],
    num_planes: [188, "u8"],
    ycbcr_enc: [190, "u8"],
    quantization: [191, "u8"],
  },
} as const satisfies Layout;

export const REQUESTBUFFERS = {
  size: 20,
  fields: { count: [0, "u32"], type: [4, "u32"], memory: [8, "u32"] },
} as const satisfies Layout;

export const BUFFER = {
  size: 88,
  fields: {
    index: [0, "u32"],
    type: [4, "u32"],
    bytesused: [8, "u32"],
    flags: [12, "u32"],
    "timestamp.tv_sec": [24, "u64"],
    "timestamp.tv_usec": [32, "u64"],
    sequence: [56, "u32"],
    memory: [60, "u32"],
    offset: [64, "u32"],
    planes: [64, "u64"],
    length: [72, "u32"],
  },
} as const satisfies Layout;

export const PLANE = {
  size: 64,
  fields: {
    bytesused: [0, "u32"],
    length: [4, "u32"],
    mem_offset: [8, "u32"],
    data_offset: [16, "u32"],
  },
} as const satisfies Layout;

export const DV_TIMINGS = {
  size: 132,
  fields: { type: [0, "u32"], width: [4, "u32"], height: [8, "u32"] },
} as const satisfies Layout;

export const EDID = {
  size: 40,
  fields: { pad: [0, "u32"], start_block: [4, "u32"], blocks: [8, "u32"], edid: [32, "u64"] },
} as const satisfies Layout;

export const CONTROL = {
  size: 8,
  fields: { id: [0, "u32"], value: [4, "u32"] },
} as const satisfies Layout;

export const EVENT = { size: 136, fields: { type: [0, "u32"] } } as const satisfies Layout;

export const EVENT_SUBSCRIPTION = {
  size: 32,
  fields: { type: [0, "u32"] },
} as const satisfies Layout;

export const VIDIOC = {
  QUERYCAP: request("read", "V", 0, CAPABILITY.size),
  ENUM_FMT: request("both", "V", 2, FMTDESC.size),
  G_FMT: request("both", "V", 4, FORMAT.size),
  S_FMT: request("both", "V", 5, FORMAT.size),
  REQBUFS: request("both", "V", 8, REQUESTBUFFERS.size),
  QUERYBUF: request("both", "V", 9, BUFFER.size),
  QBUF: request("both", "V", 15, BUFFER.size),
  DQBUF: request("both", "V", 17, BUFFER.size),
  STREAMON: request("write", "V", 18, 4),
  STREAMOFF: request("write", "V", 19, 4),
  G_CTRL: request("both", "V", 27, CONTROL.size),
  G_EDID: request("both", "V", 40, EDID.size),
  S_EDID: request("both", "V", 41, EDID.size),
  ENUM_FRAMESIZES: request("both", "V", 74, FRMSIZEENUM.size),
  S_DV_TIMINGS: request("both", "V", 87, DV_TIMINGS.size),
  DQEVENT: request("read", "V", 89, EVENT.size),
  SUBSCRIBE_EVENT: request("write", "V", 90, EVENT_SUBSCRIPTION.size),
  QUERY_DV_TIMINGS: request("read", "V", 99, DV_TIMINGS.size),
} as const;

export const CAP = {
  videoCapture: 0x1,
  videoOutput: 0x2,
  videoCaptureMplane: 0x1000,
  videoOutputMplane: 0x2000,
  streaming: 0x04000000,
  ioMc: 0x20000000,
  deviceCaps: 0x80000000,
} as const;

export const BUF_TYPE = { capture: 1, captureMplane: 9 } as const;
export const MEMORY_MMAP = 1;
export const FIELD_NONE = 1;
export const FRMSIZE_TYPE_DISCRETE = 1;
export const BUF_FLAG_ERROR = 0x40;
export const BUF_FLAG_TIMESTAMP_MASK = 0xe000;
export const BUF_FLAG_TIMESTAMP_MONOTONIC = 0x2000;
export const EVENT_SOURCE_CHANGE = 5;
export const CID_DV_RX_POWER_PRESENT = 0xa00964;
export const CID_DV_RX_RGB_RANGE = 0xa00965;
export const DV_RGB_RANGE_LIMITED = 1;
export const DV_RGB_RANGE_FULL = 2;
export const QUANTIZATION_FULL_RANGE = 1;
export const QUANTIZATION_LIM_RANGE = 2;
export const COLORSPACE_REC709 = 3;
export const COLORSPACE_JPEG = 7;
export const COLORSPACE_SRGB = 8;
export const YCBCR_ENC_601 = 1;
export const YCBCR_ENC_709 = 2;
export const YCBCR_ENC_XV709 = 4;

/** A pixel format's four characters as the kernel's number, and back. */
export function fourcc(characters: string): number {
  return new DataView(new TextEncoder().encode(characters).buffer).getUint32(0, true);
}

export function fourccName(code: number): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, code, true);
  return new TextDecoder().decode(bytes).replace(/[^ -~]/g, "?");
}
