/** The card of the power cuts keeps what was flushed, and loses of the rest what chance wants. */
import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CachedCard } from "./boot/cached-card.ts";

const READ = 0;
const WRITE = 1;
const FLUSH = 3;
const HEAD_BYTES = 16;
/** The greeting, and what a client asks for: the export with no name. */
const GREETING_BYTES = 18;
const GO = Buffer.from(
  `00000003${Buffer.from("IHAVEOPT").toString("hex")}0000000700000006000000000000`,
  "hex",
);
/** Size and flags of the export, and that it is so. */
const GONE_BYTES = 20 + 12 + 20;

/** A client of one request at a time. */
class Client {
  #seen = Buffer.alloc(0);
  #wanted = { bytes: 0, done: (_: Buffer): void => undefined };
  #write = (_: Uint8Array): unknown => undefined;

  static async open(socket: string): Promise<Client> {
    const client = new Client();
    const connected = await Bun.connect({
      unix: socket,
      socket: { data: (_, bytes) => client.#take(bytes) },
    });
    client.#write = (bytes) => connected.write(bytes);
    expect((await client.#next(GREETING_BYTES)).toString("latin1", 0, 8)).toBe("NBDMAGIC");
    client.#write(GO);
    await client.#next(GONE_BYTES);
    return client;
  }

  async ask(command: number, offset: number, length: number, data?: Buffer): Promise<Buffer> {
    const request = Buffer.alloc(28);
    request.writeUInt32BE(0x25609513, 0);
    request.writeUInt16BE(command, 6);
    request.writeBigUInt64BE(BigInt(offset), 16);
    request.writeUInt32BE(length, 24);
    this.#write(data === undefined ? request : Buffer.concat([request, data]));
    const reply = await this.#next(HEAD_BYTES + (command === READ ? length : 0));
    expect(reply.readUInt32BE(4)).toBe(0);
    return reply.subarray(HEAD_BYTES);
  }

  async #next(bytes: number): Promise<Buffer> {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    this.#wanted = { bytes, done: resolve };
    this.#take(new Uint8Array());
    return await promise;
  }

  #take(bytes: Uint8Array): void {
    this.#seen = Buffer.concat([this.#seen, bytes]);
    const { bytes: length, done } = this.#wanted;
    if (length === 0 || this.#seen.length < length) return;
    this.#wanted = { bytes: 0, done: () => undefined };
    const whole = this.#seen.subarray(0, length);
    this.#seen = this.#seen.subarray(length);
    done(whole);
  }
}

test("flushed blocks outlast the power, of the others some", async () => {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-nbd-"));
  try {
    const base = join(folder, "base");
    await writeFile(base, Buffer.alloc(8192, 7));
    const socket = join(folder, "socket");
    await using card = await CachedCard.insert(socket, base, 2 ** 20);
    const client = await Client.open(socket);
    expect(await client.ask(READ, 8000, 400)).toEqual(
      Buffer.concat([Buffer.alloc(192, 7), Buffer.alloc(208, 0)]),
    );
    await client.ask(WRITE, 4000, 200, Buffer.alloc(200, 9));
    await client.ask(FLUSH, 0, 0);
    for (let block = 16; block < 80; block++) {
      await client.ask(WRITE, block * 4096, 4096, Buffer.alloc(4096, 5));
    }
    expect(await client.ask(READ, 4000, 200)).toEqual(Buffer.alloc(200, 9));
    const before = card.contents();
    expect([before.written.size, before.cached.size]).toEqual([2, 64]);
    const { kept, lost } = card.cut();
    expect(kept + lost).toBe(64);
    expect([kept > 0, lost > 0]).toEqual([true, true]);
    const saved = join(folder, "saved");
    await card.save(0, saved);
    const bytes = Buffer.from(await Bun.file(saved).arrayBuffer());
    expect(bytes.subarray(4000, 4200)).toEqual(Buffer.alloc(200, 9));
    const fives = bytes.filter((byte) => byte === 5).length;
    expect(fives).toBe(kept * 4096);
  } finally {
    await rm(folder, { recursive: true });
  }
});
