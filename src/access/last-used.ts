/**
 * When and from where each token was last used: exact in memory, and on the disk now and then.
 * Never in access.toml: it would wear the SD card and pull the file from under a person who edits
 * it.
 */
import { array, object, safeParse, string } from "valibot";
import { readBounded } from "../base/bounded-file.ts";
import { LIMITS } from "../base/limits.ts";
import { formatInstant, parseInstant } from "./instant.ts";
import { replaceFile, storageFault } from "./storage.ts";

export interface Use {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The address of the client. */
  readonly from: string;
}

const FILE = object({ tokens: array(object({ sha256: string(), at: string(), from: string() })) });
/** An IPv6 address with its zone fits. */
const FROM_CHARACTERS_MAX = 64;

export class LastUsed {
  readonly #path: string;
  readonly #uses = new Map<string, Use>();
  #changed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** What the disk has; a file that is missing or makes no sense counts as empty. */
  async load(): Promise<void> {
    const bytes = await readBounded(this.#path, LIMITS.access_file_bytes_max);
    const result = safeParse(FILE, parseJson(new TextDecoder().decode(bytes ?? new Uint8Array())));
    if (!result.success) return;
    for (const { sha256, at, from } of result.output.tokens) {
      const instant = parseInstant(at);
      if (instant !== undefined) this.#uses.set(sha256, { at: instant, from });
    }
  }

  of(sha256: string): Use | undefined {
    return this.#uses.get(sha256);
  }

  note(sha256: string, use: Use): void {
    this.#uses.set(sha256, { at: use.at, from: use.from.slice(0, FROM_CHARACTERS_MAX) });
    this.#changed = true;
  }

  /** Writes what is known of tokens that `isKnown`, if anything is new. A Fault `storage`. */
  async save(isKnown: (sha256: string) => boolean): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    for (const sha256 of this.#uses.keys()) if (!isKnown(sha256)) this.#uses.delete(sha256);
    const tokens = [...this.#uses].map(([sha256, { at, from }]) => {
      return { sha256, at: formatInstant(at), from };
    });
    try {
      await replaceFile(this.#path, new TextEncoder().encode(`${JSON.stringify({ tokens })}\n`));
    } catch (error) {
      this.#changed = true;
      throw storageFault(this.#path, error);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
