import { Fault } from "../base/fault.ts";
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
  readonly #write: (packet: Uint8Array) => boolean;
  readonly #waiting = new Map<number, Waiting>();
  #lastCall = 0;
  #stage: HidStage | undefined;
  #leds = 0;

  /** @param write hands a packet to the writer thread; false if its letterbox is full */
  constructor(write: (packet: Uint8Array) => boolean) {
    this.#write = write;
  }

  /** Bits of the boot keyboard's LED report: Num, Caps, Scroll Lock, Compose, Kana. */
  get leds(): number {
    return this.#leds;
  }

  /** Why the last call failed, or undefined if it did not. */
  get stage(): HidStage | undefined {
    return this.#stage;
  }

  /** What a person reads about the last call. */
  get sentence(): string {
    return this.#stage === undefined ? "the host takes input" : HID_STAGES[this.#stage];
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
      if (!this.#write(packet)) {
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
}

function hidFault(stage: HidStage, detail: string): Fault {
  return new Fault("no_hid", HID_STAGES[stage], { details: { stage, detail } });
}
