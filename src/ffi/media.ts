import { request } from "./request.ts";
import type { Layout } from "./struct.ts";

/**
 * Structures and numbers of the media controller (linux/media.h) and of subdevices
 * (linux/v4l2-subdev.h) on 64-bit Linux, held against the headers as those of v4l2.ts are.
 */
export const TOPOLOGY = {
  size: 72,
  fields: {
    num_entities: [8, "u32"],
    ptr_entities: [16, "u64"],
    num_interfaces: [24, "u32"],
    ptr_interfaces: [32, "u64"],
    num_pads: [40, "u32"],
    ptr_pads: [48, "u64"],
    num_links: [56, "u32"],
    ptr_links: [64, "u64"],
  },
} as const satisfies Layout;

export const ENTITY = {
  size: 96,
  fields: { id: [0, "u32"], name: [4, "u8"] },
} as const satisfies Layout;

/** Something under /dev, by the numbers of its device. */
export const INTERFACE = {
  size: 112,
  fields: { id: [0, "u32"], "devnode.major": [48, "u32"], "devnode.minor": [52, "u32"] },
} as const satisfies Layout;

export const PAD = {
  size: 32,
  fields: { id: [0, "u32"], entity_id: [4, "u32"], flags: [8, "u32"], index: [12, "u32"] },
} as const satisfies Layout;

/** From a pad to a pad, or from an interface to the entity behind it. */
export const LINK = {
  size: 40,
  fields: { id: [0, "u32"], source_id: [4, "u32"], sink_id: [8, "u32"], flags: [12, "u32"] },
} as const satisfies Layout;

export const LINK_DESC = {
  size: 52,
  fields: {
    "source.entity": [0, "u32"],
    "source.index": [4, "u16"],
    "sink.entity": [20, "u32"],
    "sink.index": [24, "u16"],
    flags: [40, "u32"],
  },
} as const satisfies Layout;

export const SUBDEV_FORMAT = {
  size: 88,
  fields: {
    which: [0, "u32"],
    pad: [4, "u32"],
    width: [8, "u32"],
    height: [12, "u32"],
    code: [16, "u32"],
    field: [20, "u32"],
    colorspace: [24, "u32"],
    ycbcr_enc: [28, "u16"],
    quantization: [30, "u16"],
  },
} as const satisfies Layout;

export const SUBDEV_MBUS_CODE_ENUM = {
  size: 48,
  fields: { pad: [0, "u32"], index: [4, "u32"], code: [8, "u32"], which: [12, "u32"] },
} as const satisfies Layout;

export const MEDIA_IOC = {
  SETUP_LINK: request("both", "|", 3, LINK_DESC.size),
  G_TOPOLOGY: request("both", "|", 4, TOPOLOGY.size),
} as const;

export const VIDIOC_SUBDEV = {
  ENUM_MBUS_CODE: request("both", "V", 2, SUBDEV_MBUS_CODE_ENUM.size),
  S_FMT: request("both", "V", 5, SUBDEV_FORMAT.size),
} as const;

export const PAD_FL_SOURCE = 2;
export const LNK_FL_ENABLED = 1;
export const LNK_FL_IMMUTABLE = 2;
export const LNK_FL_LINK_TYPE = 0xf0000000;
export const LNK_FL_DATA_LINK = 0;
export const LNK_FL_INTERFACE_LINK = 0x10000000;
/** `which` of a subdevice's format: what is in force, not a trial (V4L2_SUBDEV_FORMAT_ACTIVE). */
export const SUBDEV_FORMAT_ACTIVE = 1;
