import { DeliveryRequest, HOST_SPOKE } from "../ffi/delivery.ts";
import { EAGAIN, EBADF, ECANCELED } from "../ffi/errno.ts";
import type { Sys } from "../ffi/sys.ts";
import { ENDPOINTS, type Endpoint } from "./descriptors.ts";
import { ReportEndpoint } from "./endpoint.ts";
import { callOf, REPORTS_AT } from "./packet.ts";

/** Paths of device nodes, or descriptors of sockets that lead to the simulated host. */
export type EndpointPlaces = Readonly<Record<Endpoint, string | number>>;

export interface DeliveryParts {
  readonly sys: Sys;
  readonly places: EndpointPlaces;
  /** The number of the call that is called off; no call has the number 0. */
  readonly cancelled: Uint32Array;
  /** Takes the lights of the keyboard, as the host sets them while reports are on their way. */
  readonly onLights: (leds: number) => void;
}

/**
 * The way of reports to the host: opens endpoints as they are needed, writes in order, and waits
 * until the host has taken the last. Used by the writer thread and by `release-keys`.
 */
export class Delivery {
  readonly keyboard: ReportEndpoint;
  readonly #parts: DeliveryParts;
  readonly #endpoints: readonly ReportEndpoint[];
  readonly #request: DeliveryRequest;

  constructor(parts: DeliveryParts) {
    const { sys, places, cancelled } = parts;
    this.#parts = parts;
    this.keyboard = new ReportEndpoint(sys, places.keyboard);
    const others = ENDPOINTS.slice(1).map((name) => new ReportEndpoint(sys, places[name]));
    this.#endpoints = [this.keyboard, ...others];
    this.#request = new DeliveryRequest(cancelled);
  }

  /**
   * Hands over the reports of `packet`, each within `patienceUs`; what cannot be taken by then ends
   * it, and the reports behind it are dropped.
   *
   * @returns whether the host has taken all; false when the call was called off on its way
   * @throws NotTaken
   */
  deliver(packet: Uint8Array, patienceUs: number): boolean {
    this.#request.begin(callOf(packet), packet, REPORTS_AT, patienceUs);
    for (;;) {
      const fds = this.#endpoints.map(({ fd = -1 }) => fd);
      const result = this.#request.run(this.#parts.sys, fds);
      if (result === 0) return true;
      if (result === -ECANCELED) return false;
      if (result === HOST_SPOKE) this.listen();
      else this.#mend(result);
    }
  }

  /** Reads what the host has said on the keyboard's endpoint, and tells it. */
  listen(): void {
    const leds = this.keyboard.read();
    if (leds !== undefined) this.#parts.onLights(leds);
  }

  close(): void {
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  /** An endpoint that is not open yet is opened, and nothing else can be mended. */
  #mend(result: number): void {
    const endpoint = this.#endpoints[this.#request.endpoint] ?? this.keyboard;
    if (result === -EBADF && endpoint.fd === undefined) endpoint.open();
    else if (result === -EAGAIN) throw endpoint.asleep();
    else throw endpoint.lost(-result);
  }
}
