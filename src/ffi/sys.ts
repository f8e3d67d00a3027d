import { dlopen, FFIType } from "bun:ffi";
import { closeSync, readFileSync, writeSync } from "node:fs";
import libraryPath from "../../build/sys.so" with { type: "file" };
import { Fault } from "../base/fault.ts";
import { check, EACCES, EINVAL, EPERM } from "./errno.ts";
import type { PlanarPicture } from "./jpeg.ts";
import type { RowTable } from "./rows.ts";

/** Mirror of native/, with the C declaration of each argument. */
const SYMBOLS = {
  linkrd_open: { args: ["ptr", "i32"] /* const char *path, int32_t flags */, returns: "i32" },
  linkrd_close: { args: ["i32"] /* int32_t fd */, returns: "i32" },
  linkrd_ioctl: {
    args: ["i32", "u64", "ptr"] /* int32_t fd, uint64_t request, void *argument */,
    returns: "i32",
  },
  linkrd_poll: {
    args: ["ptr", "u32", "i32"] /* struct pollfd *fds, uint32_t count, int32_t timeout_ms */,
    returns: "i32",
  },
  linkrd_read: {
    args: ["i32", "ptr", "u64"] /* int32_t fd, void *bytes, uint64_t length */,
    returns: FFIType.i64_fast,
  },
  linkrd_write: {
    args: ["i32", "ptr", "u64"] /* int32_t fd, const void *bytes, uint64_t length */,
    returns: FFIType.i64_fast,
  },
  linkrd_mmap: {
    args: ["i32", "u64", "i64", "i64"],
    // int32_t fd, uint64_t length, int64_t offset, int64_t place
    returns: FFIType.i64_fast,
  },
  linkrd_reserve: { args: ["u64"] /* uint64_t length */, returns: FFIType.i64_fast },
  linkrd_munmap: { args: ["i64", "u64"] /* int64_t address, uint64_t length */, returns: "i32" },
  linkrd_socketpair: { args: ["ptr"] /* int32_t ends[2] */, returns: "i32" },
  linkrd_send_to: {
    args: ["ptr", "ptr", "u64"] /* const char *name, const void *bytes, uint64_t length */,
    returns: "i32",
  },
  linkrd_monotonic_us: { args: [], returns: FFIType.i64_fast },
  linkrd_exchange: {
    args: ["ptr", "ptr"] /* const char *one, const char *other */,
    returns: "i32",
  },
  linkrd_set_nice: { args: ["i32"] /* int32_t nice */, returns: "i32" },
  linkrd_set_slice: { args: ["i32"] /* int32_t us */, returns: "i32" },
  linkrd_differs: {
    args: ["ptr", "i64", "u64"] /* const void *kept, int64_t frame, uint64_t length */,
    returns: "i32",
  },
  linkrd_take_changes: {
    args: [
      "ptr", // uint8_t *kept
      "i64", // int64_t frame
      "ptr", // const struct rows *planes
      "u32", // uint32_t plane_count
      "ptr", // uint8_t *changed
      "u32", // uint32_t strip_count
    ],
    returns: "u32",
  },
  linkrd_deliver: { args: ["ptr"] /* struct delivery *delivery */, returns: "i32" },
  linkrd_stand_still: { args: ["ptr"] /* struct standstill *still */, returns: "i32" },
  linkrd_copy: {
    args: ["ptr", "i64", "u64"] /* void *target, int64_t source, uint64_t length */,
    returns: "void",
  },
  linkrd_expand_luma: {
    args: ["ptr", "ptr", "u64"] /* const uint8_t *source, uint8_t *target, uint64_t length */,
    returns: "void",
  },
  linkrd_rec709_to_rec601: {
    args: [
      "ptr", // uint8_t *luma
      "ptr", // uint8_t *blue
      "ptr", // uint8_t *red
      "u64", // uint64_t stride_y
      "u64", // uint64_t stride_c
      "u64", // uint64_t height
    ],
    returns: "void",
  },
  linkrd_expand_chroma: {
    args: ["ptr", "ptr", "u64"] /* const uint8_t *source, uint8_t *target, uint64_t length */,
    returns: "void",
  },
} as const;

type Calls = ReturnType<typeof dlopen<typeof SYMBOLS>>["symbols"];

/** Of a slice of the processor: what Linux gives at least. */
const SLICE_US_MIN = 100;

/** poll(2) event bits (asm-generic/poll.h). */
export const POLL = {
  in: 0x1,
  pri: 0x2,
  out: 0x4,
  error: 0x8,
  hangup: 0x10,
  invalid: 0x20,
} as const;

