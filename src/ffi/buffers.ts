import { check, EAGAIN, EINVAL, SystemError } from "./errno.ts";
import { addressOf } from "./memory.ts";
import { type Device, type Passed, type Standstill, StandstillRequest } from "./standstill.ts";
import { Struct } from "./struct.ts";
import type { Sys } from "./sys.ts";
import {
  BUF_FLAG_ERROR,
  BUF_FLAG_TIMESTAMP_MASK,
  BUF_FLAG_TIMESTAMP_MONOTONIC,
  BUF_TYPE,
  BUFFER,
  MEMORY_MMAP,
  PLANE,
  REQUESTBUFFERS,
  VIDIOC,
} from "./v4l2.ts";

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
  /** The driver marked it damaged, or gave it without content, or a part of it. */
  readonly damaged: boolean;
  /** It differs from what was shown, and where is marked: by `standStill`. */
  readonly isMarked: boolean;
}

/**
 * A piece of memory of a buffer. Those of one buffer are mapped behind each other, so that a frame
 * has one address, whatever the driver made it of.
 */
export interface Part {
  /** From the buffer's address, on a boundary of `alignMemory`. */
  readonly start: number;
  /** Bytes that have to be in it, if others come after it. */
  readonly bytesMin: number;
}

/** The largest page of arm64 kernels, so that it is a boundary of pages on any. */
const PAGE_BYTES_MAX = 65_536;

/** The next place at which memory can be mapped, whatever the kernel's pages are. */
export function alignMemory(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES_MAX) * PAGE_BYTES_MAX;
}

interface Mapped {
  readonly address: number;
  readonly length: number;
  /** Bytes of each part. */
  readonly parts: readonly number[];
}

/** What VIDIOC_QUERYBUF and VIDIOC_DQBUF say of one part. */
interface Told {
  readonly length: number;
  readonly offset: number;
  readonly used: number;
  readonly skipped: number;
}

/** The buffers of a capture device, from VIDIOC_REQBUFS to VIDIOC_STREAMOFF. */
export class Buffers {
  readonly #sys: Sys;
  readonly #path: string;
  readonly #fd: number;
  readonly #type: number;
  readonly #parts: readonly Part[];
  readonly #mapped: Mapped[] = [];
  /** Those of `#mapped`, where native code finds them. */
  #addresses = new BigUint64Array();
  /** Bytes at the beginning of each part that are no picture, as of the first buffer queued. */
  #skipped: readonly number[] = [];
  readonly #buffer = new Struct(BUFFER);
  /** An array of struct v4l2_plane, in one piece. */
  readonly #planes: Uint8Array<ArrayBuffer>;
  #standstill: StandstillRequest | undefined;
  /** There if `#buffer` tells of a buffer that was taken by `standStill`, and not yet answered. */
  #taken: { readonly isMarked: boolean } | undefined;

  /** @param fd stays the caller's to close @param type of the buffers (enum v4l2_buf_type) */
  constructor(sys: Sys, path: string, fd: number, type: number, parts: readonly Part[]) {
    this.#sys = sys;
    this.#path = path;
    this.#fd = fd;
    this.#type = type;
    this.#parts = parts;
    this.#planes = new Uint8Array(PLANE.size * parts.length);
  }

  /** How many the driver gave, which may be fewer than were asked for. */
  get count(): number {
    return this.#mapped.length;
  }

  /** From the first byte of a frame to that of its second part. */
  get distance(): number {
    const places = this.#parts.map(({ start }, at) => start + (this.#skipped[at] ?? 0));
    return (places[1] ?? 0) - (places[0] ?? 0);
  }

