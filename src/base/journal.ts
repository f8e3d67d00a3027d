import { fstatSync } from "node:fs";
import { linesOf } from "./lines.ts";
import type { Level } from "./log.ts";
import type { LogLine, LogSource } from "./log-ring.ts";

/** The units of linkrd, one of which writes its log. */
const UNITS = "linkrd*";
/** What is too long for journalctl to write in JSON: a line over 4 KiB. */
const OMITTED = "(a line that cannot be shown here: see journalctl)";

/**
 * Whether what this process writes to standard error goes to the journal.
 *
 * @param stream $JOURNAL_STREAM, device and inode of what systemd made standard error
 *   (systemd.exec(5)); it is inherited by programs whose standard error goes elsewhere
 */
export function isJournalled(stream: string | undefined): boolean {
  const { dev, ino } = fstatSync(2);
  return stream === `${dev}:${ino}`;
}

/** Priorities of syslog(3), by which `journalctl -p` chooses. */
const PRIORITIES: Readonly<Record<Level, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

/** `line` as systemd takes it from standard error: with its priority in front (sd-daemon(3)). */
export function prioritised(line: string, level: Level): string {
  return `<${PRIORITIES[level]}>${line}`;
}

/** The journal of this boot, read by a journalctl for each reader, which ends with it. */
export class Journal implements LogSource {
  readonly #otherwise: LogSource;

  /** @param otherwise where the log is read when journalctl is missing or may not read it */
  constructor(otherwise: LogSource) {
    this.#otherwise = otherwise;
  }

  async *read(sinceMs: number, follow: boolean, signal: AbortSignal): AsyncGenerator<LogLine> {
    const program = Bun.which("journalctl");
    if (program === null) return yield* this.#otherwise.read(sinceMs, follow, signal);
    const child = Bun.spawn(
      [
        program,
        "--boot",
        `--unit=${UNITS}`,
        `--since=@${Math.floor(sinceMs / 1000)}`,
        "--output=json",
        "--output-fields=MESSAGE,_SYSTEMD_UNIT",
        "--no-pager",
        ...(follow ? ["--follow", "--no-tail"] : []),
      ],
      { stdin: "ignore", stdout: "pipe", stderr: "ignore", signal },
    );
    let hasRead = false;
    try {
      for await (const line of linesOf(child.stdout)) {
        const entry = parseEntry(line);
        if (entry === undefined || entry.atMs < sinceMs) continue;
        hasRead = true;
        yield entry;
      }
    } finally {
      child.kill();
      await child.exited;
    }
    if (hasRead || child.exitCode === 0 || signal.aborted) return;
    yield* this.#otherwise.read(sinceMs, follow, signal);
  }
}

/** An entry as systemd's Journal JSON Format has it; undefined for what is none. */
function parseEntry(line: string): LogLine | undefined {
  const entry: unknown = parseJson(line);
  if (typeof entry !== "object" || entry === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(entry));
  const atMs = Number(fields.get("__REALTIME_TIMESTAMP")) / 1000;
  const [unit, message] = [fields.get("_SYSTEMD_UNIT"), fields.get("MESSAGE")];
  if (!Number.isFinite(atMs)) return undefined;
  return {
    atMs,
    unit: typeof unit === "string" ? unit : "linkrd.service",
    text: textOf(message),
  };
}

/** A message that is no UTF-8 comes as an array of its bytes. */
function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  if (!Array.isArray(message)) return OMITTED;
  return new TextDecoder().decode(Uint8Array.from(message.map(Number)));
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
