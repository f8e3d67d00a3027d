import { LIMITS } from "../base/limits.ts";
import { alignMemory, Buffers, type Filled, type Part } from "./buffers.ts";
import { check } from "./errno.ts";
import { Receiver } from "./receiver.ts";
import type { Standstill } from "./standstill.ts";
import { Struct } from "./struct.ts";
import { OPEN, type Sys } from "./sys.ts";
import {
  BUF_TYPE,
  CAP,
  CAPABILITY,
  FIELD_NONE,
  FMTDESC,
  FORMAT,
  FORMAT_MPLANE,
  FRMSIZE_TYPE_DISCRETE,
  FRMSIZEENUM,
  VIDIOC,
} from "./v4l2.ts";

/** What a device says of itself (VIDIOC_QUERYCAP). */
export interface Identity {
  readonly driver: string;
  readonly card: string;
  readonly canCapture: boolean;
  /** What it captures is what programs write to it, as with v4l2loopback. */
  readonly canOutput: boolean;
  /** What it captures comes through other parts, which have to be linked to it first. */
  readonly isPart: boolean;
}

/** How the numbers of a picture are to be read, as the kernel numbers it; 0: the usual way. */
export interface Colours {
  readonly colorspace: number;
  /** v4l2_ycbcr_encoding; 0 follows from the colorspace, as does quantization. */
  readonly encoding: number;
  readonly quantization: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The format that a device has settled on; strides and sizes in bytes. */
export interface CaptureFormat extends Size, Colours {
  readonly pixelFormat: number;
  readonly stride: number;
  /** Where chroma begins that has memory of its own, from the start of luma, and its stride. */
  readonly chroma?: { readonly start: number; readonly stride: number };
}

/** A device that offers more has no end: the longest list of a driver has about eighty. */
const FORMATS_MAX = 256;

const WHOLE: Part = { start: 0, bytesMin: 0 };

/**
 * A V4L2 capture device with memory-mapped buffers, single- or multi-planar, of one part or two.
 *
 * One method for each step of the ladder; `close` is safe from any rung. Source: the kernel's
 * userspace-api/media/v4l. Methods throw SystemError unless they say otherwise.
 */
export class CaptureDevice {
  readonly #sys: Sys;
  readonly #path: string;
  readonly #fd: number;
  readonly #type: number;
  #parts: readonly Part[] = [WHOLE];
  #buffers: Buffers | undefined;
  readonly identity: Identity;
  /** The HDMI side, of the same node. */
  readonly receiver: Receiver;

