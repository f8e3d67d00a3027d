import { addressOf } from "../ffi/memory.ts";
import { POLL, type Sys } from "../ffi/sys.ts";
import { ENDPOINTS, type Endpoint } from "../hid/descriptors.ts";
import { type FrameLayout, planarLayout } from "../video/memory.ts";
import { Planes } from "../video/planes.ts";
import type { Mode } from "../video/signal.ts";
import type { RawFrame, Source, Wait } from "../video/source.ts";
import { SimulatedHost } from "./host.ts";

export interface SimulatedSettings {
  readonly width: number;
  readonly height: number;
  /** Frames a second, as long as somebody wants them. */
  readonly fps: number;
}

/** Nothing to do until a report or an order comes: the longest wait that poll() knows is fine. */
const IDLE_MS = 60_000;

/**
 * The simulated host as a source of frames. Its USB ports are the other ends of the sockets that
 * the writer thread writes reports to, so reports take the same way as to a gadget; its screen is
 * drawn only when somebody looks.
 */
export class SimulatedSource implements Source {
  readonly #settings: SimulatedSettings;
  readonly #sys: Sys;
  readonly #ports: Readonly<Record<Endpoint, number>>;
  readonly #host: SimulatedHost;
  readonly #screen: Planes;
  readonly #layout: FrameLayout;
  readonly #report = new Uint8Array(64);
  readonly #startedUs: number;
  readonly dropped = 0;
  /** Until the next one is drawn over it. */
  readonly mayHold = true;
  #captured = 0;
  #leds = 0;
  #lastFrameUs = 0;

  constructor(settings: SimulatedSettings, sys: Sys, ports: Readonly<Record<Endpoint, number>>) {
    this.#settings = settings;
    this.#sys = sys;
    this.#ports = ports;
    this.#host = new SimulatedHost(settings);
    this.#screen = new Planes(settings.width, settings.height);
    this.#layout = planarLayout(sys, this.#screen);
    this.#startedUs = sys.monotonicUs();
  }

  open(): Mode {
    const { width, height } = this.#settings;
    const names = { device: "simulated", driver: "simulated host", format: "I420" };
    return { ...names, width, height, tellsSignal: true };
  }

  get captured(): number {
    return this.#captured;
  }

  close(): void {
    // The ports belong to whoever made the sockets, and the picture to the garbage collector.
  }

  waits(): readonly (readonly [number, number])[] {
    return ENDPOINTS.map((endpoint) => [this.#ports[endpoint], POLL.in]);
  }

  patienceMs(wanted: boolean): number {
    if (!wanted) return IDLE_MS;
    const dueUs = this.#lastFrameUs + 1_000_000 / this.#settings.fps;
    return Math.max(0, Math.ceil((dueUs - this.#sys.monotonicUs()) / 1000));
  }

  standStill({ waits }: Wait): undefined {
    this.#sys.poll(waits, this.patienceMs(true));
  }

  grab(wanted: boolean): RawFrame | undefined {
    this.#takeReports();
    if (this.patienceMs(wanted) > 0) return undefined;
    const capturedUs = this.#sys.monotonicUs();
    this.#lastFrameUs = capturedUs;
    this.#captured++;
    const sequence = Math.floor(((capturedUs - this.#startedUs) * this.#settings.fps) / 1_000_000);
    this.#host.draw(this.#screen, { wallMs: Date.now(), frame: sequence });
    return {
      kind: "raw",
      sequence,
      capturedUs,
      range: "full",
      matrix: "601",
      address: addressOf(this.#screen.bytes),
      layout: this.#layout,
      [Symbol.dispose]: () => undefined,
    };
  }

  /** Reads what was written to the USB ports, and answers with the keyboard's lights. */
  #takeReports(): void {
    for (const endpoint of ENDPOINTS) {
      const port = this.#ports[endpoint];
      for (
        let length = this.#sys.tryRead(port, this.#report);
        length > 0;
        length = this.#sys.tryRead(port, this.#report)
      ) {
        this.#host.report(endpoint, this.#report.slice(0, length));
      }
    }
    if (this.#host.leds === this.#leds) return;
    this.#leds = this.#host.leds;
    this.#sys.tryWrite(this.#ports.keyboard, Uint8Array.of(this.#leds));
  }
}
