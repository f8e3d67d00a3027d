/** A wait in which frames that show nothing new pass unseen (native/standstill.c). */
import { addressOf } from "./memory.ts";
import type { RowTable } from "./rows.ts";
import { type Layout, Struct } from "./struct.ts";
import type { PollSet, Sys } from "./sys.ts";

/** struct standstill of native/standstill.h, as v4l2.ts has those of the kernel. */
export const STANDSTILL = {
  size: 208,
  fields: {
    fd: [0, "u32"],
    type: [4, "u32"],
    buffer_count: [8, "u32"],
    part_count: [12, "u32"],
    addresses: [16, "u64"],
    "parts[0].skipped": [24, "u64"],
    "parts[0].bytes_min": [32, "u64"],
    "parts[0].bytes_max": [40, "u64"],
    "parts[1].skipped": [48, "u64"],
    "parts[1].bytes_min": [56, "u64"],
    "parts[1].bytes_max": [64, "u64"],
    buffer: [72, "u64"],
    planes: [80, "u64"],
    waits: [88, "u64"],
    wait_count: [96, "u32"],
    patience_ms: [100, "u32"],
    end_us: [104, "u64"],
    owed_us: [112, "u64"],
    kept: [120, "u64"],
    changed: [128, "u64"],
    rows: [136, "u64"],
    row_count: [144, "u32"],
    strip_count: [148, "u32"],
    vouch: [152, "u64"],
    picture: [160, "u64"],
    passed: [168, "u32"],
    sequence: [172, "u32"],
    captured_us: [176, "u64"],
    came_us: [184, "u64"],
    looked_us: [192, "u64"],
    is_taken: [200, "u32"],
    is_marked: [204, "u32"],
  },
} as const satisfies Layout;

/** What frames are compared with. */
export interface Shown {
  /** The frame that is shown, as it lay in memory. */
  readonly kept: Uint8Array;
  readonly rows: RowTable;
  /** Of each strip, whether a frame differed: marked with the copy made, until it is encoded. */
  readonly changed: Uint8Array;
}

/** Nothing is told but what is new. Times are CLOCK_MONOTONIC, microseconds. */
export interface Standstill {
  readonly shown: Shown;
  /** The memory of a Vouch, and the number of the picture that is vouched for. */
  readonly vouch: BigUint64Array;
  readonly picture: number;
  /** Whatever is ready but a frame ends it. */
  readonly waits: PollSet;
  /** A frame that was captured then is the last to pass. */
  readonly owedUs: number;
  /** It ends then, if frames come, or else after so long without one. */
  readonly endUs: number;
  readonly patienceMs: number;
}

/** What passed: how many frames, and of the last one its number and times. */
export interface Passed {
  readonly frames: number;
  readonly sequence: number;
  readonly capturedUs: number;
  /** When it was looked at. */
  readonly cameUs: number;
  /** How long all frames were looked at together, the one that differed too. */
  readonly lookedUs: number;
}

/** The buffers that frames come in. */
export interface Device {
  readonly fd: number;
  readonly type: number;
  /** Of each buffer, where it is mapped. */
  readonly addresses: BigUint64Array;
  /** Of each part, bytes before the picture (undefined: any), of the picture, and of memory. */
  readonly parts: readonly {
    readonly skipped: number | undefined;
    readonly bytesMin: number;
    readonly bytesMax: number;
  }[];
  /** A struct v4l2_buffer, and as many struct v4l2_plane as there are parts. */
  readonly buffer: Uint8Array;
  readonly planes: Uint8Array;
}

/** One struct standstill, which is told of what stays the same but once. */
export class StandstillRequest {
  readonly #struct = new Struct(STANDSTILL);
  /** What the structure points to, which it keeps alive. */
  #told: Pick<Standstill, "shown" | "vouch" | "waits"> | undefined;

  /** What `device` points to stays the caller's to keep alive. */
  constructor({ fd, type, addresses, parts, buffer, planes }: Device) {
    this.#struct
      .set("fd", fd)
      .set("type", type)
      .set("buffer_count", addresses.length)
      .set("part_count", parts.length)
      .set("addresses", addressOf(addresses))
      .set("buffer", addressOf(buffer))
      .set("planes", addressOf(planes));
    for (const [at, name] of (["parts[0]", "parts[1]"] as const).entries()) {
      const { skipped = -1, bytesMin, bytesMax } = parts[at] ?? { bytesMin: 0, bytesMax: 0 };
      this.#struct.set(`${name}.skipped`, skipped);
      this.#struct
        .set(`${name}.bytes_min`, Math.max(1, bytesMin))
        .set(`${name}.bytes_max`, bytesMax);
    }
  }

  /** Waits. @returns 0 or -errno, as native/standstill.c has it */
  run(sys: Sys, wish: Standstill): number {
    this.#tell(wish);
    this.#struct
      .set("picture", wish.picture)
      .set("patience_ms", wish.patienceMs)
      .set("end_us", Math.ceil(wish.endUs))
      .set("owed_us", Math.min(Math.ceil(wish.owedUs), Number.MAX_SAFE_INTEGER));
    return sys.tryStandStill(this.#struct.bytes);
  }

  #tell({ shown, vouch, waits }: Standstill): void {
    const told = this.#told;
    if (told?.shown === shown && told.vouch === vouch && told.waits === waits) return;
    const { kept, rows, changed } = shown;
    if (rows.bytes > kept.byteLength) throw new RangeError("standstill: the copy is too short");
    this.#told = { shown, vouch, waits };
    this.#struct
      .set("waits", addressOf(waits.bytes))
      .set("wait_count", waits.count)
      .set("kept", addressOf(kept))
      .set("changed", addressOf(changed))
      .set("rows", addressOf(rows.words))
      .set("row_count", rows.count)
      .set("strip_count", changed.byteLength)
      .set("vouch", addressOf(vouch));
  }

  /** Of the buffer that the last wait ended with and did not give back: was it found to differ? */
  get taken(): { readonly isMarked: boolean } | undefined {
    const isMarked = this.#struct.get("is_marked") !== 0;
    return this.#struct.get("is_taken") === 0 ? undefined : { isMarked };
  }

  get passed(): Passed {
    return {
      frames: this.#struct.get("passed"),
      sequence: this.#struct.get("sequence"),
      capturedUs: this.#struct.get("captured_us"),
      cameUs: this.#struct.get("came_us"),
      lookedUs: this.#struct.get("looked_us"),
    };
  }
}