  constructor(sys: Sys, path: string) {
    this.#sys = sys;
    this.#path = path;
    this.#fd = sys.open(path, OPEN.readWrite | OPEN.nonBlocking);
    const capability = new Struct(CAPABILITY);
    try {
      this.#ioctl("VIDIOC_QUERYCAP", VIDIOC.QUERYCAP, capability.bytes);
    } catch (error) {
      sys.close(this.#fd);
      throw error;
    }
    const all = capability.get("capabilities");
    const own = (all & CAP.deviceCaps) !== 0 ? capability.get("device_caps") : all;
    const multiplanar = (own & CAP.videoCaptureMplane) !== 0;
    this.#type = multiplanar ? BUF_TYPE.captureMplane : BUF_TYPE.capture;
    const captures = (own & (CAP.videoCapture | CAP.videoCaptureMplane)) !== 0;
    this.identity = {
      driver: capability.text("driver", 16),
      card: capability.text("card", 32),
      canCapture: captures && (own & CAP.streaming) !== 0,
      canOutput: (own & (CAP.videoOutput | CAP.videoOutputMplane)) !== 0,
      isPart: (own & CAP.ioMc) !== 0,
    };
    this.receiver = new Receiver(sys, path, this.#fd);
  }

  get fd(): number {
    return this.#fd;
  }

  /** Buffers that the driver gave, which may be fewer than were asked for. */
  get buffers(): number {
    return this.#buffers?.count ?? 0;
  }

  /**
   * The pixel formats on offer, in the driver's order; at most FORMATS_MAX (VIDIOC_ENUM_FMT).
   *
   * @param busCode only those into which this format of the media bus is written; 0: all
   */
  formats(busCode = 0): number[] {
    const found: number[] = [];
    const entry = new Struct(FMTDESC);
    for (let index = 0; index < FORMATS_MAX; index++) {
      entry.clear().set("index", index).set("type", this.#type).set("mbus_code", busCode);
      if (this.#sys.tryIoctl(this.#fd, VIDIOC.ENUM_FMT, entry.bytes) < 0) break;
      found.push(entry.get("pixelformat"));
    }
    return found;
  }

  /**
   * The largest size of `pixelFormat` within linkrd's bounds, of the first 64 that are told one by
   * one or of a range; undefined where the device does not tell (VIDIOC_ENUM_FRAMESIZES).
   */
  largestSize(pixelFormat: number): Size | undefined {
    const entry = new Struct(FRMSIZEENUM);
    let largest: Size | undefined;
    for (let index = 0; index < 64; index++) {
      entry.clear().set("index", index).set("pixel_format", pixelFormat);
      if (this.#sys.tryIoctl(this.#fd, VIDIOC.ENUM_FRAMESIZES, entry.bytes) < 0) break;
      const kind = entry.get("type") === FRMSIZE_TYPE_DISCRETE ? "discrete" : "range";
      const size = kind === "discrete" ? discreteSize(entry) : rangeSize(entry);
      const fits = size.width <= LIMITS.frame_width_max && size.height <= LIMITS.frame_height_max;
      const area = ({ width, height }: Size) => width * height;
      if (fits && (largest === undefined || area(size) > area(largest))) largest = size;
      if (kind === "range") break;
    }
    return largest;
  }

  /**
   * Asks for `pixelFormat`, with the current size and colours if none are given. @returns what the
   * device made of it
   */
  setFormat(pixelFormat: number, size?: Size, colours?: Colours): CaptureFormat {
    const isPlanar = this.#type === BUF_TYPE.captureMplane;
    const planar = isPlanar ? new Struct(FORMAT_MPLANE) : undefined;
    const format = planar ?? new Struct(FORMAT);
    format.set("type", this.#type);
    this.#ioctl("VIDIOC_G_FMT", VIDIOC.G_FMT, format.bytes);
    format.set("pixelformat", pixelFormat).set("field", FIELD_NONE);
    if (size !== undefined) format.set("width", size.width).set("height", size.height);
    if (colours !== undefined) {
      format.set("colorspace", colours.colorspace).set("ycbcr_enc", colours.encoding);
      format.set("quantization", colours.quantization);
    }
    // Left as they are, the sizes of the old format could be taken as wishes for the new one.
    format.set("bytesperline", 0).set("sizeimage", 0);
    this.#ioctl("VIDIOC_S_FMT", VIDIOC.S_FMT, format.bytes);
    const taken = {
      width: format.get("width"),
      height: format.get("height"),
      pixelFormat: format.get("pixelformat"),
      stride: format.get("bytesperline"),
      colorspace: format.get("colorspace"),
      encoding: format.get("ycbcr_enc"),
      quantization: format.get("quantization"),
    };
    this.#parts = [WHOLE];
    if (planar?.get("num_planes") !== 2) return taken;
    const start = alignMemory(planar.get("sizeimage"));
    this.#parts = [
      { start: 0, bytesMin: taken.stride * taken.height },
      { start, bytesMin: 0 },
    ];
    return { ...taken, chroma: { start, stride: planar.get("chroma.bytesperline") } };
  }

  /**
   * Gets `count` or more buffers from the driver, maps them, queues them all and starts.
   *
   * @returns `format` as it lies in them
   */
  start(count: number, format: CaptureFormat): CaptureFormat {
    const buffers = new Buffers(this.#sys, this.#path, this.#fd, this.#type, this.#parts);
    this.#buffers = buffers;
    buffers.start(count);
    const { chroma } = format;
    if (chroma === undefined) return format;
    return { ...format, chroma: { ...chroma, start: buffers.distance } };
  }

  /** Hands a buffer back to the driver. */
  queue(index: number): void {
    this.#buffers?.queue(index);
  }

  /** Takes the oldest filled buffer, or undefined if there is none yet. */
  dequeue(): Filled | undefined {
    return this.#buffers?.dequeue();
  }

  /** As Buffers has it. */
  standStill(wish: Standstill, bytesMin: number): ReturnType<Buffers["standStill"]> | undefined {
    return this.#buffers?.standStill(wish, bytesMin);
  }

  /** Stops, unmaps and closes, from any state. */
  close(): void {
    this.#buffers?.stop();
    this.#sys.close(this.#fd);
  }

  #ioctl(name: string, request: number, argument: Uint8Array): void {
    check(this.#sys.tryIoctl(this.#fd, request, argument), name, this.#path);
  }
}

function discreteSize(entry: Struct<typeof FRMSIZEENUM>): Size {
  return { width: entry.get("discrete.width"), height: entry.get("discrete.height") };
}

/**
 * Of a range the largest within linkrd's bounds is asked for; the device rounds it to its steps.
 */
function rangeSize(entry: Struct<typeof FRMSIZEENUM>): Size {
  return {
    width: Math.min(entry.get("stepwise.max_width"), LIMITS.frame_width_max),
    height: Math.min(entry.get("stepwise.max_height"), LIMITS.frame_height_max),
  };
}
