/** Watches the screen: the delta stream on a canvas, come what may on the way. */
import { type Api, ApiError } from "../api/client.ts";
import { Retry } from "../state/retry.ts";
import { Store } from "../state/store.ts";
import { acknowledgement, parseMessage } from "./delta.ts";
import { Meter } from "./meter.ts";
import { Painter } from "./painter.ts";

/** How the screen reaches the page. */
export type Link =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The connection was lost, or refused with `reason`. */
  | { readonly kind: "lost"; readonly reason: string }
  /** WebSockets do not pass on this way: a picture that a browser shows by itself. */
  | { readonly kind: "mjpeg" };

/** What is on the canvas. */
export interface Shown {
  /** JPEGs of strips, or whole ones as the source sends them. */
  readonly codec: "strips" | "mjpeg";
  readonly width: number;
  readonly height: number;
}

/** Why there is no picture: a stage of linkrd's, and its sentence. */
export interface Blank {
  readonly stage: string;
  readonly message: string;
}

export interface ViewerParts {
  readonly api: Api;
  readonly canvas: HTMLCanvasElement;
  /** Where the socket is: `wss://…/api/screen/ws`. */
  readonly url: string;
}

/** A daemon that is just starting refuses once; what is on the way does it each time. */
const REFUSALS_MAX = 2;

export class Viewer {
  readonly link = new Store<Link>({ kind: "connecting" });
  readonly shown = new Store<Shown | undefined>(undefined);
  readonly blank = new Store<Blank | undefined>(undefined);
  readonly meter = new Meter(() => performance.now());
  readonly canvas: HTMLCanvasElement;
  readonly #parts: ViewerParts;
  readonly #painter: Painter;
  readonly #retry = new Retry();
  readonly #gone = new AbortController();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Messages are drawn one after the other, in the order in which they came. */
  #drawn: Promise<void> = Promise.resolve();
  /** The last message that was drawn while nobody could see it, and not acknowledged. */
  #owed: number | undefined;
  /** How often in a row nothing but the WebSocket was missing. */
  #refusals = 0;

  constructor(parts: ViewerParts) {
    this.#parts = parts;
    this.canvas = parts.canvas;
    this.#painter = new Painter(parts.canvas);
  }

  start(): void {
    const { signal } = this.#gone;
    document.addEventListener("visibilitychange", () => this.#payOwed(), { signal });
    window.addEventListener("online", () => this.#connectNow(), { signal });
    this.#connect();
  }

  stop(): void {
    this.#gone.abort();
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** A part of the MJPEG stream has come, which the browser shows by itself in `image`. */
  showMjpeg(image: HTMLImageElement): void {
    this.#show({ codec: "mjpeg", width: image.naturalWidth, height: image.naturalHeight });
  }

  #connect(): void {
    const former = this.#socket;
    const socket = new WebSocket(this.#parts.url);
    this.#socket = socket;
    this.#owed = undefined;
    former?.close();
    socket.binaryType = "arraybuffer";
    let isOpen = false;
    socket.onopen = () => {
      isOpen = true;
      this.#retry.reset();
      this.link.set({ kind: "live" });
    };
    socket.onmessage = ({ data }) => this.#take(socket, data as ArrayBuffer);
    socket.onclose = () => {
      if (this.#gone.signal.aborted || this.#socket !== socket) return;
      this.#lost(socket, isOpen).catch(() => undefined);
    };
  }

  #connectNow(): void {
    if (this.link.value.kind !== "lost") return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** Asks over plain HTTP what a WebSocket does not tell: why it was refused. */
  async #lost(socket: WebSocket, wasOpen: boolean): Promise<void> {
    // What was said of the try before stands until more is known.
    if (this.link.value.kind !== "lost") this.link.set({ kind: "lost", reason: "" });
    const reason = await this.#reason();
    if (this.#gone.signal.aborted || this.#socket !== socket) return;
    this.#refusals = reason === undefined && !wasOpen ? this.#refusals + 1 : 0;
    if (this.#refusals >= REFUSALS_MAX) {
      this.blank.set(undefined);
      this.link.set({ kind: "mjpeg" });
      return;
    }
    this.link.set({ kind: "lost", reason: reason ?? "" });
    this.#timer = setTimeout(() => this.#connect(), this.#retry.next());
  }

  /** Undefined when nothing but the WebSocket itself is missing. */
  async #reason(): Promise<string | undefined> {
    try {
      const { signal } = this.#gone;
      await this.#parts.api.fetch("GET", "/api/screen/ws", { signal });
    } catch (error) {
      const needsUpgrade = error instanceof ApiError && error.status === 426;
      if (!needsUpgrade) return error instanceof Error ? error.message : "";
    }
    return undefined;
  }

  #take(socket: WebSocket, data: ArrayBuffer): void {
    const message = parseMessage(data);
    if (message === undefined) return;
    switch (message.kind) {
      case "begin":
        this.#painter.begin(message);
        this.#show({ codec: "strips", width: message.width, height: message.height });
        this.meter.note(data.byteLength, 0);
        return;
      case "state": {
        const { stage, message: sentence } = message;
        this.#drawn = this.#drawn.then(() => this.blank.set({ stage, message: sentence }));
        return;
      }
      default: {
        this.meter.note(data.byteLength, 1);
        const decoded = this.#painter.decode(message);
        this.#drawn = this.#drawn.then(async () => {
          (await decoded)();
          if (message.kind === "whole") this.#showWhole();
          this.blank.set(undefined);
          this.#acknowledge(socket, message.number);
        });
        this.#drawn = this.#drawn.catch(() => socket.close());
      }
    }
  }

  #showWhole(): void {
    const { width, height } = this.canvas;
    this.#show({ codec: "mjpeg", width, height });
  }

  #show(next: Shown): void {
    const now = this.shown.value;
    const isSame =
      now?.codec === next.codec && now.width === next.width && now.height === next.height;
    if (!isSame) this.shown.set(next);
  }

  /** A page that nobody sees acknowledges nothing, and so is sent nothing. */
  #acknowledge(socket: WebSocket, number: number): void {
    if (document.hidden) this.#owed = number;
    else if (socket.readyState === WebSocket.OPEN) socket.send(acknowledgement(number));
  }

  #payOwed(): void {
    const number = this.#owed;
    if (document.hidden || number === undefined || this.#socket === undefined) return;
    this.#owed = undefined;
    this.#acknowledge(this.#socket, number);
  }
}
