/** The document in force: what access.toml said when it was last good, whatever it says now. */
import { chmod } from "node:fs/promises";
import { readBounded } from "../base/bounded-file.ts";
import { chain, Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { AccessFile } from "./access-file.ts";
import { digestOf } from "./digest.ts";
import { type AccessDocument, parseDocument } from "./document.ts";
import type { Edited } from "./edit.ts";
import { describe } from "./findings.ts";
import { replaceFile } from "./storage.ts";

const OTHERS = 0o077;
const NOBODY: AccessDocument = { users: [], tokens: [], warnings: [] };

/** What a look at the file found; `identity` is the same for as long as that is. */
interface Found {
  readonly identity: string;
  readonly inode: number | undefined;
  readonly edited: Edited | undefined;
  readonly fault: Fault | undefined;
}

export interface LiveDocumentOptions {
  readonly file: AccessFile;
  /** Where the last good text lies, for a start with a broken file. */
  readonly lastGood: string;
  /** For the daemon: keep it there too, and log faults; a command hands them to its user. */
  readonly live: boolean;
  readonly log: Log;
}

export class LiveDocument {
  readonly #options: LiveDocumentOptions;
  #inForce: AccessDocument = NOBODY;
  #identity = "";
  #inode: number | undefined;
  #kept = "";
  #problem: Fault | undefined;
  #missing = false;
  #told = false;

  constructor(options: LiveDocumentOptions) {
    this.#options = options;
  }

  get document(): AccessDocument {
    return this.#inForce;
  }

  /** Why the file as it is now is not in force; undefined: it is. */
  get fault(): Fault | undefined {
    return this.#problem;
  }

  /** Whether there is no file and never was a good one. */
  get absent(): boolean {
    return this.#missing && this.#inForce === NOBODY;
  }

  /** The first look. With a broken or missing file the last good text of an earlier run holds. */
  async open(): Promise<void> {
    const { lastGood, log } = this.#options;
    try {
      const bytes = await readBounded(lastGood, LIMITS.access_file_bytes_max);
      if (bytes !== undefined) {
        this.#kept = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        this.#inForce = parseDocument(this.#kept, lastGood);
      }
    } catch (error) {
      log.debug(`no last good version: ${chain(error)}`);
    }
    await this.look();
  }

  /**
   * Takes in the file if it is another and good; true if that changed what is in force. What was
   * renamed into place is complete and holds at once; what is written in place has to stay the same
   * for a moment first, as has a fault before it is told: a save may be half done.
   */
  async look(): Promise<boolean> {
    const deadline = performance.now() + LIMITS.access_settle_ms_max;
    let before = "";
    for (;;) {
      const found = await this.#inspect();
      if (found.identity === this.#identity) {
        this.#inode = found.inode;
        this.#mended();
        return false;
      }
      const steady = found.identity === before || performance.now() >= deadline;
      const complete = found.inode !== this.#inode || steady;
      if (found.edited !== undefined && complete) {
        await this.#adopt(found.edited, found.inode);
        return true;
      }
      if (found.fault !== undefined && steady) {
        this.#refuse(found.fault);
        return false;
      }
      before = found.identity;
      await Bun.sleep(LIMITS.file_settle_ms);
    }
  }

  /** Puts in force what an edit of ours has just written. */
  async wrote(edited: Edited): Promise<void> {
    await this.#adopt(edited, await this.#options.file.inode());
  }

  async #adopt(edited: Edited, inode: number | undefined): Promise<void> {
    const { log, lastGood, live } = this.#options;
    this.#inForce = edited.document;
    this.#identity = digestOf(edited.text);
    this.#inode = inode;
    this.#mended();
    log.once("unknown", "warn", edited.document.warnings.map(describe).join("; "));
    if (!live || this.#kept === edited.text) return;
    try {
      await replaceFile(lastGood, new TextEncoder().encode(edited.text));
      this.#kept = edited.text;
    } catch (error) {
      log.once("last good", "warn", `the last good version is not kept: ${chain(error)}`);
    }
  }

  async #inspect(): Promise<Found> {
    const { file } = this.#options;
    let inode: number | undefined;
    try {
      const image = await file.read();
      this.#missing = image === undefined;
      if (image === undefined) {
        throw new Fault("bad_config", `${file.path} is missing: put it back`);
      }
      inode = image.inode;
      if ((image.mode & OTHERS) !== 0) await this.#tighten(image.mode);
      const { digest: identity, text } = image;
      if (identity === this.#identity) {
        return { identity, inode, edited: undefined, fault: undefined };
      }
      const edited = { text, document: parseDocument(text, file.path) };
      return { identity, inode, edited, fault: undefined };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { identity: error.message, inode, edited: undefined, fault: error };
    }
  }

  async #tighten(mode: number): Promise<void> {
    const { file, log } = this.#options;
    const was = (mode & 0o777).toString(8);
    try {
      await chmod(file.path, 0o600);
      log.warn(`${file.path} was open to others (mode 0${was}) and has mode 0600 now`);
    } catch (error) {
      log.once("mode", "warn", `${file.path} is open to others (mode 0${was}): ${chain(error)}`);
    }
  }

  #refuse(fault: Fault): void {
    this.#problem = fault;
    if (this.absent || !this.#options.live) return;
    this.#told = true;
    this.#options.log.once("file", "error", `what was in force stays so: ${chain(fault)}`);
  }

  #mended(): void {
    const { log, file } = this.#options;
    if (this.#told) log.info(`${file.path} is good again`);
    log.once("file", "info", "");
    this.#told = false;
    this.#problem = undefined;
    this.#missing = false;
  }
}