  start(count: number): void {
    const request = new Struct(REQUESTBUFFERS)
      .set("count", count)
      .set("type", this.#type)
      .set("memory", MEMORY_MMAP);
    this.#ioctl("VIDIOC_REQBUFS", VIDIOC.REQBUFS, request.bytes);
    for (let index = 0; index < request.get("count"); index++) {
      this.#prepare(index);
      this.#ioctl("VIDIOC_QUERYBUF", VIDIOC.QUERYBUF, this.#buffer.bytes);
      this.#map(this.#told());
      this.queue(index);
    }
    this.#addresses = BigUint64Array.from(this.#mapped, ({ address }) => BigInt(address));
    if (this.#parts.length > 1) {
      // Only of a queued buffer do drivers say where in its parts the picture will begin.
      this.#prepare(0);
      this.#ioctl("VIDIOC_QUERYBUF", VIDIOC.QUERYBUF, this.#buffer.bytes);
      this.#skipped = this.#told().map(({ skipped }) => skipped);
    }
    this.#ioctl("VIDIOC_STREAMON", VIDIOC.STREAMON, this.#typeBytes());
  }

  queue(index: number): void {
    this.#prepare(index);
    this.#ioctl("VIDIOC_QBUF", VIDIOC.QBUF, this.#buffer.bytes);
  }

  dequeue(): Filled | undefined {
    const taken = this.#taken;
    this.#taken = undefined;
    if (taken === undefined) {
      this.#prepare(0);
      const result = this.#sys.tryIoctl(this.#fd, VIDIOC.DQBUF, this.#buffer.bytes);
      if (result === -EAGAIN) return undefined;
      check(result, "VIDIOC_DQBUF", this.#path);
    }
    const index = this.#buffer.get("index");
    const mapped = this.#mapped[index];
    if (mapped === undefined) throw new SystemError("VIDIOC_DQBUF", `${this.#path} index`, EINVAL);
    const flags = this.#buffer.get("flags");
    const isMonotonic = (flags & BUF_FLAG_TIMESTAMP_MASK) === BUF_FLAG_TIMESTAMP_MONOTONIC;
    const secondsUs = 1_000_000 * this.#buffer.get("timestamp.tv_sec");
    return {
      index,
      ...this.#content(mapped, this.#told()),
      sequence: this.#buffer.get("sequence"),
      atUs: isMonotonic ? secondsUs + this.#buffer.get("timestamp.tv_usec") : undefined,
      damaged: (flags & BUF_FLAG_ERROR) !== 0 || !this.#isWhole(mapped, this.#told()),
      isMarked: taken?.isMarked === true,
    };
  }

  /**
   * Takes frames, and gives them back, as long as they are whole and show what is shown; a frame
   * that does not is the next one that `dequeue` answers.
   *
   * @param bytesMin of a whole frame, the same each time
   * @returns what passed, and why it ended before its time
   */
  standStill(wish: Standstill, bytesMin: number): { passed: Passed; error?: SystemError } {
    this.#standstill ??= new StandstillRequest(this.#device(bytesMin));
    const result = this.#standstill.run(this.#sys, wish);
    const { taken, passed } = this.#standstill;
    this.#taken = result === 0 ? taken : undefined;
    if (result === 0) return { passed };
    const call = taken === undefined ? "VIDIOC_DQBUF" : "VIDIOC_QBUF";
    return { passed, error: new SystemError(call, this.#path, -result) };
  }

  /** Stops and unmaps, from any state. */
  stop(): void {
    this.#sys.tryIoctl(this.#fd, VIDIOC.STREAMOFF, this.#typeBytes());
    for (const { address, length } of this.#mapped.splice(0)) this.#sys.unmap(address, length);
  }

  #map(told: readonly Told[]): void {
    const parts = told.map(({ length }) => length);
    const [first] = told;
    if (told.length === 1 && first !== undefined) {
      const address = this.#sys.map(this.#fd, first.length, first.offset);
      this.#mapped.push({ address, length: first.length, parts });
      return;
    }
    const ends = this.#parts.map(({ start }, at) => start + (parts[at] ?? 0));
    const overlaps = this.#parts.some(({ start }, at) => at > 0 && (ends[at - 1] ?? 0) > start);
    if (overlaps) throw new SystemError("VIDIOC_QUERYBUF", `${this.#path} length`, EINVAL);
    const length = Math.max(...ends);
    const address = this.#sys.reserve(length);
    this.#mapped.push({ address, length, parts });
    this.#parts.forEach(({ start }, at) => {
      const { length, offset } = told[at] ?? { length: 0, offset: 0 };
      this.#sys.map(this.#fd, length, offset, address + start);
    });
  }

  /** Where the bytes of picture are: up to what the last part has of them. */
  #content({ address, parts }: Mapped, told: readonly Told[]) {
    const last = told.length - 1;
    const { used, skipped } = told[last] ?? { used: 0, skipped: 0 };
    const length = Math.max(0, Math.min(used, parts[last] ?? 0) - skipped);
    const before = last === 0 ? 0 : this.distance;
    return { address: address + (told[0]?.skipped ?? 0), length: before + length };
  }

  /**
   * Every part has content, none more than it can hold, and all but the last what they need; of
   * several, each begins where it was said to.
   */
  #isWhole({ parts }: Mapped, told: readonly Told[]): boolean {
    const isAlone = told.length === 1;
    return told.every(({ used, skipped }, at) => {
      const isHeld = used > 0 && used <= (parts[at] ?? 0);
      const isInPlace = isAlone || skipped === this.#skipped[at];
      return isHeld && isInPlace && used - skipped >= (this.#parts[at]?.bytesMin ?? 0);
    });
  }

  /** @param bytesMin of a frame */
  #device(bytesMin: number): Device {
    const last = this.#parts.length - 1;
    const parts = this.#parts.map((part, at) => ({
      skipped: last === 0 ? undefined : this.#skipped[at],
      bytesMin: at < last ? part.bytesMin : bytesMin - (last === 0 ? 0 : this.distance),
      bytesMax: Math.min(...this.#mapped.map(({ parts }) => parts[at] ?? 0)),
    }));
    const [{ bytes: buffer }, addresses, planes] = [this.#buffer, this.#addresses, this.#planes];
    return { fd: this.#fd, type: this.#type, addresses, parts, buffer, planes };
  }

  #prepare(index: number): void {
    this.#buffer.clear().set("index", index).set("type", this.#type).set("memory", MEMORY_MMAP);
    if (this.#type !== BUF_TYPE.captureMplane) return;
    this.#planes.fill(0);
    this.#buffer.set("planes", addressOf(this.#planes)).set("length", this.#parts.length);
  }

  #told(): Told[] {
    const buffer = this.#buffer;
    if (this.#type !== BUF_TYPE.captureMplane) {
      const [length, offset] = [buffer.get("length"), buffer.get("offset")];
      return [{ length, offset, used: buffer.get("bytesused"), skipped: 0 }];
    }
    return this.#parts.map((_, at) => {
      const plane = new Struct(PLANE, this.#planes.subarray(at * PLANE.size));
      const [length, offset] = [plane.get("length"), plane.get("mem_offset")];
      return { length, offset, used: plane.get("bytesused"), skipped: plane.get("data_offset") };
    });
  }

  #typeBytes(): Uint8Array {
    return new Uint8Array(Int32Array.of(this.#type).buffer);
  }

  #ioctl(name: string, request: number, argument: Uint8Array): void {
    check(this.#sys.tryIoctl(this.#fd, request, argument), name, this.#path);
  }
}
