/**
 * access.toml on the disk: read whole, and changed without losing what a person saves meanwhile.
 */
import { isUtf8 } from "node:buffer";
import { readFileSync, type Stats } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readBounded } from "../base/bounded-file.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { digestOf } from "./digest.ts";
import { parseDocument } from "./document.ts";
import type { Edited } from "./edit.ts";
import { findingAt, findingsFault } from "./findings.ts";
import { withLock } from "./lock.ts";
import { merge } from "./merge.ts";
import * as storage from "./storage.ts";

/** One state of the file. */
export interface Image {
  readonly text: string;
  readonly digest: string;
  /** Another one when the file was renamed into place, and is therefore complete. */
  readonly inode: number;
  readonly mode: number;
}

export class AccessFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The file as it is, undefined when there is none. Faults `bad_config` and `no_access`. */
  async read(): Promise<Image | undefined> {
    const bytes = await readBounded(this.path, LIMITS.access_file_bytes_max);
    const stats = await this.#stats();
    if (bytes === undefined || stats === undefined) return undefined;
    const text = this.#decode(bytes);
    return { text, digest: digestOf(text), inode: stats.ino, mode: stats.mode };
  }

  async inode(): Promise<number | undefined> {
    return (await this.#stats())?.ino;
  }

  /** Makes the file with `text` unless there is one. A Fault `storage` when it cannot. */
  async create(text: string): Promise<void> {
    try {
      await storage.createFile(this.path, new TextEncoder().encode(text));
    } catch (error) {
      if (storage.errnoOf(error) !== "EEXIST") throw storage.storageFault(this.path, error);
    }
  }

  /**
   * Changes the text of the file. `change` is called again on the newer text when somebody else
   * saves in the meantime, so it has to be an operation and not a result. Where the file is a
   * symbolic link its target is changed. When the promise resolves, the disk has it.
   */
  async update(change: (text: string) => Edited, exchange: storage.Exchange): Promise<Edited> {
    try {
      const target = await realpath(this.path);
      const lock = join(dirname(target), `.${basename(target)}.lock`);
      return await withLock(lock, async () => {
        await storage.removeTemps(target);
        return await this.#rewrite(target, change, exchange);
      });
    } catch (error) {
      throw storage.storageFault(this.path, error);
    }
  }

  async #stats(): Promise<Stats | undefined> {
    return await stat(this.path).catch(() => undefined);
  }

  async #rewrite(
    target: string,
    change: (text: string) => Edited,
    exchange: storage.Exchange,
  ): Promise<Edited> {
    const deadline = performance.now() + LIMITS.access_edit_ms_max;
    let step = change;
    while (performance.now() < deadline) {
      const present = await this.#settled(target);
      const edited = step(present);
      if (edited.text === present) return edited;
      const other = await this.#replace(target, present, edited.text, exchange);
      if (other === undefined) return edited;
      // Ours is in the file by then, so that theirs is all that is left to bring in.
      if (other.late) step = (text) => this.#merged(present, other.text, text, change);
    }
    throw new Fault("storage", `${this.path} keeps changing: try again when nobody saves it`);
  }

  /** `ours` with what `theirs` changed of `base`; where that clashes, theirs with our change. */
  #merged(base: string, theirs: string, ours: string, change: (text: string) => Edited): Edited {
    const text = merge(base, theirs, ours);
    try {
      if (text !== undefined) return { text, document: parseDocument(text, this.path) };
    } catch {
      // Both are good, but not together.
    }
    return change(theirs);
  }

  /**
   * Puts `after` in the place of the file if that still says `before`. Else says what was there
   * instead: found in time, or found `late` in the file we took the place of, since its writer had
   * opened it before, or had renamed it there after our last look.
   */
  async #replace(
    target: string,
    before: string,
    after: string,
    exchange: storage.Exchange,
  ): Promise<{ readonly text: string; readonly late: boolean } | undefined> {
    return await storage.withTemp(target, async (temp) => {
      await storage.writeTemp(temp, new TextEncoder().encode(after));
      await storage.keepOwner(target, temp);
      const found = this.#decode(readFileSync(target));
      if (found !== before) return { text: found, late: false };
      storage.swap(exchange, temp, target);
      await storage.syncDirectory(target);
      const left = await readFile(temp);
      if (left.equals(Buffer.from(before))) return undefined;
      return { text: await this.#late(target, temp), late: true };
    });
  }

  /**
   * What was saved into the `old` file; what is no document goes back to where it was meant for.
   */
  async #late(target: string, old: string): Promise<string> {
    try {
      return await this.#settled(old);
    } catch (error) {
      await storage.replaceFile(target, await readFile(old));
      throw error;
    }
  }

  /**
   * The text of `path` once it is a valid document, which a save that is under way is not at first.
   * Its faults are thrown when it stays broken.
   */
  async #settled(path: string): Promise<string> {
    const deadline = performance.now() + LIMITS.access_settle_ms_max;
    for (;;) {
      const bytes = await readBounded(path, LIMITS.access_file_bytes_max);
      try {
        if (bytes === undefined) throw new Fault("storage", `${path} is gone: start linkrd anew`);
        const text = this.#decode(bytes);
        parseDocument(text, this.path);
        return text;
      } catch (error) {
        if (performance.now() >= deadline) throw error;
      }
      await Bun.sleep(LIMITS.file_settle_ms);
    }
  }

  #decode(bytes: Uint8Array): string {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    if (isUtf8(bytes)) return text;
    const before = text.slice(0, Math.max(0, text.indexOf("\uFFFD"))).split("\n");
    const place = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
    const message = "not UTF-8 from here: save the file as UTF-8";
    throw findingsFault([findingAt(this.path, text, place, message)]);
  }
}
