import { LIMITS } from "../base/limits.ts";
import { EAGAIN } from "../ffi/errno.ts";
import { POLL, PollSet, type Sys } from "../ffi/sys.ts";
import { Delivery, type EndpointPlaces } from "./delivery.ts";
import type { ReportEndpoint } from "./endpoint.ts";
import { callOf, PACKET_BYTES_MAX } from "./packet.ts";
import { type HidStage, NotTaken } from "./stage.ts";

/** What the writer thread says: how a call ended, and what the host's keyboard lights show. */
export type WriterMessage =
  | { readonly kind: "taken"; readonly call: number }
  | { readonly kind: "cancelled"; readonly call: number }
  | {
      readonly kind: "failed";
      readonly call: number;
      readonly stage: HidStage;
      readonly detail: string;
    }
  | { readonly kind: "leds"; readonly leds: number };

export interface WriterParts {
  readonly sys: Sys;
  readonly places: EndpointPlaces;
  /** The end of a socket pair from which calls are read, a packet each. */
  readonly calls: number;
  /** The number of the call that its caller has called off, as HidDevice writes it. */
  readonly cancelled: Uint32Array;
  readonly post: (message: WriterMessage) => void;
}

/** How often a keyboard endpoint that is not there is looked for, so that its lights are seen. */
const LOOK_AGAIN_MS = 1000;
/** Calls and lights wake the thread; this is only a bound. */
const IDLE_MS = 60_000;

/**
 * The writer thread: the only one that writes reports, in the order they were asked for. It returns
 * when the other end of `calls` is closed and all that was asked before is done.
 *
 * A call is answered when the host has taken its last report. What cannot be taken within
 * LIMITS.report_wait_ms_max fails the call, and the rest of its reports are dropped, not kept for
 * later: input that comes late is worse than input that is refused. One that is called off ends
 * with the report that is being written.
 */
export function runWriter({ sys, places, calls, cancelled, post }: WriterParts): void {
  const onLights = (leds: number) => post({ kind: "leds", leds });
  const delivery = new Delivery({ sys, places, cancelled, onLights });
  const { keyboard } = delivery;
  const packet = new Uint8Array(PACKET_BYTES_MAX);
  const set = new PollSet([
    [calls, POLL.in],
    [-1, POLL.in],
  ]);
  for (let lookUs = 0; ; ) {
    if (keyboard.fd === undefined && sys.monotonicUs() >= lookUs) {
      lookUs = sys.monotonicUs() + LOOK_AGAIN_MS * 1000;
      look(keyboard);
    }
    set.set(1, keyboard.fd ?? -1, POLL.in);
    sys.poll(set, keyboard.fd === undefined ? LOOK_AGAIN_MS : IDLE_MS);
    if (set.ready(1) !== 0) delivery.listen();
    for (;;) {
      const size = sys.tryRead(calls, packet);
      if (size === -EAGAIN) break;
      if (size <= 0) return;
      post(perform(delivery, packet.subarray(0, size)));
    }
  }
}

/** Opens `endpoint` if it is there. */
function look(endpoint: ReportEndpoint): void {
  try {
    endpoint.open();
  } catch (error) {
    if (!(error instanceof NotTaken)) throw error;
  }
}

function perform(delivery: Delivery, packet: Uint8Array): WriterMessage {
  const call = callOf(packet);
  try {
    const isTaken = delivery.deliver(packet, LIMITS.report_wait_ms_max * 1000);
    return { kind: isTaken ? "taken" : "cancelled", call };
  } catch (error) {
    if (!(error instanceof NotTaken)) throw error;
    return { kind: "failed", call, stage: error.stage, detail: error.detail };
  }
}