/** open(2) flags (asm-generic/fcntl.h); arm64 and x64 agree on these. */
export const OPEN = { readOnly: 0, writeOnly: 1, readWrite: 2, nonBlocking: 0x800 } as const;

/**
 * The system calls linkrd makes on devices. Each thread opens its own; it holds no state but the
 * library. Methods named `try…` answer -errno; the others throw a SystemError.
 */
export class Sys {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** @param flags of OPEN, or-ed; close-on-exec is always set @returns the file descriptor */
  open(path: string, flags: number): number {
    const name = Buffer.from(`${path}\0`);
    return check(this.#calls.linkrd_open(name, flags), "open", path);
  }

  close(fd: number): void {
    check(this.#calls.linkrd_close(fd), "close", `descriptor ${fd}`);
  }

  tryIoctl(fd: number, request: number, argument: Uint8Array): number {
    return this.#calls.linkrd_ioctl(fd, request, argument);
  }

  /** Waits until a descriptor of `set` is ready or the time is over. @returns how many are ready */
  poll(set: PollSet, timeoutMs: number): number {
    return check(this.#calls.linkrd_poll(set.bytes, set.count, timeoutMs), "poll", "devices");
  }

  /** @returns bytes read into `target`, 0 at the end, or -errno */
  tryRead(fd: number, target: Uint8Array): number {
    return Number(this.#calls.linkrd_read(fd, target, target.byteLength));
  }

  /** @returns bytes taken, or -errno */
  tryWrite(fd: number, source: Uint8Array): number {
    return Number(this.#calls.linkrd_write(fd, source, source.byteLength));
  }

  /**
   * Maps `length` bytes of a device, readable, shared. @param place in what was reserved, on a
   * boundary of pages; 0 for anywhere @returns the address
   */
  map(fd: number, length: number, offset: number, place = 0): number {
    const result = this.#calls.linkrd_mmap(fd, length, offset, place);
    return check(Number(result), "mmap", "a capture buffer");
  }

  /** Keeps `length` bytes of addresses, for `map` to put memory there. @returns the first */
  reserve(length: number): number {
    return check(Number(this.#calls.linkrd_reserve(length)), "mmap", "a place for a buffer");
  }

  unmap(address: number, length: number): void {
    check(this.#calls.linkrd_munmap(address, length), "munmap", "a capture buffer");
  }

  /** A pair of connected, non-blocking sockets that keep message boundaries (SOCK_SEQPACKET). */
  socketPair(): readonly [number, number] {
    const ends = new Int32Array(2);
    check(this.#calls.linkrd_socketpair(ends), "socketpair", "between threads");
    return [ends[0] ?? -1, ends[1] ?? -1];
  }

  /** Sends one datagram to the unix socket `name`, `@name` for one without a file. Never waits. */
  sendTo(name: string, message: string): void {
    const bytes = Buffer.from(message);
    const terminated = Buffer.from(`${name}\0`);
    check(this.#calls.linkrd_send_to(terminated, bytes, bytes.byteLength), "sendto", name);
  }

  /** CLOCK_MONOTONIC, microseconds: the clock of V4L2 timestamps, the same in every thread. */
  monotonicUs(): number {
    return Number(this.#calls.linkrd_monotonic_us());
  }

  /**
   * Has two names of one file system change places, at once (renameat2(2), RENAME_EXCHANGE).
   * @returns false where the file system has no such call, as FAT and NFS
   */
  exchange(one: string, other: string): boolean {
    const names = [Buffer.from(`${one}\0`), Buffer.from(`${other}\0`)] as const;
    const result = this.#calls.linkrd_exchange(...names);
    return result !== -EINVAL && check(result, "renameat2", other) === 0;
  }

  /**
   * Lets the calling thread, when it wakes, go before those that are at work: it asks for the
   * shortest slices of the processor there are (sched_setattr(2), Linux 6.12). What it starts is as
   * all are. Where that is not known, or not allowed by a sandbox, or the thread is scheduled in
   * another way, it stays as it is.
   */
  goFirst(): void {
    this.#calls.linkrd_set_slice(SLICE_US_MIN);
  }

  /**
   * Lets other threads of the machine go before the calling one: 0 is as they all begin, 19 the
   * last (setpriority(2)). Where that is not allowed, by a sandbox or because going back needs a
   * privilege, the thread stays where it is.
   */
  stepBack(nice: number): void {
    const result = this.#calls.linkrd_set_nice(nice);
    if (result !== -EPERM && result !== -EACCES) check(result, "setpriority", `${nice}`);
  }

  /** Whether memory of ours differs from as much of mapped device memory. */
  differs(kept: Uint8Array, address: number): boolean {
    return this.#calls.linkrd_differs(kept, address, kept.byteLength) !== 0;
  }

  /**
   * Marks in `changed`, of which each entry is a strip, where the frame at `frame` differs from
   * `kept`, and copies those strips there; so it does with all that are marked already
   * (native/changes.c). @returns how many are marked
   */
  takeChanges(kept: Uint8Array, frame: number, rows: RowTable, changed: Uint8Array): number {
    if (rows.bytes > kept.byteLength) throw new RangeError("takeChanges: the copy is too short");
    const { words, count } = rows;
    const strips = changed.byteLength;
    return this.#calls.linkrd_take_changes(kept, frame, words, count, changed, strips);
  }

  /** Waits while nothing changes (standstill.ts, which `request` is of). @returns 0 or -errno */
  tryStandStill(request: Uint8Array): number {
    return this.#calls.linkrd_stand_still(request);
  }

  /**
   * Hands reports to the host (delivery.ts, which `request` is of).
   * @returns 0, HOST_SPOKE or -errno
   */
  tryDeliver(request: Uint8Array): number {
    return this.#calls.linkrd_deliver(request);
  }

  /** Copies mapped device memory, in one pass, to memory of ours. */
  copy(target: Uint8Array, address: number, length: number): void {
    if (length > target.byteLength) throw new RangeError("copy: the target is too short");
    this.#calls.linkrd_copy(target, address, length);
  }

  /** Limited-range luma of `source` as full range in `target` (native/range.c). */
  expandLuma(source: Uint8Array, target: Uint8Array): void {
    if (source.byteLength > target.byteLength) throw new RangeError("expand: target too short");
    this.#calls.linkrd_expand_luma(source, target, source.byteLength);
  }

  /** Limited-range chroma of `source` as full range in `target` (native/range.c). */
  expandChroma(source: Uint8Array, target: Uint8Array): void {
    if (source.byteLength > target.byteLength) throw new RangeError("expand: target too short");
    this.#calls.linkrd_expand_chroma(source, target, source.byteLength);
  }

  /** Full-range BT.709 planes as BT.601, in place (native/range.c). */
  rec709ToRec601(planes: PlanarPicture): void {
    const { y, u, v, strideY, strideC, height } = planes;
    this.#calls.linkrd_rec709_to_rec601(y, u, v, strideY, strideC, height);
  }
}

/** The array of `struct pollfd` for one wait: who is waited for, and what came. */
export class PollSet {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly count: number;

  /** @param wanted pairs of descriptor and POLL bits */
  constructor(wanted: readonly (readonly [fd: number, events: number])[]) {
    this.count = wanted.length;
    this.bytes = new Uint8Array(8 * wanted.length);
    this.#view = new DataView(this.bytes.buffer);
    wanted.forEach(([fd, events], index) => {
      this.set(index, fd, events);
    });
  }

  /** A negative descriptor is skipped by the kernel (poll(2)). */
  set(index: number, fd: number, events: number): void {
    this.#view.setInt32(8 * index, fd, true);
    this.#view.setInt16(8 * index + 4, events, true);
  }

  /** The POLL bits that came for entry `index`. */
  ready(index: number): number {
    return this.#view.getInt16(8 * index + 6, true);
  }
}

/**
 * Opens native/sys.c, which travels inside the binary.
 *
 * dlopen wants a file; the library is put into one that has no name (memfd_create), so nothing is
 * left in a temporary folder and a folder mounted noexec is no obstacle. The descriptor is closed
 * again, so that a thread that is started anew and anew costs none. The loader may then find the
 * library that it has under the same name, /proc/self/fd/N, and not look further: that is this one.
 */
export function openSys(): Sys {
  const libc = dlopen("libc.so.6", { memfd_create: { args: ["ptr", "u32"], returns: "i32" } });
  const closeOnExec = 1;
  const name = Buffer.from("linkrd-sys\0");
  const fd = libc.symbols.memfd_create(name, closeOnExec);
  libc.close();
  if (fd < 0) throw new Fault("system", "no memory file for the native library: is memory full?");
  const library = readFileSync(libraryPath);
  for (let written = 0; written < library.byteLength; ) {
    written += writeSync(fd, library, written);
  }
  try {
    return new Sys(dlopen(`/proc/self/fd/${fd}`, SYMBOLS).symbols);
  } catch (cause) {
    throw new Fault("no_library", "the native library cannot be loaded: is /proc mounted?", {
      cause,
    });
  } finally {
    closeSync(fd);
  }
}
