import { LIMITS } from "./limits.ts";

/** A line of the log, of whatever unit wrote it. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** As systemd calls it, such as `linkrd.service`. */
  readonly unit: string;
  readonly text: string;
}

/** Where the log can be read. */
export interface LogSource {
  /**
   * The lines since `sinceMs`, milliseconds since the epoch, oldest first. With `follow` it then
   * waits for more. Ends when `signal` aborts.
   */
  read(sinceMs: number, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
}

/** The newest lines of this process's own log, for where there is no journal. */
export class LogRing implements LogSource {
  readonly #lines: LogLine[] = [];
  /** How many lines were there before the first that is kept. */
  #before = 0;
  readonly #waiting = new Set<() => void>();

  add(text: string, atMs: number): void {
    const kept = text.slice(0, LIMITS.log_line_characters_max);
    this.#lines.push({ atMs, unit: "linkrd.service", text: kept });
    if (this.#lines.length > LIMITS.log_lines_max) {
      this.#lines.shift();
      this.#before++;
    }
    for (const wake of this.#waiting) wake();
  }

  /** A reader that is slower than the log misses the lines that it was too late for. */
  async *read(sinceMs: number, follow: boolean, signal: AbortSignal): AsyncGenerator<LogLine> {
    const first = this.#lines.findIndex(({ atMs }) => atMs >= sinceMs);
    let next = this.#before + (first < 0 ? this.#lines.length : first);
    while (!signal.aborted) {
      next = Math.max(next, this.#before);
      const line = this.#lines[next - this.#before];
      if (line !== undefined) {
        next++;
        yield line;
      } else if (follow) await this.#more(signal);
      else return;
    }
  }

  async #more(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake);
    await promise;
    signal.removeEventListener("abort", wake);
    this.#waiting.delete(wake);
  }
}
