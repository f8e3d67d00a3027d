import { Counts } from "../base/counts.ts";
import { Fault } from "../base/fault.ts";
import { packReports } from "./packet.ts";
import type { HidReport } from "./reports.ts";
import { HID_STAGES, type HidStage } from "./stage.ts";
import type { UsbPort } from "./udc.ts";
import type { WriterMessage } from "./writer.ts";

/** By the kernel's words for a port (usb_device_state_string); others come and go in moments. */
const STAGE_OF_PORT: ReadonlyMap<string, HidStage> = new Map([
  ["not attached", "host off"],
  ["suspended", "host asleep"],
]);

interface Waiting {
  readonly reports: number;
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

export interface HidDeviceParts {
  /** Hands a packet to the writer thread; false if its letterbox is full. */
  readonly write: (packet: Uint8Array) => boolean;
  /** CLOCK_MONOTONIC. */
  readonly nowUs: () => number;
  /** Whether there is a gadget that is at no controller: it has no device nodes then either. */
  readonly isUnplugged: () => boolean;
}

/** The main thread's side of the writer thread: reports go in, an answer comes for each call. */
export class HidDevice {
  readonly #parts: HidDeviceParts;
  /** By what became of the call that they were part of. */
  readonly reports = new Counts<"taken" | "failed">();
  readonly #waiting = new Map<number, Waiting>();
  #lastCall = 0;
  #stage: HidStage | undefined;
  #leds = 0;
  #takenUs = 0;

  constructor(parts: HidDeviceParts) {
    this.#parts = parts;
  }

  /**
   * When the host was last known to have taken reports, or to have refused some, CLOCK_MONOTONIC;
   * 0 for never. What it showed before cannot show what they did.
   */
  get takenUs(): number {
    return this.#takenUs;
  }

  /** Bits of the boot keyboard's LED report: Num, Caps, Scroll Lock, Compose, Kana. */
  get leds(): number {
    return this.#leds;
  }

  /** Whether reports wait for the host to take them. */
  get isBusy(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Whether the host takes input, and what a person reads about it: as the last call found, and as
   * the USB device controller says meanwhile. Without one there can be no gadget, unless something
   * that stands for it has taken reports.
   */
  state(port: UsbPort | undefined): { readonly stage: HidStage | "ok"; readonly message: string } {
    const stage = this.#stage ?? this.#stageOf(port);
    if (stage === undefined) return { stage: "ok", message: "the host takes input" };
    return { stage, message: HID_STAGES[stage] };
  }

  #stageOf(port: UsbPort | undefined): HidStage | undefined {
    if (port !== undefined) return STAGE_OF_PORT.get(port.state);
    return this.#takenUs === 0 ? "no gadget" : undefined;
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
      if (!this.#parts.write(packet)) {
        reject(new Fault("too_many", "too much input is waiting for the host: try again later"));
        return;
      }
      this.#waiting.set(call, { reports: reports.length, resolve, reject });
    });
  }

  /** Takes what the writer thread says. */
  receive(message: WriterMessage): void {
    if (message.kind === "leds") {
      this.#leds = message.leds;
      return;
    }
    // Of reports that failed, the first ones may have been taken.
    this.#takenUs = this.#parts.nowUs();
    const waiting = this.#waiting.get(message.call);
    this.#waiting.delete(message.call);
    this.reports.add(message.kind, waiting?.reports);
    if (message.kind === "taken") {
      this.#stage = undefined;
      waiting?.resolve();
      return;
    }
    const { stage, detail } = message;
    this.#stage = stage === "no gadget" && this.#parts.isUnplugged() ? "unplugged" : stage;
    waiting?.reject(hidFault(this.#stage, detail));
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
