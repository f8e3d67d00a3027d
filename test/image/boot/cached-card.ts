/**
 * A card with a cache of its own, as an NBD server (the protocol's "fixed newstyle", simple
 * replies): what was written and not yet flushed is lost when the power goes, or partly is not, as
 * on a card that writes in whatever order it likes.
 */
import { randomInt } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Socket } from "bun";

const BLOCK = 4096;

const GREETING = "NBDMAGICIHAVEOPT";
const OPTION_GO = 7;
const OPTION_ABORT = 2;
const REPLY_MAGIC = 0x3e889045565a9n;
const REPLY_ACK = 1;
const REPLY_INFO = 3;
const REPLY_UNSUPPORTED = 0x80000001;
/** HAS_FLAGS, SEND_FLUSH, SEND_FUA. */
const EXPORT_FLAGS = 1 | 4 | 8;
const REQUEST_BYTES = 28;
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
const FUA = 1;

type Blocks = Map<number, Uint8Array>;

/** What a card held at some moment, on it and in its cache. */
export interface Contents {
  readonly written: Blocks;
  readonly cached: Blocks;
}

interface Client {
  input: Buffer;
  output: Buffer[];
  greeted: boolean;
  ready: boolean;
  working: Promise<void>;
}

export class CachedCard implements AsyncDisposable {
  readonly size: number;
  readonly #base: FileHandle;
  readonly #baseSize: number;
  readonly #written: Blocks;
  readonly #cached: Blocks;
  readonly #server: { stop: (closeActive: boolean) => void };
  #cut = false;

