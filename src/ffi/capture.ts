import { LIMITS } from "../base/limits.ts";
import { check, EAGAIN, EINVAL, SystemError } from "./errno.ts";
import { Receiver } from "./receiver.ts";
import { Struct } from "./struct.ts";
import { OPEN, type Sys } from "./sys.ts";
import {
  BUF_FLAG_ERROR,
  BUF_FLAG_TIMESTAMP_MASK,
  BUF_FLAG_TIMESTAMP_MONOTONIC,
  BUF_TYPE,
  BUFFER,
  CAP,
  CAPABILITY,
  FIELD_NONE,
  FMTDESC,
  FORMAT,
  FORMAT_MPLANE,
  FRMSIZE_TYPE_DISCRETE,
  FRMSIZEENUM,
  MEMORY_MMAP,
  PLANE,
  REQUESTBUFFERS,
  VIDIOC,
} from "./v4l2.ts";

/** What a device says of itself (VIDIOC_QUERYCAP). */
export interface Identity {
  readonly driver: string;
  readonly card: string;
  readonly canCapture: boolean;
  /** What it captures is what programs write to it, as with v4l2loopback. */
  readonly canOutput: boolean;
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
  readonly imageSize: number;
}

/** One filled buffer, out of the driver's hands until it is queued again. */
export interface Filled {
  readonly index: number;
  /** Where the picture starts in our address space. */
  readonly address: number;
  /** Bytes of picture, never more than is mapped. */
  readonly length: number;
  readonly sequence: number;
  /** When the driver had it, CLOCK_MONOTONIC, microseconds; undefined if by another clock. */
  readonly atUs: number | undefined;
  /** The driver marked it damaged, or gave it without content. */
  readonly damaged: boolean;
}

interface Mapped {
  readonly address: number;
  readonly length: number;
}

/**
 * A V4L2 capture device with memory-mapped buffers, single- or multi-planar (one plane in memory).
 *
 * One method for each step of the ladder; `close` is safe from any rung. Source: the kernel's
 * userspace-api/media/v4l. Methods throw SystemError unless they say otherwise.
 */
export class CaptureDevice {
  readonly #sys: Sys;
  readonly #path: string;
  readonly #fd: number;
  readonly #type: number;
  readonly #mapped: Mapped[] = [];
  readonly #buffer = new Struct(BUFFER);
  readonly #plane = new Struct(PLANE);
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
    };
    this.receiver = new Receiver(sys, path, this.#fd);
  }

  get fd(): number {
    return this.#fd;
  }

  /** Buffers that the driver gave, which may be fewer than were asked for. */
  get buffers(): number {
    return this.#mapped.length;
  }

  /**
   * The pixel formats on offer, in the driver's order; at most 64 (VIDIOC_ENUM_FMT).
   *
   * @param busCode only those into which this format of the media bus is written; 0: all
   */
  formats(busCode = 0): number[] {
    const found: number[] = [];
    const entry = new Struct(FMTDESC);
    for (let index = 0; index < 64; index++) {
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
    const multiplanar = this.#type === BUF_TYPE.captureMplane;
    const format = multiplanar ? new Struct(FORMAT_MPLANE) : new Struct(FORMAT);
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
    return {
      width: format.get("width"),
      height: format.get("height"),
      pixelFormat: format.get("pixelformat"),
      stride: format.get("bytesperline"),
      imageSize: format.get("sizeimage"),
      colorspace: format.get("colorspace"),
      encoding: format.get("ycbcr_enc"),
      quantization: format.get("quantization"),
    };
  }

  /** Gets `count` or more buffers from the driver, maps them, queues them all and starts. */
  start(count: number): void {
    const request = new Struct(REQUESTBUFFERS)
      .set("count", count)
      .set("type", this.#type)
      .set("memory", MEMORY_MMAP);
    this.#ioctl("VIDIOC_REQBUFS", VIDIOC.REQBUFS, request.bytes);
    for (let index = 0; index < request.get("count"); index++) {
      this.#prepare(index);
      this.#ioctl("VIDIOC_QUERYBUF", VIDIOC.QUERYBUF, this.#buffer.bytes);
      const single = this.#type === BUF_TYPE.capture;
      const length = single ? this.#buffer.get("length") : this.#plane.get("length");
      const offset = single ? this.#buffer.get("offset") : this.#plane.get("mem_offset");
      this.#mapped.push({ address: this.#sys.map(this.#fd, length, offset), length });
      this.queue(index);
    }
    this.#ioctl("VIDIOC_STREAMON", VIDIOC.STREAMON, this.#typeBytes());
  }

  /** Hands a buffer back to the driver. */
  queue(index: number): void {
    this.#prepare(index);
    this.#ioctl("VIDIOC_QBUF", VIDIOC.QBUF, this.#buffer.bytes);
  }

  /** Takes the oldest filled buffer, or undefined if there is none yet. */
  dequeue(): Filled | undefined {
    this.#prepare(0);
    const result = this.#sys.tryIoctl(this.#fd, VIDIOC.DQBUF, this.#buffer.bytes);
    if (result === -EAGAIN) return undefined;
    check(result, "VIDIOC_DQBUF", this.#path);
    const index = this.#buffer.get("index");
    const mapped = this.#mapped[index];
    if (mapped === undefined) throw new SystemError("VIDIOC_DQBUF", `${this.#path} index`, EINVAL);
    const single = this.#type === BUF_TYPE.capture;
    const skipped = single ? 0 : this.#plane.get("data_offset");
    const used = single ? this.#buffer.get("bytesused") : this.#plane.get("bytesused");
    const flags = this.#buffer.get("flags");
    const isMonotonic = (flags & BUF_FLAG_TIMESTAMP_MASK) === BUF_FLAG_TIMESTAMP_MONOTONIC;
    const secondsUs = 1_000_000 * this.#buffer.get("timestamp.tv_sec");
    return {
      index,
      address: mapped.address + skipped,
      length: Math.max(0, Math.min(used, mapped.length) - skipped),
      sequence: this.#buffer.get("sequence"),
      atUs: isMonotonic ? secondsUs + this.#buffer.get("timestamp.tv_usec") : undefined,
      damaged: (flags & BUF_FLAG_ERROR) !== 0 || used === 0 || used > mapped.length,
    };
  }

  /** Stops, unmaps and closes, from any state. */
  close(): void {
    this.#sys.tryIoctl(this.#fd, VIDIOC.STREAMOFF, this.#typeBytes());
    for (const { address, length } of this.#mapped.splice(0)) this.#sys.unmap(address, length);
    this.#sys.close(this.#fd);
  }

  #prepare(index: number): void {
    this.#buffer.clear().set("index", index).set("type", this.#type).set("memory", MEMORY_MMAP);
    if (this.#type !== BUF_TYPE.captureMplane) return;
    this.#plane.clear();
    this.#buffer.set("planes", this.#plane.address).set("length", 1);
  }

  #typeBytes(): Uint8Array {
    return new Uint8Array(Int32Array.of(this.#type).buffer);
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
