/** The way of keys and mouse to linkrd: /api/ws. */
import { LastingSocket } from "../state/lasting-socket.ts";
import { Store } from "../state/store.ts";
import { type Bytes, PONG, ping } from "./protocol.ts";

export interface Leds {
  readonly caps: boolean;
  readonly num: boolean;
  readonly scroll: boolean;
}

/** PiKVM's page asks as often. */
const PING_MS = 1000;
/** As many unanswered pings as this, and the connection is dead whatever TCP believes. */
const PINGS_UNANSWERED_MAX = 5;

/** linkrd says when it refuses, and not when it takes again. */
const REFUSAL_SHOWN_MS = 5000;

export interface InputLinkParts {
  /** Where the socket is: `wss://…/api/ws?stream=0`. */
  readonly url: string;
  /** The connection is gone, and linkrd has let go of all that was held through it. */
  readonly onLost: () => void;
}

export class InputLink {
  readonly isOpen = new Store(false);
  readonly leds = new Store<Leds>({ caps: false, num: false, scroll: false });
  /** Why the last keys or movements were not taken, in linkrd's words; "" when they were. */
  readonly refused = new Store("");
  /** How long linkrd takes to answer, there and back. */
  readonly roundTripMs = new Store<number | undefined>(undefined);
  readonly #socket: LastingSocket;
  readonly #onLost: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refusalTimer: ReturnType<typeof setTimeout> | undefined;
  #unanswered = 0;
  #askedMs = 0;

  constructor({ url, onLost }: InputLinkParts) {
    this.#onLost = onLost;
    this.#socket = new LastingSocket({
      url,
      onOpen: () => this.#opened(),
      onMessage: (data) => this.#take(data),
      onLost: () => this.#lost(),
    });
  }

  start(): void {
    this.#socket.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#socket.stop();
  }

  /** @returns false when there is no way: what was to be sent is lost, never late */
  send(message: Bytes): boolean {
    return this.#socket.send(message);
  }

  #opened(): void {
    this.#unanswered = 0;
    this.isOpen.set(true);
    this.#ping();
  }

  #lost(): boolean {
    clearTimeout(this.#timer);
    this.isOpen.set(false);
    this.roundTripMs.set(undefined);
    this.#onLost();
    return true;
  }

  #ping(): void {
    if (this.#unanswered >= PINGS_UNANSWERED_MAX) {
      this.#socket.drop();
      return;
    }
    this.#unanswered++;
    this.#askedMs = performance.now();
    this.#socket.send(ping());
    this.#timer = setTimeout(() => this.#ping(), PING_MS);
  }

  #take(data: string | ArrayBuffer): void {
    if (typeof data === "string") {
      this.#hear(data);
    } else if (new Uint8Array(data)[0] === PONG) {
      this.#unanswered = 0;
      this.roundTripMs.set(performance.now() - this.#askedMs);
    }
  }

  #noteRefusal(message: string): void {
    this.refused.set(message);
    clearTimeout(this.#refusalTimer);
    this.#refusalTimer = setTimeout(() => this.refused.set(""), REFUSAL_SHOWN_MS);
  }

  /** States come whole at first, and then as what has changed of them. */
  #hear(text: string): void {
    const { event_type, event } = JSON.parse(text) as {
      event_type?: unknown;
      event?: { keyboard?: { leds?: Partial<Leds> }; message?: unknown };
    };
    const leds = event?.keyboard?.leds;
    if (event_type === "hid" && leds) this.leds.set({ ...this.leds.value, ...leds });
    if (event_type === "refused") this.#noteRefusal(String(event?.message));
  }
}