  private constructor(
    socket: string,
    size: number,
    base: { file: FileHandle; size: number },
    contents: Contents,
  ) {
    this.size = size;
    this.#base = base.file;
    this.#baseSize = base.size;
    this.#written = new Map(contents.written);
    this.#cached = new Map(contents.cached);
    this.#server = Bun.listen<Client>({
      unix: socket,
      socket: {
        open: (client) => this.#greet(client),
        data: (client, bytes) => this.#receive(client, bytes),
        drain: (client) => send(client),
      },
    });
  }

  /** Serves a card of `size` bytes at `socket`: `image`, and over it what `contents` says. */
  static async insert(
    socket: string,
    image: string,
    size: number,
    contents: Contents = { written: new Map(), cached: new Map() },
  ): Promise<CachedCard> {
    const file = await open(image, "r");
    return new CachedCard(socket, size, { file, size: (await file.stat()).size }, contents);
  }

  /** All that is on the card and in its cache now, of a machine that stands still. */
  contents(): Contents {
    return { written: new Map(this.#written), cached: new Map(this.#cached) };
  }

  /** Takes the power away: of what was cached each block is on the card by chance, or lost. */
  cut(): { readonly kept: number; readonly lost: number } {
    this.#cut = true;
    let kept = 0;
    const all = this.#cached.size;
    for (const [index, block] of this.#cached) {
      if (randomInt(2) === 0) continue;
      this.#written.set(index, block);
      kept += 1;
    }
    this.#cached.clear();
    return { kept, lost: all - kept };
  }

  /** Writes what the card has from `offset` on to a file of its own, without what is cached. */
  async save(offset: number, path: string): Promise<void> {
    await using file = await open(path, "w");
    await file.truncate(this.size - offset);
    const chunk = Buffer.alloc(1024 * BLOCK);
    for (let at = offset; at < this.#baseSize; at += chunk.length) {
      const { bytesRead } = await this.#base.read(chunk, 0, chunk.length, at);
      await file.write(chunk, 0, bytesRead, at - offset);
    }
    for (const [index, block] of this.#written) {
      const at = index * BLOCK - offset;
      if (at >= 0) await file.write(block, 0, BLOCK, at);
    }
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (let at = offset; at < offset + length; ) {
      const index = Math.floor(at / BLOCK);
      const start = at - index * BLOCK;
      const end = Math.min(BLOCK, start + offset + length - at);
      parts.push((await this.#block(index)).subarray(start, end));
      at += end - start;
    }
    return Buffer.concat(parts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.stop(true);
    await this.#base.close();
  }

  async #block(index: number): Promise<Uint8Array> {
    const known = this.#cached.get(index) ?? this.#written.get(index);
    if (known !== undefined) return known;
    const block = new Uint8Array(BLOCK);
    if (index * BLOCK < this.#baseSize) await this.#base.read(block, 0, BLOCK, index * BLOCK);
    return block;
  }

  async #write(offset: number, bytes: Uint8Array, durable: boolean): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const index = Math.floor((offset + done) / BLOCK);
      const start = offset + done - index * BLOCK;
      const part = bytes.subarray(done, done + BLOCK - start);
      const block = new Uint8Array(await this.#block(index));
      block.set(part, start);
      this.#cached.delete(index);
      (durable ? this.#written : this.#cached).set(index, block);
      done += part.length;
    }
  }

  #flush(): void {
    for (const [index, block] of this.#cached) this.#written.set(index, block);
    this.#cached.clear();
  }

  #greet(client: Socket<Client>): void {
    const state: Client = {
      input: Buffer.alloc(0),
      output: [],
      greeted: false,
      ready: false,
      working: Promise.resolve(),
    };
    client.data = state;
    reply(client, Buffer.concat([Buffer.from(GREETING, "latin1"), Buffer.from([0, 3])]));
  }

  #receive(client: Socket<Client>, bytes: Uint8Array): void {
    const state = client.data;
    state.input = Buffer.concat([state.input, bytes]);
    state.working = state.working.then(() => this.#work(client));
  }

  /** Takes every message that is whole, in turn. */
  async #work(client: Socket<Client>): Promise<void> {
    const state = client.data;
    if (!state.greeted && state.input.length >= 4) {
      state.greeted = true;
      state.input = state.input.subarray(4);
    }
    while (!state.ready && state.greeted) {
      if (state.input.length < 16) return;
      const length = state.input.readUInt32BE(12);
      if (state.input.length < 16 + length) return;
      this.#negotiate(client, state.input.readUInt32BE(8));
      state.input = state.input.subarray(16 + length);
    }
    while (state.input.length >= REQUEST_BYTES) {
      const request = state.input;
      const command = request.readUInt16BE(6);
      const length = request.readUInt32BE(24);
      const whole = REQUEST_BYTES + (command === COMMAND.write ? length : 0);
      if (request.length < whole) return;
      state.input = request.subarray(whole);
      await this.#serve(client, request.subarray(0, whole), command, length);
    }
  }

  #negotiate(client: Socket<Client>, option: number): void {
    if (option === OPTION_ABORT) {
      client.end();
      return;
    }
    if (option !== OPTION_GO) {
      reply(client, optionReply(option, REPLY_UNSUPPORTED, Buffer.alloc(0)));
      return;
    }
    const info = Buffer.alloc(12);
    info.writeBigUInt64BE(BigInt(this.size), 2);
    info.writeUInt16BE(EXPORT_FLAGS, 10);
    reply(client, optionReply(option, REPLY_INFO, info));
    reply(client, optionReply(option, REPLY_ACK, Buffer.alloc(0)));
    client.data.ready = true;
  }

  async #serve(
    client: Socket<Client>,
    request: Buffer,
    command: number,
    length: number,
  ): Promise<void> {
    // A machine without power is answered by nobody.
    if (this.#cut || command === COMMAND.disconnect) return;
    const offset = Number(request.readBigUInt64BE(16));
    let data: Uint8Array = new Uint8Array();
    if (command === COMMAND.read) data = await this.#read(offset, length);
    else if (command === COMMAND.flush) this.#flush();
    else if (command === COMMAND.write) {
      const durable = (request.readUInt16BE(4) & FUA) !== 0;
      await this.#write(offset, request.subarray(REQUEST_BYTES), durable);
    }
    const head = Buffer.alloc(16);
    head.writeUInt32BE(0x67446698, 0);
    request.copy(head, 8, 8, 16);
    reply(client, Buffer.concat([head, data]));
  }
}

function optionReply(option: number, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(REPLY_MAGIC, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}

function reply(client: Socket<Client>, bytes: Buffer): void {
  client.data.output.push(bytes);
  send(client);
}

function send(client: Socket<Client>): void {
  const { output } = client.data;
  for (let first = output[0]; first !== undefined; first = output[0]) {
    const sent = client.write(first);
    if (sent < first.length) {
      output[0] = first.subarray(Math.max(0, sent));
      return;
    }
    output.shift();
  }
}
