/**
 * Digests of the tokens that were revoked or deleted through linkrd. An editor may still hold, and
 * save, a file from before: these tokens stay revoked all the same. One line each, only ever added.
 */
import { open, stat } from "node:fs/promises";
import { readBounded } from "../base/bounded-file.ts";
import { LIMITS } from "../base/limits.ts";
import { DIGEST_TEXT } from "./digest.ts";
import { formatInstant, parseInstant } from "./instant.ts";
import { storageFault, syncDirectory } from "./storage.ts";

const NO_FILE = "none";

export class Tombstones {
  readonly #path: string;
  /** Digest to when it was revoked, in milliseconds since the epoch. */
  readonly #known = new Map<string, number>();
  readonly #unwritten = new Set<string>();
  #mark = NO_FILE;

  constructor(path: string) {
    this.#path = path;
  }

  /** When the token of `sha256` was revoked or deleted through linkrd. */
  revokedAt(sha256: string): number | undefined {
    return this.#known.get(sha256);
  }

  /** Holds at once; `save` makes it last. */
  add(sha256: string, at: number): void {
    if (this.#known.has(sha256)) return;
    this.#known.set(sha256, at);
    this.#unwritten.add(sha256);
  }

  /** Takes in what another linkrd added; true if the file is another than at the last call. */
  async load(): Promise<boolean> {
    const mark = await markOf(this.#path);
    if (mark === this.#mark) return false;
    const bytes = await readBounded(this.#path, LIMITS.revoked_file_bytes_max);
    for (const line of new TextDecoder().decode(bytes ?? new Uint8Array()).split("\n")) {
      const [sha256 = "", at = ""] = line.split(" ");
      // A line that the power cut short was never promised to anyone.
      if (DIGEST_TEXT.test(sha256)) this.#known.set(sha256, parseInstant(at) ?? 0);
    }
    this.#mark = mark;
    return true;
  }

  /** Appends what is not on the disk yet, and waits for it. A Fault `storage` when it cannot. */
  async save(): Promise<void> {
    const digests = [...this.#unwritten];
    if (digests.length === 0) return;
    const lines = digests.map(
      (sha256) => `${sha256} ${formatInstant(this.#known.get(sha256) ?? 0)}`,
    );
    try {
      await using handle = await open(this.#path, "a", 0o600);
      // The newline in front ends a line that may have been cut short; empty lines mean nothing.
      await handle.appendFile(`\n${lines.join("\n")}\n`);
      await handle.sync();
      await syncDirectory(this.#path);
    } catch (error) {
      throw storageFault(this.#path, error);
    }
    for (const sha256 of digests) this.#unwritten.delete(sha256);
  }
}

async function markOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [ino, size, mtimeNs].join();
  } catch {
    return NO_FILE;
  }
}
