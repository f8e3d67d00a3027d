import { check, E2BIG, errnoName } from "./errno.ts";
import { addressOf } from "./memory.ts";
import { Struct } from "./struct.ts";
import type { Sys } from "./sys.ts";
import {
  CID_DV_RX_POWER_PRESENT,
  CID_DV_RX_RGB_RANGE,
  CONTROL,
  DV_RGB_RANGE_FULL,
  DV_RGB_RANGE_LIMITED,
  DV_TIMINGS,
  EDID,
  EVENT,
  EVENT_SOURCE_CHANGE,
  EVENT_SUBSCRIPTION,
  VIDIOC,
} from "./v4l2.ts";

/** Bytes of one block of an EDID (VESA E-EDID, A.2, section 3). */
export const EDID_BLOCK_BYTES = 128;

/** What VIDIOC_QUERY_DV_TIMINGS says of the signal that is coming in. */
export interface Incoming {
  /**
   * Undefined for a signal that can be captured. Otherwise the errno's name: ENOLINK no signal,
   * ENOLCK no lock, ERANGE out of range; ENOTTY and ENODATA for a device without timings.
   */
  readonly errno: string | undefined;
  /** Pixels; 0 where nothing was seen. */
  readonly width: number;
  readonly height: number;
  /** struct v4l2_dv_timings, as the driver filled it. */
  readonly timings: Uint8Array;
}

/**
 * The HDMI side of a capture device: signal, EDID, cable and events. The ioctls have the same
 * numbers on a bridge's own node, /dev/v4l-subdevN (linux/v4l2-subdev.h), as on a video node.
 */
export class Receiver {
  readonly #sys: Sys;
  readonly #path: string;
  readonly #fd: number;
  /** Asked for with every frame. */
  readonly #event = new Struct(EVENT);

  /** @param fd stays the caller's to close */
  constructor(sys: Sys, path: string, fd: number) {
    this.#sys = sys;
    this.#path = path;
    this.#fd = fd;
  }

  /** Looks at the incoming signal; changes nothing. */
  query(): Incoming {
    const timings = new Struct(DV_TIMINGS);
    const result = this.#sys.tryIoctl(this.#fd, VIDIOC.QUERY_DV_TIMINGS, timings.bytes);
    return {
      errno: result < 0 ? errnoName(-result) : undefined,
      width: timings.get("width"),
      height: timings.get("height"),
      timings: timings.bytes,
    };
  }

  /** Makes the incoming timings the device's, which no driver does by itself. */
  adopt({ timings }: Incoming): void {
    const result = this.#sys.tryIoctl(this.#fd, VIDIOC.S_DV_TIMINGS, timings);
    check(result, "VIDIOC_S_DV_TIMINGS", this.#path);
  }

  /**
   * Whether a source holds the cable's 5 V line up, on any connector; undefined where the driver
   * does not tell (V4L2_CID_DV_RX_POWER_PRESENT).
   */
  hasPower(): boolean | undefined {
    const power = this.#control(CID_DV_RX_POWER_PRESENT);
    return power === undefined ? undefined : power !== 0;
  }

  /**
   * The range that the source says its RGB has; undefined where it leaves that to the standard, or
   * the driver does not tell (V4L2_CID_DV_RX_RGB_RANGE).
   */
  rgbRange(): "limited" | "full" | undefined {
    const range = this.#control(CID_DV_RX_RGB_RANGE);
    if (range === DV_RGB_RANGE_LIMITED) return "limited";
    return range === DV_RGB_RANGE_FULL ? "full" : undefined;
  }

  /**
   * The EDID that the source reads, at most `blocksMax` blocks of it; none where it has none yet;
   * undefined where there is no such thing (VIDIOC_G_EDID).
   */
  edid(blocksMax: number): Uint8Array | undefined {
    const blocks = new Uint8Array(blocksMax * EDID_BLOCK_BYTES);
    const request = edidOf(blocks, blocksMax);
    const result = this.#sys.tryIoctl(this.#fd, VIDIOC.G_EDID, request.bytes);
    if (result < 0) return errnoName(-result) === "ENODATA" ? new Uint8Array() : undefined;
    return blocks.subarray(0, request.get("blocks") * EDID_BLOCK_BYTES);
  }

  /**
   * Gives the source an EDID, which makes it look anew at what it is connected to.
   *
   * @returns "taken", "too long" for this device, or "refused"
   */
  giveEdid(edid: Uint8Array): "taken" | "too long" | "refused" {
    const request = edidOf(edid, edid.length / EDID_BLOCK_BYTES);
    const result = this.#sys.tryIoctl(this.#fd, VIDIOC.S_EDID, request.bytes);
    if (result === -E2BIG) return "too long";
    return result < 0 ? "refused" : "taken";
  }

  /** Asks to be told of changes by POLLPRI. @returns whether the driver has such an event */
  subscribeSourceChange(): boolean {
    const subscription = new Struct(EVENT_SUBSCRIPTION).set("type", EVENT_SOURCE_CHANGE);
    return this.#sys.tryIoctl(this.#fd, VIDIOC.SUBSCRIBE_EVENT, subscription.bytes) >= 0;
  }

  /** Takes one waiting event. @returns whether it says that the source changed */
  takeSourceChange(): boolean {
    const event = this.#event;
    if (this.#sys.tryIoctl(this.#fd, VIDIOC.DQEVENT, event.bytes) < 0) return false;
    return event.get("type") === EVENT_SOURCE_CHANGE;
  }

  /** What a control is set to; undefined where there is none (VIDIOC_G_CTRL). */
  #control(id: number): number | undefined {
    const control = new Struct(CONTROL).set("id", id);
    const result = this.#sys.tryIoctl(this.#fd, VIDIOC.G_CTRL, control.bytes);
    return result < 0 ? undefined : control.get("value");
  }
}

/** A request about the first `count` blocks, which are at `blocks`, of the one HDMI input. */
function edidOf(blocks: Uint8Array, count: number): Struct<typeof EDID> {
  return new Struct(EDID).set("blocks", count).set("edid", addressOf(blocks));
}
