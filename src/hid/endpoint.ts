import { EAGAIN, SystemError } from "../ffi/errno.ts";
import { OPEN, type Sys } from "../ffi/sys.ts";
import { type HidStage, NotTaken } from "./stage.ts";

/**
 * One report endpoint: a gadget's /dev/hidgN, or a socket that leads to the simulated host.
 *
 * It is opened when first needed and again after it was lost, so a gadget that is made later, or
 * made anew, is found without anybody telling. Reports go there by a Delivery.
 */
export class ReportEndpoint {
  readonly #sys: Sys;
  /** A path to open, or a descriptor that somebody else opened, and closes. */
  readonly #place: string | number;
  #fd: number | undefined;

  constructor(sys: Sys, place: string | number) {
    this.#sys = sys;
    this.#place = place;
    if (typeof place === "number") this.#fd = place;
  }

  /** The open descriptor, or undefined while the endpoint is not there. */
  get fd(): number | undefined {
    return this.#fd;
  }

  /** @throws NotTaken when the endpoint is not there */
  open(): number {
    if (this.#fd !== undefined) return this.#fd;
    if (typeof this.#place === "number") throw new NotTaken("host off", "its socket is closed");
    try {
      this.#fd = this.#sys.open(this.#place, OPEN.readWrite | OPEN.nonBlocking);
      return this.#fd;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw new NotTaken(stageOf(error.errno), error.message);
    }
  }

  /** Reads what the host sent: the LED report of a keyboard. @returns undefined if there is none */
  read(): number | undefined {
    if (this.#fd === undefined) return undefined;
    const report = new Uint8Array(8);
    const result = this.#sys.tryRead(this.#fd, report);
    if (result > 0) return report[0];
    if (result !== -EAGAIN) this.close();
    return undefined;
  }

  close(): void {
    if (this.#fd !== undefined && typeof this.#place === "string") this.#sys.close(this.#fd);
    this.#fd = undefined;
  }

  /** The host did not take a report in time. */
  asleep(): NotTaken {
    return new NotTaken("host asleep", `${this.#place}`);
  }

  /**
   * Forgets a descriptor that failed with `errno`, so that the next use opens the endpoint anew:
   * one that was unplugged works again with the old one, but one whose gadget was made anew does
   * not.
   */
  lost(errno: number): NotTaken {
    this.close();
    const error = new SystemError("write", `${this.#place}`, errno);
    return new NotTaken(stageOf(error.errno), error.message);
  }
}

const STAGE_OF_ERRNO: Readonly<Record<string, HidStage>> = {
  ENOENT: "no gadget",
  ENODEV: "no gadget",
  ENXIO: "no gadget",
  EACCES: "no permission",
  EPERM: "no permission",
  ESHUTDOWN: "host off",
  EIO: "host off",
  EPIPE: "host off",
  ECONNRESET: "host off",
};

function stageOf(errno: string): HidStage {
  return STAGE_OF_ERRNO[errno] ?? "failed";
}
