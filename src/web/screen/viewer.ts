/** Watches the screen: the delta stream on a canvas, come what may on the way. */
import { type Api, ApiError } from "../api/client.ts";
import { LastingSocket } from "../state/lasting-socket.ts";
import { Store } from "../state/store.ts";
import { WORDS } from "../words.ts";
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
/** RFC 9110, 15.5.22. */
const UPGRADE_REQUIRED = 426;
/** How long linkrd is given to say why. */
const REASON_MS_MAX = 5000;

export class Viewer {
  readonly link = new Store<Link>({ kind: "connecting" });
  readonly shown = new Store<Shown | undefined>(undefined);
  readonly blank = new Store<Blank | undefined>(undefined);
  readonly meter = new Meter(() => performance.now());
  readonly canvas: HTMLCanvasElement;
  readonly #api: Api;
  readonly #painter: Painter;
  readonly #socket: LastingSocket;
  /** Messages are drawn one after the other, in the order in which they came. */
  #drawn: Promise<void> = Promise.resolve();
  /** Acknowledges the last message that was drawn while nobody could see it. */
  #owed: (() => void) | undefined;
  /** How often in a row nothing but the WebSocket was missing. */
  #refusals = 0;

  constructor({ api, canvas, url }: ViewerParts) {
    this.#api = api;
    this.canvas = canvas;
    this.#painter = new Painter(canvas);
    this.#socket = new LastingSocket({
      url,
      onOpen: () => this.link.set({ kind: "live" }),
      onMessage: (data, socket) => {
        if (typeof data !== "string") this.#take(socket, data);
      },
      onLost: (wasOpen) => this.#lost(wasOpen),
    });
  }

  start(): void {
    const { gone: signal } = this.#socket;
    document.addEventListener("visibilitychange", () => this.#payOwed(), { signal });
    this.#socket.start();
  }

  stop(): void {
    this.#socket.stop();
  }

  /** A part of the MJPEG stream has come, which the browser shows by itself in `image`. */
  showMjpeg(image: HTMLImageElement): void {
    this.#show({ codec: "mjpeg", width: image.naturalWidth, height: image.naturalHeight });
  }

  /**
   * Asks over plain HTTP what a WebSocket does not tell: why it was refused.
   *
   * @returns false where WebSockets do not pass
   */
  async #lost(wasOpen: boolean): Promise<boolean> {
    // What was said of the try before stands until more is known.
    if (this.link.value.kind !== "lost") this.link.set({ kind: "lost", reason: "" });
    const reason = await this.#reason();
    this.#refusals = reason === undefined && !wasOpen ? this.#refusals + 1 : 0;
    if (this.#refusals < REFUSALS_MAX) {
      this.link.set({ kind: "lost", reason: reason ?? "" });
      return true;
    }
    this.blank.set(undefined);
    this.link.set({ kind: "mjpeg" });
    return false;
  }

  /** Undefined when nothing but the WebSocket itself is missing. */
  async #reason(): Promise<string | undefined> {
    try {
      const signal = AbortSignal.any([this.#socket.gone, AbortSignal.timeout(REASON_MS_MAX)]);
      await this.#api.fetch("GET", "/api/screen/ws", { signal });
    } catch (error) {
      if (!(error instanceof ApiError)) return WORDS.errors.unreachable;
      if (error.status !== UPGRADE_REQUIRED) return error.message;
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
    const send = () => {
      if (socket.readyState === WebSocket.OPEN) socket.send(acknowledgement(number));
    };
    if (document.hidden) this.#owed = send;
    else send();
  }

  #payOwed(): void {
    if (document.hidden) return;
    this.#owed?.();
    this.#owed = undefined;
  }
}
