/**
 * The time that expiry is held against. A board has no clock of its own: until the network has told
 * it, it believes in a moment of the past, when tokens that are long over were still good. So time
 * never falls behind what this device has seen already, nor behind the day linkrd was built.
 */
import { existsSync, readFileSync } from "node:fs";
import { chain } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { formatInstant, parseInstant } from "./instant.ts";
import { errnoOf, replaceFile } from "./storage.ts";

/** Written by systemd-timesyncd when it has set the clock. */
const SYNCHRONISED = "/run/systemd/timesync/synchronized";
/** More than clocks are ever slewed in one interval. */
const JUMP_MS = 60_000;
const DAY_MS = 86_400_000;

export interface ClockOptions {
  /** Where the latest time seen is kept. */
  readonly file: string;
  /** When this linkrd was built, in milliseconds since the epoch. */
  readonly builtAt: number;
  readonly log: Log;
  /** Milliseconds since the epoch, as the system has it. */
  readonly system: () => number;
  /** Milliseconds that only ever go forward. */
  readonly monotonic: () => number;
}

export class FloorClock {
  readonly #options: ClockOptions;
  #mark: number;
  /**
   * The system's time less the monotonic one when it was last looked at: steady unless it jumps.
   */
  #offset: number;

  constructor(options: ClockOptions) {
    this.#options = options;
    this.#mark = readMark(options);
    this.#offset = options.system() - options.monotonic();
    if (this.#mark > options.system() + DAY_MS) {
      const seen = formatInstant(this.#mark);
      const remedy = `set the clock, or remove ${options.file} if that time is wrong`;
      options.log.warn(`the clock is behind ${seen}, which this device has seen: ${remedy}`);
    }
  }

  /** max(system clock, latest time kept on disk, build time), in milliseconds since the epoch. */
  readonly now = (): number => {
    return Math.max(this.#options.system(), this.#mark, this.#options.builtAt);
  };

  /** Whether systemd-timesyncd says that it has set the clock. */
  synchronised(): boolean {
    return existsSync(SYNCHRONISED);
  }

  /**
   * Keeps the present time as the latest seen, unless the clock jumped since the last call: a wrong
   * time from the network would otherwise end every token for good. Logs when the disk refuses.
   */
  async keep(): Promise<void> {
    const { system, monotonic, file, log } = this.#options;
    const [before, present] = [this.#offset, system()];
    this.#offset = present - monotonic();
    if (Math.abs(this.#offset - before) > JUMP_MS || present <= this.#mark) return;
    this.#mark = present;
    try {
      await replaceFile(file, new TextEncoder().encode(`${formatInstant(present)}\n`));
    } catch (error) {
      log.once("clock", "warn", `the time seen is not kept: ${chain(error)}`);
    }
  }
}

function readMark({ file, log }: ClockOptions): number {
  try {
    const mark = parseInstant(readFileSync(file, "utf8").trim());
    if (mark !== undefined) return mark;
    log.warn(`${file} holds no time and is not used: remove it`);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") log.warn(`${file} cannot be read: ${chain(error)}`);
  }
  return 0;
}
