import { EAGAIN, EIO, EMSGSIZE, SystemError } from "../ffi/errno.ts";
import { OPEN, POLL, PollSet, type Sys } from "../ffi/sys.ts";
import { type HidStage, NotTaken } from "./stage.ts";

/**
 * A host that goes away wakes whoever polls, but f_hid takes that back before anybody can look:
 * only a write tells.
 */
const TRY_AGAIN_MS = 100;

/**
 * One report endpoint: a gadget's /dev/hidgN, or a socket that leads to the simulated host.
 *
 * It is opened when first needed and again after it was lost, so a gadget that is made later, or
 * made anew, is found without anybody telling. Used by the writer thread and by `release-keys`.
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

  /**
   * Hands one report to the endpoint, waiting for the one before to be taken.
   *
   * @param untilUs CLOCK_MONOTONIC; waiting ends then @throws NotTaken
   */
  write(report: Uint8Array, untilUs: number): void {
    const fd = this.open();
    let result = this.#sys.tryWrite(fd, report);
    for (let nowUs = 0; result === -EAGAIN && nowUs < untilUs; ) {
      nowUs = this.#sys.monotonicUs();
      this.#becomesWritable(fd, Math.min(untilUs, nowUs + TRY_AGAIN_MS * 1000));
      result = this.#sys.tryWrite(fd, report);
    }
    if (result === -EAGAIN) throw new NotTaken("host asleep", `${this.#place}`);
    if (result !== report.length) throw this.#lost("write", result < 0 ? -result : EMSGSIZE);
  }

  /**
   * Waits until the host has taken what was written (f_hid: POLLOUT means no report is pending).
   */
  waitTaken(untilUs: number): void {
    if (this.#fd === undefined || this.#becomesWritable(this.#fd, untilUs)) return;
    throw new NotTaken("host asleep", `${this.#place}`);
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

  #becomesWritable(fd: number, untilUs: number): boolean {
    const set = new PollSet([[fd, POLL.out]]);
    let ready = 0;
    // A wait that a signal cut short is gone on with.
    while (ready === 0) {
      const leftMs = Math.ceil((untilUs - this.#sys.monotonicUs()) / 1000);
      if (leftMs <= 0) return false;
      ready = this.#sys.poll(set, leftMs);
    }
    if ((set.ready(0) & POLL.out) === 0) throw this.#lost("poll", EIO);
    return true;
  }

  /**
   * Forgets a descriptor that failed, so that the next use opens the endpoint anew: one that was
   * unplugged works again with the old one, but one whose gadget was made anew does not.
   */
  #lost(call: string, errno: number): NotTaken {
    this.close();
    const error = new SystemError(call, `${this.#place}`, errno);
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
