/** The way of reports to their endpoints (native/deliver.c). */
import { addressOf } from "./memory.ts";
import { type Layout, Struct } from "./struct.ts";
import type { Sys } from "./sys.ts";

/** struct delivery of native/deliver.h, as v4l2.ts has those of the kernel. */
export const DELIVERY = {
  size: 72,
  fields: {
    "fds[0]": [0, "u32"],
    "fds[1]": [4, "u32"],
    "fds[2]": [8, "u32"],
    "fds[3]": [12, "u32"],
    host: [16, "u32"],
    endpoint: [20, "u32"],
    reports: [24, "u64"],
    length: [32, "u32"],
    at: [36, "u32"],
    pending: [40, "u32"],
    call: [44, "u32"],
    cancelled: [48, "u64"],
    patience_us: [56, "u64"],
    until_us: [64, "u64"],
  },
} as const satisfies Layout;

/** The answer when the host has said something, which has to be read before it goes on. */
export const HOST_SPOKE = 1;

const FDS = ["fds[0]", "fds[1]", "fds[2]", "fds[3]"] as const;

/** One struct delivery, for one call after the other. */
export class DeliveryRequest {
  readonly #struct = new Struct(DELIVERY);
  /** What the structure points to, which it keeps alive. */
  readonly #cancelled: Uint32Array;
  #reports: Uint8Array | undefined;

  /** @param cancelled the number of the call that is called off, in memory that others write */
  constructor(cancelled: Uint32Array) {
    this.#cancelled = cancelled;
    this.#struct.set("cancelled", addressOf(this.#cancelled));
  }

  /** @param reports from `at` on, of each its endpoint, its length and as many bytes */
  begin(call: number, reports: Uint8Array, at: number, patienceUs: number): void {
    this.#reports = reports;
    this.#struct
      .set("reports", addressOf(this.#reports))
      .set("length", reports.byteLength)
      .set("at", at)
      .set("pending", 0)
      .set("call", call)
      .set("patience_us", Math.ceil(patienceUs))
      .set("until_us", 0);
  }

  /**
   * Goes on with what is left of it.
   *
   * @param fds where each endpoint is open, or -1; the host speaks on the first
   * @returns 0 when the host has taken all, HOST_SPOKE, or -errno as native/deliver.c has it
   */
  run(sys: Sys, fds: readonly number[]): number {
    FDS.forEach((field, index) => void this.#struct.set(field, fds[index] ?? -1));
    this.#struct.set("host", fds[0] ?? -1);
    return sys.tryDeliver(this.#struct.bytes);
  }

  /** The endpoint that the last answer was about. */
  get endpoint(): number {
    return this.#struct.get("endpoint");
  }
}
