/** Holds the tables that src/ffi writes by hand against the headers, by way of native/abi.c. */
import { beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DELIVERY, HOST_SPOKE } from "../../src/ffi/delivery.ts";
import {
  E2BIG,
  EAGAIN,
  EBADF,
  ECANCELED,
  EINVAL,
  EIO,
  EMSGSIZE,
  ERRNO_NAMES,
  errnoName,
} from "../../src/ffi/errno.ts";
import * as media from "../../src/ffi/media.ts";
import { STANDSTILL } from "../../src/ffi/standstill.ts";
import type { Layout } from "../../src/ffi/struct.ts";
import { OPEN, POLL, PollSet } from "../../src/ffi/sys.ts";
import * as v4l2 from "../../src/ffi/v4l2.ts";
import { ENDPOINTS } from "../../src/hid/descriptors.ts";

const said = new Map<string, number>();

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "linkrd-abi-"));
  try {
    const program = join(folder, "abi");
    const source = join(import.meta.dir, "../../native/abi.c");
    const made = Bun.spawnSync(["gcc", "-std=gnu17", "-o", program, source]);
    if (!made.success) throw new Error(made.stderr.toString());
    for (const line of Bun.spawnSync([program]).stdout.toString().trim().split("\n")) {
      const [name = "", value = ""] = line.split(" ");
      said.set(name, Number(value));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Each table, the name of its structure, and the C expression of a field not named the same. */
const STRUCTS: Readonly<Record<string, readonly [string, Layout, (field: string) => string]>> = {
  CAPABILITY: ["v4l2_capability", v4l2.CAPABILITY, same],
  FMTDESC: ["v4l2_fmtdesc", v4l2.FMTDESC, same],
  FRMSIZEENUM: ["v4l2_frmsizeenum", v4l2.FRMSIZEENUM, same],
  FORMAT: ["v4l2_format", v4l2.FORMAT, inside("fmt.pix", ["type"])],
  FORMAT_MPLANE: ["v4l2_format", v4l2.FORMAT_MPLANE, mplane],
  REQUESTBUFFERS: ["v4l2_requestbuffers", v4l2.REQUESTBUFFERS, same],
  BUFFER: [
    "v4l2_buffer",
    v4l2.BUFFER,
    (field) => (["offset", "planes"].includes(field) ? `m.${field}` : field),
  ],
  PLANE: ["v4l2_plane", v4l2.PLANE, (field) => (field === "mem_offset" ? `m.${field}` : field)],
  DV_TIMINGS: ["v4l2_dv_timings", v4l2.DV_TIMINGS, inside("bt", ["type"])],
  EDID: ["v4l2_edid", v4l2.EDID, same],
  CONTROL: ["v4l2_control", v4l2.CONTROL, same],
  EVENT: ["v4l2_event", v4l2.EVENT, same],
  EVENT_SUBSCRIPTION: ["v4l2_event_subscription", v4l2.EVENT_SUBSCRIPTION, same],
  TOPOLOGY: ["media_v2_topology", media.TOPOLOGY, same],
  ENTITY: ["media_v2_entity", media.ENTITY, same],
  INTERFACE: ["media_v2_interface", media.INTERFACE, same],
  PAD: ["media_v2_pad", media.PAD, same],
  LINK: ["media_v2_link", media.LINK, same],
  LINK_DESC: ["media_link_desc", media.LINK_DESC, same],
  SUBDEV_FORMAT: ["v4l2_subdev_format", media.SUBDEV_FORMAT, inside("format", ["which", "pad"])],
  SUBDEV_MBUS_CODE_ENUM: ["v4l2_subdev_mbus_code_enum", media.SUBDEV_MBUS_CODE_ENUM, same],
  STANDSTILL: ["standstill", STANDSTILL, same],
  DELIVERY: ["delivery", DELIVERY, same],
};

function same(field: string): string {
  return field;
}

function inside(member: string, outside: readonly string[]): (field: string) => string {
  return (field) => (outside.includes(field) ? field : `${member}.${field}`);
}

function mplane(field: string): string {
  if (field === "type") return field;
  if (field === "chroma.bytesperline") return "fmt.pix_mp.plane_fmt[1].bytesperline";
  const ofPlane = field === "sizeimage" || field === "bytesperline";
  return ofPlane ? `fmt.pix_mp.plane_fmt[0].${field}` : `fmt.pix_mp.${field}`;
}

const NUMBERS: Readonly<Record<string, number>> = {
  V4L2_CAP_VIDEO_CAPTURE: v4l2.CAP.videoCapture,
  V4L2_CAP_VIDEO_CAPTURE_MPLANE: v4l2.CAP.videoCaptureMplane,
  V4L2_CAP_VIDEO_OUTPUT: v4l2.CAP.videoOutput,
  V4L2_CAP_VIDEO_OUTPUT_MPLANE: v4l2.CAP.videoOutputMplane,
  V4L2_CAP_STREAMING: v4l2.CAP.streaming,
  V4L2_CAP_DEVICE_CAPS: v4l2.CAP.deviceCaps,
  V4L2_CAP_IO_MC: v4l2.CAP.ioMc,
  V4L2_BUF_TYPE_VIDEO_CAPTURE: v4l2.BUF_TYPE.capture,
  V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE: v4l2.BUF_TYPE.captureMplane,
  V4L2_PIX_FMT_YUYV: v4l2.fourcc("YUYV"),
  V4L2_PIX_FMT_MJPEG: v4l2.fourcc("MJPG"),
  MEDIA_PAD_FL_SOURCE: media.PAD_FL_SOURCE,
  MEDIA_LNK_FL_ENABLED: media.LNK_FL_ENABLED,
  MEDIA_LNK_FL_IMMUTABLE: media.LNK_FL_IMMUTABLE,
  MEDIA_LNK_FL_LINK_TYPE: media.LNK_FL_LINK_TYPE,
  MEDIA_LNK_FL_DATA_LINK: media.LNK_FL_DATA_LINK,
  MEDIA_LNK_FL_INTERFACE_LINK: media.LNK_FL_INTERFACE_LINK,
  V4L2_SUBDEV_FORMAT_ACTIVE: media.SUBDEV_FORMAT_ACTIVE,
  POLLIN: POLL.in,
  POLLPRI: POLL.pri,
  POLLOUT: POLL.out,
  POLLERR: POLL.error,
  POLLHUP: POLL.hangup,
  POLLNVAL: POLL.invalid,
  O_RDONLY: OPEN.readOnly,
  O_WRONLY: OPEN.writeOnly,
  O_RDWR: OPEN.readWrite,
  O_NONBLOCK: OPEN.nonBlocking,
  ENDPOINTS: ENDPOINTS.length,
  HOST_SPOKE,
  EIO,
  E2BIG,
  EBADF,
  EAGAIN,
  EINVAL,
  EMSGSIZE,
  ECANCELED,
};

/** What the header says of each name; undefined, which equals no number, if it says nothing. */
function header(names: readonly string[]): Record<string, number | undefined> {
  return Object.fromEntries(names.map((name) => [name, said.get(name)]));
}

test("every structure of the tables is held against the headers", () => {
  const layouts = Object.entries({ ...v4l2, ...media, STANDSTILL, DELIVERY }).filter(([, value]) =>
    isLayout(value),
  );
  expect(layouts.map(([name]) => name).sort()).toEqual(Object.keys(STRUCTS).sort());
});

function isLayout(value: unknown): boolean {
  return typeof value === "object" && value !== null && "fields" in value;
}

test.each(Object.keys(STRUCTS))("%s lies in memory as the headers say", (table) => {
  const [struct, layout, nameOf] = STRUCTS[table] ?? expect.unreachable();
  const offsets = Object.entries(layout.fields).map(([field, [offset]]) => {
    return [`${struct}.${nameOf(field)}`, offset] as const;
  });
  const ours = Object.fromEntries([[struct, layout.size], ...offsets]);
  expect(header(Object.keys(ours))).toEqual(ours);
});

test("request numbers are those of the headers", () => {
  const tables = {
    VIDIOC: v4l2.VIDIOC,
    VIDIOC_SUBDEV: media.VIDIOC_SUBDEV,
    MEDIA_IOC: media.MEDIA_IOC,
  };
  const ours = Object.fromEntries(
    Object.entries(tables).flatMap(([table, numbers]) => {
      return Object.entries(numbers).map(([name, number]) => [`${table}_${name}`, number]);
    }),
  );
  expect(header(Object.keys(ours))).toEqual(ours);
});

test("numbers of V4L2 are those of the headers, whichever there are", () => {
  const ours = Object.fromEntries(
    Object.entries(v4l2).flatMap(([name, value]) => {
      return typeof value === "number" ? [[`V4L2_${name}`, value]] : [];
    }),
  );
  expect(Object.keys(ours)).toContain("V4L2_MEMORY_MMAP");
  expect(header(Object.keys(ours))).toEqual(ours);
});

test("flags and codes are those of the headers", () => {
  expect(header(Object.keys(NUMBERS))).toEqual(NUMBERS);
});

test("errno values have the names of the headers", () => {
  const ours = Object.fromEntries([...ERRNO_NAMES].map(([number, name]) => [name, number]));
  expect(header(Object.keys(ours))).toEqual(ours);
  expect(errnoName(4095)).toBe("errno 4095");
});

test("a PollSet is an array of struct pollfd", () => {
  const size = said.get("pollfd") ?? 0;
  const set = new PollSet([
    [3, POLL.in],
    [0x01020304, POLL.out | POLL.pri],
  ]);
  expect([set.count, set.bytes.length]).toEqual([2, 2 * size]);
  const view = new DataView(set.bytes.buffer);
  const [fd, events, revents] = ["fd", "events", "revents"].map((field) => {
    return size + (said.get(`pollfd.${field}`) ?? Number.NaN);
  });
  expect(view.getInt32(fd ?? 0, true)).toBe(0x01020304);
  expect(view.getInt16(events ?? 0, true)).toBe(POLL.out | POLL.pri);
  view.setInt16(revents ?? 0, POLL.hangup, true);
  expect([set.ready(0), set.ready(1)]).toEqual([0, POLL.hangup]);
});

test("a pixel format is its four characters", () => {
  expect(v4l2.fourcc("NV12")).toBe(0x3231564e);
  expect(v4l2.fourccName(0x3231564e)).toBe("NV12");
  expect(v4l2.fourccName(0xff0a5659)).toBe("YV??");
});
