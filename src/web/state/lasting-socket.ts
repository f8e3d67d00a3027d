/** A WebSocket that is opened again whenever it is lost, and at once when there is a network. */
import { Retry } from "./retry.ts";

export interface LastingSocketParts {
  readonly url: string;
  readonly onOpen: () => void;
  /** @param socket the connection that it came by, which may be lost by the time of an answer */
  readonly onMessage: (data: string | ArrayBuffer, socket: WebSocket) => void;
  /**
   * The connection is lost, or there never was one.
   *
   * @returns whether to try again
   */
  readonly onLost: (wasOpen: boolean) => boolean | Promise<boolean>;
}

export class LastingSocket {
  readonly #parts: LastingSocketParts;
  readonly #retry = new Retry();
  readonly #gone = new AbortController();
  /** The connection that there is, or is being made. */
  #socket: WebSocket | undefined;
  /** Runs while the next try is waited for. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: LastingSocketParts) {
    this.#parts = parts;
  }

  start(): void {
    window.addEventListener("online", () => this.#connectNow(), { signal: this.gone });
    this.#connect();
  }

  /** Nothing is told any more from here on. */
  stop(): void {
    this.#gone.abort();
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Aborted by `stop`. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** @returns false when there is no connection: the message is lost, never late */
  send(message: Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(message);
    return true;
  }

  /** Takes the connection for lost: a dead one may take minutes to close, and is left to itself. */
  drop(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.close();
    this.#lose(socket, true);
  }

  #connect(): void {
    this.#timer = undefined;
    const former = this.#socket;
    const socket = new WebSocket(this.#parts.url);
    this.#socket = socket;
    former?.close();
    socket.binaryType = "arraybuffer";
    let isOpen = false;
    socket.onopen = () => {
      isOpen = true;
      this.#retry.reset();
      this.#parts.onOpen();
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#parts.onMessage(data as string | ArrayBuffer, socket);
    };
    socket.onclose = () => this.#lose(socket, isOpen);
  }

  /** Unless it is open, given up, or `onLost` has yet to say what is to be done. */
  #connectNow(): void {
    const isWaiting = this.#timer !== undefined;
    if (!isWaiting && this.#socket?.readyState !== WebSocket.CONNECTING) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #lose(socket: WebSocket, wasOpen: boolean): void {
    if (this.gone.aborted || this.#socket !== socket) return;
    this.#socket = undefined;
    Promise.resolve(this.#parts.onLost(wasOpen)).then((goesOn) => {
      if (this.gone.aborted || !goesOn) return;
      this.#timer = setTimeout(() => this.#connect(), this.#retry.next());
    }, reportError);
  }
}
