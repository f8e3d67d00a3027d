/** A client of the delta stream, written from docs/screen-ws.md alone. */
import { decode } from "../video/pictures.ts";

/** Red, green and blue of each pixel, row after row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Without smoothing of chroma across lines, which knows nothing of the strip above. */
export function show(jpeg: Uint8Array): Picture {
  const { width, height, pixels } = decode(jpeg, "-nosmooth");
  return { width, height, rgb: pixels };
}

export class Viewer implements Disposable {
  readonly #socket: WebSocket;
  readonly #messages: Uint8Array[] = [];
  #wake: () => void = () => undefined;
  #header = new Uint8Array();
  #heightAt = 0;
  #stripLines = 0;
  #picture: Picture = { width: 0, height: 0, rgb: new Uint8Array() };
  /** Bytes of all messages so far. */
  received = 0;
  /** Numbers of messages that are not acknowledged yet. */
  readonly owed: number[] = [];
  stage: string | undefined;
  closed: { readonly code: number; readonly reason: string } | undefined;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#socket = new WebSocket(url, { headers });
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => {
      this.#messages.push(new Uint8Array(data as ArrayBuffer));
      this.#wake();
    };
    this.#socket.onclose = ({ code, reason }) => {
      this.closed = { code, reason };
      this.#wake();
    };
  }

  get picture(): Picture {
    return this.#picture;
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.send(bytes);
  }

  /** Says that all that is owed is shown. */
  acknowledge(): void {
    const last = this.owed.splice(0).at(-1);
    if (last === undefined) return;
    const message = new DataView(new ArrayBuffer(5));
    message.setUint8(0, 1);
    message.setUint32(1, last, true);
    this.send(new Uint8Array(message.buffer));
  }

  /** Takes the next message and shows it. @returns its kind; undefined when the stream is over */
  async next(): Promise<number | undefined> {
    while (this.#messages.length === 0 && this.closed === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const message = this.#messages.shift();
    if (message === undefined) return undefined;
    this.received += message.length;
    this.#show(message);
    return message[0];
  }

  /** Shows what comes until `count` messages are owed. @throws {Error} when the stream is over */
  async untilOwed(count: number): Promise<void> {
    while (this.owed.length < count) {
      if ((await this.next()) !== undefined) continue;
      throw new Error(`closed: ${this.closed?.code} ${this.closed?.reason}`);
    }
  }

  /** Whether a message has come that `next` did not take yet. */
  get hasMessage(): boolean {
    return this.#messages.length > 0;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #show(message: Uint8Array): void {
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const kind = view.getUint8(0);
    if (kind === 1) this.#begin(view, message);
    else if (kind === 2) this.#strips(view, message);
    else if (kind === 4) this.stage = JSON.parse(Buffer.from(message.subarray(4)).toString()).stage;
    else throw new Error(`a message of kind ${kind}`);
  }

  #begin(view: DataView, message: Uint8Array): void {
    const [width, height] = [view.getUint16(2, true), view.getUint16(4, true)];
    this.#stripLines = view.getUint16(6, true);
    this.#heightAt = view.getUint16(8, true);
    this.#header = message.slice(12);
    this.#picture = { width, height, rgb: new Uint8Array(3 * width * height) };
    this.stage = undefined;
  }

  #strips(view: DataView, message: Uint8Array): void {
    this.owed.push(view.getUint32(4, true));
    let at = 12;
    for (let run = 0; run < view.getUint16(2, true); run++) {
      const [first, count] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
      const length = view.getUint32(at + 4, true);
      const top = first * this.#stripLines;
      const lines = Math.min(count * this.#stripLines, this.#picture.height - top);
      const header = this.#header.slice();
      new DataView(header.buffer).setUint16(this.#heightAt, lines, false);
      const data = message.subarray(at + 8, at + 8 + length);
      const part = show(Buffer.concat([header, data, Uint8Array.of(0xff, 0xd9)]));
      this.#picture.rgb.set(part.rgb, 3 * top * this.#picture.width);
      at += 8 + length;
    }
  }
}
