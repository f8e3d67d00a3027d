import { Fault } from "../base/fault.ts";
import type { Sys } from "../ffi/sys.ts";
import { packReports } from "./packet.ts";
import type { HidReport } from "./reports.ts";
import { HID_STAGES, type HidStage } from "./stage.ts";
import type { WriterMessage } from "./writer.ts";

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

/** The main thread's side of the writer thread: reports go in, an answer comes for each call. */
export class HidDevice {
  readonly #sys: Sys;
  readonly #calls: number;
  readonly #waiting = new Map<number, Waiting>();
  #lastCall = 0;
  #stage: HidStage | undefined;
  #leds = 0;

  /** @param calls the sending end of the socket pair that the writer thread reads */
  constructor(sys: Sys, calls: number) {
    this.#sys = sys;
    this.#calls = calls;
  }

  /** Bits of the boot keyboard's LED report: Num, Caps, Scroll Lock, Compose, Kana. */
  get leds(): number {
    return this.#leds;
  }

  /** Why the last call failed, or undefined if it did not. */
  get stage(): HidStage | undefined {
    return this.#stage;
  }

  /**
   * Sends at most LIMITS.reports_waiting_max reports in order.
   *
   * @returns when the host has taken the last one; rejects with Fault `no_hid` that says why not
   */
  send(reports: readonly HidReport[]): Promise<void> {
    const call = ++this.#lastCall >>> 0;
    return new Promise((resolve, reject) => {
      const packet = packReports(call, reports);
      if (this.#sys.tryWrite(this.#calls, packet) !== packet.length) {
        reject(new Fault("too_many", "too much input is waiting for the host: try again later"));
        return;
      }
      this.#waiting.set(call, { resolve, reject });
    });
  }

  /** Takes what the writer thread says. */
  receive(message: WriterMessage): void {
    if (message.kind === "leds") {
      this.#leds = message.leds;
      return;
    }
    const waiting = this.#waiting.get(message.call);
    this.#waiting.delete(message.call);
    this.#stage = message.kind === "failed" ? message.stage : undefined;
    if (message.kind === "taken") waiting?.resolve();
    else waiting?.reject(hidFault(message.stage, message.detail));
  }

  /** The writer thread is gone: whoever waits for it is told. */
  fail(detail: string): void {
    this.#stage = "failed";
    for (const { reject } of this.#waiting.values()) reject(hidFault("failed", detail));
    this.#waiting.clear();
  }

  /** Tells the writer thread to end when it has done what was asked before. */
  stop(): void {
    this.#sys.tryWrite(this.#calls, Uint8Array.of(0));
  }
}

function hidFault(stage: HidStage, detail: string): Fault {
  return new Fault("no_hid", HID_STAGES[stage], { details: { stage, detail } });
}
