import { LIMITS } from "../base/limits.ts";
import { SystemError } from "../ffi/errno.ts";
import { OPEN, POLL, PollSet, type Sys } from "../ffi/sys.ts";
import { type HidStage, NotTaken } from "./stage.ts";

const EAGAIN = 11;

/**
 * One report endpoint: a gadget's /dev/hidgN, or a socket that leads to the simulated host.
 *
 * It is opened when first needed and again after it was lost, so a gadget that is made later, or made
 * anew, is found without anybody telling. Used by the writer thread and by `release-keys`.
 */
export class ReportEndpoint {
  readonly #sys: Sys;
  /** A path to open, or a descriptor that is open already and stays so. */
  readonly #place: string | number;
  #fd: number | undefined;

  constructor(sys: Sys, place: string | number) {
    this.#sys = sys;
    this.#place = place;
    if (typeof place === "number") this.#fd = place;
  }

  /** The open descriptor, or undefined while the endpoint is not there. */
  get fd(): number | undefined {
    if (this.#fd === undefined) {
      try {
        this.#open();
      } catch {
        return undefined;
      }
    }
    return this.#fd;
  }

  /**
   * Hands one report to the endpoint, waiting for the one before to be taken.
   *
   * @param untilUs CLOCK_MONOTONIC; waiting ends then @throws NotTaken
   */
  write(report: Uint8Array, untilUs: number): void {
    const fd = this.#fd ?? this.#open();
    for (;;) {
      const result = this.#sys.tryWrite(fd, report);
      if (result === report.length) return;
      if (result !== -EAGAIN) throw this.#lost(result, "write");
      this.#waitWritable(fd, untilUs);
    }
  }

  /** Waits until the host has taken what was written (f_hid: POLLOUT means no report is pending). */
  waitTaken(untilUs: number): void {
    if (this.#fd !== undefined) this.#waitWritable(this.#fd, untilUs);
  }

  /** Reads what the host sent: the LED report of a keyboard. @returns undefined if there is none */
  read(): number | undefined {
    if (this.#fd === undefined) return undefined;
    const report = new Uint8Array(8);
    const result = this.#sys.tryRead(this.#fd, report);
    if (result > 0) return report[0];
    if (result !== -EAGAIN) this.#lost(result, "read");
    return undefined;
  }

  close(): void {
    if (this.#fd !== undefined && typeof this.#place === "string") this.#sys.close(this.#fd);
    this.#fd = undefined;
  }

  #waitWritable(fd: number, untilUs: number): void {
    const set = new PollSet([[fd, POLL.out]]);
    const leftMs = Math.ceil((untilUs - this.#sys.monotonicUs()) / 1000);
    const waitMs = Math.max(0, Math.min(leftMs, LIMITS.report_wait_ms_max));
    if (this.#sys.poll(set, waitMs) === 0) throw new NotTaken("host asleep", `${this.#place}`);
    if ((set.ready(0) & POLL.out) === 0) throw this.#lost(0, "poll");
  }

  #open(): number {
    try {
      this.#fd = this.#sys.open(`${this.#place}`, OPEN.readWrite | OPEN.nonBlocking);
      return this.#fd;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw new NotTaken(stageOf(error.errno), error.message);
    }
  }

  /** The endpoint failed: forget it, so that the next use opens it anew. */
  #lost(result: number, call: string): NotTaken {
    const error = new SystemError(call, `${this.#place}`, -result);
    if (error.errno !== "ESHUTDOWN") this.close();
    return new NotTaken(stageOf(error.errno), error.message);
  }
}

function stageOf(errno: string): HidStage {
  if (errno === "ENOENT" || errno === "ENODEV" || errno === "ENXIO") return "no gadget";
  if (errno === "EACCES" || errno === "EPERM") return "no permission";
  if (errno === "ESHUTDOWN" || errno === "EIO") return "host off";
  return "failed";
}
