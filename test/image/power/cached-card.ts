/**
 * A card with a cache of its own: what was written and not yet flushed may be lost when the power
 * goes, any part of it and in any order, as on a card that writes when it likes.
 */
import { type FileHandle, open } from "node:fs/promises";
import { createRandom } from "../../hid/random.ts";
import { type Disk, serveNbd } from "./nbd.ts";

const BLOCK = 4096;
const SECTOR = 512;
/** Of so many cuts one loses all that was cached, the others what chance wants. */
const ALL_LOST_EACH = 3;
/** Of so many blocks that are written as the power goes, one is written in part. */
const TORN_EACH = 4;

type Blocks = ReadonlyMap<number, Uint8Array>;

/** What a card holds for good, over the image that it began with. */
export type Contents = Blocks;

/** What a loss of power did to the blocks that were cached. */
export interface Loss {
  readonly cached: number;
  /** Of them those that are not what was written last: an older state of them, or a part. */
  readonly lost: number;
  /** Of the lost ones those that begin as written, and end as they were. */
  readonly torn: number;
}

export interface Manner {
  readonly contents?: Contents;
  /** Chooses what a loss of power leaves. */
  readonly seed?: number;
  /** It says that it has flushed, and has not. */
  readonly liar?: boolean;
}

export class CachedCard implements Disk, AsyncDisposable {
  readonly size: number;
  readonly #base: FileHandle;
  readonly #baseSize: number;
  readonly #written: Map<number, Uint8Array>;
  /** All that was written of a block since it was flushed: each may be what reaches the card. */
  readonly #cached = new Map<number, Uint8Array[]>();
  readonly #random: (below: number) => number;
  readonly #isLiar: boolean;
  readonly #server: { stop: (closeActive: boolean) => void };
  #isOff = false;
  #writes = 0;
  #due: { writes: number; cut: (loss: Loss) => void } | undefined;

  private constructor(socket: string, size: number, base: FileHandle, held: number, how: Manner) {
    this.size = size;
    this.#base = base;
    this.#baseSize = held;
    this.#written = new Map(how.contents);
    this.#random = createRandom(how.seed ?? 0);
    this.#isLiar = how.liar ?? false;
    this.#server = serveNbd(socket, this);
  }

  /** Serves a card of `size` bytes at `socket`: `image`, and over it what `how` brings along. */
  static async insert(
    socket: string,
    image: string,
    size: number,
    how: Manner = {},
  ): Promise<CachedCard> {
    const base = await open(image, "r");
    return new CachedCard(socket, size, base, (await base.stat()).size, how);
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  /** How many writes were cached so far. */
  get writes(): number {
    return this.#writes;
  }

  /** What is on the card, and in its cache; of a machine that stands still. */
  contents(): Contents {
    return new Map([...this.#written, ...this.#newest()]);
  }

  /** Takes the power away right after so many further writes that are cached. */
  async cutAfter(writes: number): Promise<Loss> {
    return await new Promise((resolve) => {
      this.#due = { writes, cut: resolve };
    });
  }

  /**
   * Takes the power away. Of each cached block any state since the last flush is on the card; if
   * anything was cached, something of it is lost.
   */
  async cut(): Promise<Loss> {
    this.#isOff = true;
    const chance = await this.#lose(this.#random(ALL_LOST_EACH) === 0);
    const { blocks, ...loss } = chance.lost > 0 ? chance : await this.#lose(true);
    for (const [index, block] of blocks) this.#written.set(index, block);
    this.#cached.clear();
    return loss;
  }

  async #lose(all: boolean): Promise<Loss & { readonly blocks: Blocks }> {
    const blocks = new Map<number, Uint8Array>();
    let [lost, torn] = [0, 0];
    for (const [index, versions] of this.#cached) {
      const states = [await this.#flushed(index), ...versions];
      const chosen = all ? 0 : this.#random(states.length);
      const isTorn = chosen > 0 && this.#random(TORN_EACH) === 0;
      const block = new Uint8Array(states[isTorn ? chosen - 1 : chosen] ?? []);
      if (isTorn) {
        const sectors = 1 + this.#random(BLOCK / SECTOR - 1);
        block.set(states[chosen]?.subarray(0, sectors * SECTOR) ?? []);
      }
      blocks.set(index, block);
      const isLost = !Bun.deepEquals(block, states.at(-1));
      if (isLost) lost += 1;
      if (isLost && isTorn) torn += 1;
    }
    return { cached: this.#cached.size, lost, torn, blocks };
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

  async read(offset: number, length: number): Promise<Uint8Array> {
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

  async write(offset: number, bytes: Uint8Array, durable: boolean): Promise<void> {
    const keeps = durable && !this.#isLiar;
    for (let done = 0; done < bytes.length; ) {
      const index = Math.floor((offset + done) / BLOCK);
      const start = offset + done - index * BLOCK;
      const part = bytes.subarray(done, done + BLOCK - start);
      const block = new Uint8Array(await this.#block(index));
      block.set(part, start);
      if (keeps) {
        this.#cached.delete(index);
        this.#written.set(index, block);
      } else {
        this.#cached.set(index, [...(this.#cached.get(index) ?? []), block]);
      }
      done += part.length;
    }
    if (keeps) return;
    this.#writes += 1;
    if (this.#due === undefined) return;
    this.#due.writes -= 1;
    if (this.#due.writes === 0) this.#due.cut(await this.cut());
  }

  flush(): void {
    if (this.#isLiar) return;
    for (const [index, block] of this.#newest()) this.#written.set(index, block);
    this.#cached.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.stop(true);
    await this.#base.close();
  }

  *#newest(): Generator<[number, Uint8Array]> {
    for (const [index, versions] of this.#cached) {
      const last = versions.at(-1);
      if (last !== undefined) yield [index, last];
    }
  }

  async #block(index: number): Promise<Uint8Array> {
    return this.#cached.get(index)?.at(-1) ?? (await this.#flushed(index));
  }

  async #flushed(index: number): Promise<Uint8Array> {
    const known = this.#written.get(index);
    if (known !== undefined) return known;
    const block = new Uint8Array(BLOCK);
    if (index * BLOCK < this.#baseSize) await this.#base.read(block, 0, BLOCK, index * BLOCK);
    return block;
  }
}
