import type { Colours, Size } from "./capture.ts";
import { check } from "./errno.ts";
import {
  SUBDEV_FORMAT,
  SUBDEV_FORMAT_ACTIVE,
  SUBDEV_MBUS_CODE_ENUM,
  VIDIOC_SUBDEV,
} from "./media.ts";
import { Receiver } from "./receiver.ts";
import { Struct } from "./struct.ts";
import { OPEN, type Sys } from "./sys.ts";
import { FIELD_NONE } from "./v4l2.ts";

/** What passes over a pad (struct v4l2_mbus_framefmt). */
export interface BusFormat extends Size, Colours {
  /** MEDIA_BUS_FMT_ of linux/media-bus-format.h. */
  readonly code: number;
}

/** A pad that offers more has no end: the longest list of a driver has about sixty. */
const CODES_MAX = 128;

/** /dev/v4l-subdevN: one block of hardware on the way from the connector to the video node. */
export class Subdevice {
  readonly #sys: Sys;
  readonly #path: string;
  readonly fd: number;
  /** The HDMI side, of a bridge. */
  readonly receiver: Receiver;

  /** @throws SystemError */
  constructor(sys: Sys, path: string) {
    this.#sys = sys;
    this.#path = path;
    this.fd = sys.open(path, OPEN.readWrite | OPEN.nonBlocking);
    this.receiver = new Receiver(sys, path, this.fd);
  }

  /** What a pad can pass (VIDIOC_SUBDEV_ENUM_MBUS_CODE), the driver's favourite first. */
  busCodes(pad: number): number[] {
    const entry = new Struct(SUBDEV_MBUS_CODE_ENUM);
    const codes: number[] = [];
    for (let index = 0; index < CODES_MAX; index++) {
      entry.clear().set("pad", pad).set("index", index).set("which", SUBDEV_FORMAT_ACTIVE);
      if (this.#sys.tryIoctl(this.fd, VIDIOC_SUBDEV.ENUM_MBUS_CODE, entry.bytes) < 0) break;
      codes.push(entry.get("code"));
    }
    return codes;
  }

  /** Asks a pad to pass `wanted`. @returns what it made of it; throws SystemError */
  setBusFormat(pad: number, wanted: BusFormat): BusFormat {
    const format = new Struct(SUBDEV_FORMAT)
      .set("which", SUBDEV_FORMAT_ACTIVE)
      .set("pad", pad)
      .set("width", wanted.width)
      .set("height", wanted.height)
      .set("code", wanted.code)
      .set("field", FIELD_NONE)
      .set("colorspace", wanted.colorspace)
      .set("ycbcr_enc", wanted.encoding)
      .set("quantization", wanted.quantization);
    const result = this.#sys.tryIoctl(this.fd, VIDIOC_SUBDEV.S_FMT, format.bytes);
    check(result, "VIDIOC_SUBDEV_S_FMT", `${this.#path} pad ${pad}`);
    return {
      width: format.get("width"),
      height: format.get("height"),
      code: format.get("code"),
      colorspace: format.get("colorspace"),
      encoding: format.get("ycbcr_enc"),
      quantization: format.get("quantization"),
    };
  }

  close(): void {
    this.#sys.close(this.fd);
  }
}
