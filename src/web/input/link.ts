/** The way of keys and mouse to linkrd: /api/ws, opened again whenever it is lost. */
import { Retry } from "../state/retry.ts";
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
  readonly #parts: InputLinkParts;
  readonly #retry = new Retry();
  readonly #gone = new AbortController();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refusalTimer: ReturnType<typeof setTimeout> | undefined;
  #unanswered = 0;
  #askedMs = 0;

  constructor(parts: InputLinkParts) {
    this.#parts = parts;
  }

  start(): void {
    const { signal } = this.#gone;
    window.addEventListener("online", () => this.#connectNow(), { signal });
    this.#connect();
  }

  stop(): void {
    this.#gone.abort();
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** @returns false when there is no way: what was to be sent is lost, never late */
  send(message: Bytes): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(message);
    return true;
  }

  #connect(): void {
    const former = this.#socket;
    const socket = new WebSocket(this.#parts.url);
    this.#socket = socket;
    former?.close();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#retry.reset();
      this.#unanswered = 0;
      this.isOpen.set(true);
      this.#ping(socket);
    };
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = () => this.#closed(socket);
  }

  #connectNow(): void {
    if (this.#gone.signal.aborted || this.isOpen.value) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #closed(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.isOpen.set(false);
    this.roundTripMs.set(undefined);
    this.#parts.onLost();
    clearTimeout(this.#timer);
    if (this.#gone.signal.aborted) return;
    this.#timer = setTimeout(() => this.#connect(), this.#retry.next());
  }

  #ping(socket: WebSocket): void {
    if (this.#socket !== socket || socket.readyState !== WebSocket.OPEN) return;
    if (this.#unanswered >= PINGS_UNANSWERED_MAX) {
      // A dead connection may take minutes to close: it is left to itself.
      socket.close();
      this.#closed(socket);
      return;
    }
    this.#unanswered++;
    this.#askedMs = performance.now();
    socket.send(ping());
    this.#timer = setTimeout(() => this.#ping(socket), PING_MS);
  }

  #take(data: unknown): void {
    if (typeof data === "string") {
      this.#hear(data);
    } else if (data instanceof ArrayBuffer && new Uint8Array(data)[0] === PONG) {
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
