/**
 * One line per event on stderr, as `level part: sentence`. Text from outside is escaped, so that a
 * hostile name can neither forge a line nor drive a terminal. Keys and tokens are never logged.
 */
export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Says `message` only when it differs from the last one told under `topic`; "" forgets it. */
  once(topic: string, level: Level, message: string): void;
  /** The same log, under another part's name. */
  part(name: string): Log;
}

/** Control and line-separator characters as `\u{…}`: what is logged stays on its line. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/**
 * A log that hands each finished line, without its newline, to `write`. What lies below `lowest` is
 * left out; it is asked anew for each line, because the settings change while the daemon runs.
 */
export function createLog(lowest: () => Level, write: (line: string, level: Level) => void): Log {
  const told = new Map<string, string>();
  const make = (name: string): Log => {
    const say = (at: Level, message: string) => {
      if (LEVELS.indexOf(at) >= LEVELS.indexOf(lowest()))
        write(`${at.padEnd(5)} ${name}: ${printable(message)}`, at);
    };
    return {
      debug: (message) => say("debug", message),
      info: (message) => say("info", message),
      warn: (message) => say("warn", message),
      error: (message) => say("error", message),
      once: (topic, at, message) => {
        const key = `${name}/${topic}`;
        if ((told.get(key) ?? "") === message) return;
        told.set(key, message);
        if (message !== "") say(at, message);
      },
      part: make,
    };
  };
  return make("linkrd");
}
