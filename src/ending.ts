/** What ends the daemon: somebody's signal, or a fault that nobody foresaw. */
import type { EventEmitter } from "node:events";

/**
 * Resolves at the first of `signals`, and rejects with an exception that nothing caught. Whoever
 * awaits it can then still let go of the keys that are held, before the process ends.
 */
export function ending(program: EventEmitter, signals: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // Listened to ever after: a second one, on the way down, must not cut that short.
    for (const signal of signals) program.on(signal, () => resolve());
    program.on("uncaughtException", reject);
    program.on("unhandledRejection", reject);
  });
}
