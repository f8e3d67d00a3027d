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

/** A host that takes nothing for so long may be asleep: no host polls as rarely. */
const WAKE_AFTER_MS = 100;

/** Calls are numbered from 1 to this, and then anew. */
const CALLS = 0xffff_ffff;

interface Waiting {
  readonly reports: number;
  readonly signal: AbortSignal | undefined;
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
  /** Wakes the host, if it sleeps. */
  readonly wake: () => void;
}

/** The main thread's side of the writer thread: reports go in, an answer comes for each call. */
export class HidDevice {
  readonly #parts: HidDeviceParts;
  /** By what became of the call that they were part of. */
  readonly reports = new Counts<"taken" | "cancelled" | "failed">();
  /** Tells the writer thread which call is called off: memory that both see, 0 for none. */
  readonly cancelled = new Uint32Array(new SharedArrayBuffer(4));
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
    const stage = port && STAGE_OF_PORT.get(port.state);
    if (stage === "host off" && this.#parts.isUnplugged()) return "unplugged";
    if (port !== undefined) return stage;
    return this.#takenUs === 0 ? "no gadget" : undefined;
  }

  /**
   * Sends at most LIMITS.reports_waiting_max reports in order. When `signal` aborts, no more than
   * the one that is being written is; of such calls there is one at a time. They are input, which
   * wakes a host that sleeps; what has no signal lets go, and wakes nobody.
   *
   * @returns when the host has taken the last one; rejects with Fault `no_hid` that says why not,
   * or with the reason of `signal`
   */
  send(reports: readonly HidReport[], signal?: AbortSignal): Promise<void> {
    const call = (this.#lastCall % CALLS) + 1;
    this.#lastCall = call;
    const cancel = () => this.#cancel(call);
    const sent = new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      if (!this.#parts.write(packReports(call, reports))) {
        throw new Fault("too_many", "too much input is waiting for the host: try again later");
      }
      this.#waiting.set(call, { reports: reports.length, signal, resolve, reject });
      signal?.addEventListener("abort", cancel);
    });
    const waking = signal && setTimeout(this.#parts.wake, WAKE_AFTER_MS);
    return sent.finally(() => {
      clearTimeout(waking);
      signal?.removeEventListener("abort", cancel);
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
    if (message.kind === "cancelled") {
      waiting?.reject(waiting.signal?.reason);
      return;
    }
    if (message.kind === "taken") {
      this.#stage = undefined;
      waiting?.resolve();
      return;
    }
    const { stage, detail } = message;
    this.#stage = stage === "no gadget" && this.#parts.isUnplugged() ? "unplugged" : stage;
    waiting?.reject(hidFault(this.#stage, detail));
  }

  /** The writer thread is gone, or is to go: whoever waits for it is told. */
  fail(detail: string): void {
    this.#stage = "failed";
    for (const [call, { signal, reject }] of this.#waiting) {
      if (signal !== undefined) this.#cancel(call);
      reject(hidFault("failed", detail));
    }
    this.#waiting.clear();
  }

  #cancel(call: number): void {
    Atomics.store(this.cancelled, 0, call);
  }
}

function hidFault(stage: HidStage, detail: string): Fault {
  return new Fault("no_hid", HID_STAGES[stage], { details: { stage, detail } });
}
