/** The card of the power cuts keeps what was flushed, and of the rest what chance wants. */
import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CachedCard, type Loss, type Manner } from "./cached-card.ts";

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

/** A card with 8 KiB of sevens, its client, and what is on it once the power is gone. */
async function withCard(
  how: Manner,
  task: (card: CachedCard, client: Client) => Promise<void>,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-nbd-"));
  try {
    const base = join(folder, "base");
    const socket = join(folder, "socket");
    const saved = join(folder, "saved");
    await writeFile(base, Buffer.alloc(8192, 7));
    await using card = await CachedCard.insert(socket, base, 2 ** 20, how);
    await task(card, await Client.open(socket));
    await card.save(0, saved);
    return Buffer.from(await Bun.file(saved).arrayBuffer());
  } finally {
    await rm(folder, { recursive: true });
  }
}

const BLOCKS = 64;

/** Writes so many blocks of fives, and over each of them sixes. */
async function writeTwice(client: Client): Promise<void> {
  for (const byte of [5, 6]) {
    for (let block = 16; block < 16 + BLOCKS; block++) {
      await client.ask(WRITE, block * 4096, 4096, Buffer.alloc(4096, byte));
    }
  }
}

test("what is read is what was written last, wherever it lies", async () => {
  await withCard({}, async (_, client) => {
    expect(await client.ask(READ, 8000, 400)).toEqual(
      Buffer.concat([Buffer.alloc(192, 7), Buffer.alloc(208, 0)]),
    );
    await client.ask(WRITE, 4000, 200, Buffer.alloc(200, 9));
    expect(await client.ask(READ, 4000, 200)).toEqual(Buffer.alloc(200, 9));
    await client.ask(FLUSH, 0, 0);
    expect(await client.ask(READ, 3999, 202)).toEqual(
      Buffer.concat([Buffer.alloc(1, 7), Buffer.alloc(200, 9), Buffer.alloc(1, 7)]),
    );
  });
});

test("flushed blocks outlast the power, of the others some do, some do in part", async () => {
  const losses: Loss[] = [];
  for (let seed = 1; seed <= 12; seed++) {
    const bytes = await withCard({ seed }, async (card, client) => {
      await client.ask(WRITE, 4000, 200, Buffer.alloc(200, 9));
      await client.ask(FLUSH, 0, 0);
      await writeTwice(client);
      losses.push(await card.cut());
    });
    expect(bytes.subarray(4000, 4200)).toEqual(Buffer.alloc(200, 9));
    const blocks = Array.from({ length: BLOCKS }, (_, at) => {
      return new Set(bytes.subarray((16 + at) * 4096, (17 + at) * 4096));
    });
    const whole = blocks.filter((block) => block.size === 1 && block.has(6)).length;
    const torn = blocks.filter((block) => block.size === 2).length;
    expect({ cached: BLOCKS, lost: BLOCKS - whole, torn }).toEqual(losses.at(-1) as Loss);
  }
  // Everything is lost of some cuts, and a part of others.
  expect(losses.some(({ lost, torn }) => lost === BLOCKS && torn === 0)).toBe(true);
  expect(losses.some(({ lost, torn }) => lost < BLOCKS && torn > 0)).toBe(true);
});

test("something is lost of a single block, too", async () => {
  for (let seed = 0; seed < 20; seed++) {
    await withCard({ seed }, async (card, client) => {
      await client.ask(WRITE, 0, 4096, Buffer.alloc(4096, 5));
      expect(await card.cut()).toMatchObject({ cached: 1, lost: 1 });
    });
  }
});

test("the power goes with the write that was named, which nobody answers", async () => {
  await withCard({}, async (card, client) => {
    const cut = card.cutAfter(3);
    for (const block of [0, 1]) {
      await client.ask(WRITE, block * 4096, 4096, Buffer.alloc(4096, 5));
      await client.ask(FLUSH, 0, 0);
    }
    expect(card.isOff).toBe(false);
    const unanswered = client.ask(WRITE, 8192, 4096, Buffer.alloc(4096, 5));
    const first = await Promise.race([cut, unanswered]);
    expect(first).toEqual({ cached: 1, lost: 1, torn: expect.any(Number) });
    expect(card.isOff).toBe(true);
  });
});

test("a card that lies about flushes keeps nothing for sure", async () => {
  await withCard({ liar: true }, async (card, client) => {
    await client.ask(WRITE, 0, 4096, Buffer.alloc(4096, 5));
    await client.ask(FLUSH, 0, 0);
    expect(await card.cut()).toMatchObject({ cached: 1, lost: 1 });
  });
});
