import { writeSync } from "node:fs";

/** How long to wait until a pipe that somebody made non-blocking is asked again. */
const FULL_PIPE_MS = 2;

/**
 * Writes all of `text` to `fd` before it returns, however slowly that is read: what is still in a
 * stream's memory when the process exits is lost. Throws what write(2) says, such as EPIPE.
 */
export function writeWhole(fd: number, text: string): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Bun.sleepSync(FULL_PIPE_MS);
    }
  }
}
