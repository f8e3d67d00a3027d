/**
 * Who did what to access, from where, with what outcome: one line each in the log and in a file
 * that is bounded, `audit.log` and the `audit.log.1` before it. Never a secret, and no key strokes.
 */
import { appendFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { readBounded } from "../base/bounded-file.ts";
import { chain } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { type Log, printable } from "../base/log.ts";
import { formatInstant } from "./instant.ts";
import { errnoOf, storageFault } from "./storage.ts";

export interface AuditEvent {
  readonly event:
    | "login"
    | "logout"
    | "setup"
    | "user-add"
    | "password-set"
    | "totp-set"
    | "totp-drop"
    | "token-new"
    | "token-revoke"
    | "token-delete"
    | "token-use";
  /** A user, a token, or `cli`. */
  readonly who: string;
  /** The address of the client, or `local`. */
  readonly from: string;
  /** By which way, or the name of what it is about. */
  readonly about?: string;
  readonly outcome: string;
}

export interface AuditOptions {
  readonly stateDir: string;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that only ever go forward. */
  readonly monotonic: () => number;
}

/** What takes events; the daemon's and each command's write to the same file. */
export class Audit {
  readonly #options: AuditOptions;
  readonly #path: string;
  readonly #told = new Map<string, number>();
  #pending: string[] = [];
  #lost = 0;
  #writing: Promise<void> | undefined;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#path = join(options.stateDir, "audit.log");
  }

  /** Tells of `event`. The file has it soon after; {@link Audit.close} waits for that. */
  note(event: AuditEvent): void {
    const line = describe(event);
    this.#options.log.info(line);
    if (this.#pending.length >= LIMITS.audit_lines_max) this.#lost += 1;
    else this.#pending.push(`${formatInstant(this.#options.now())} ${line}\n`);
    this.#writing ??= this.#write();
  }

  /** Tells of an event that may come in a stream: the same one again only after a while. */
  noteOnce(event: AuditEvent): void {
    const now = this.#options.monotonic();
    const line = describe(event);
    const before = this.#told.get(line);
    if (before !== undefined && now - before < LIMITS.audit_repeat_ms) return;
    this.#told.delete(line);
    this.#told.set(line, now);
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= LIMITS.audit_lines_max) break;
      this.#told.delete(oldest);
    }
    this.note(event);
  }

  /** Waits until the disk has what was told. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { log } = this.#options;
    while (this.#pending.length > 0) {
      const lines = this.#pending;
      this.#pending = [];
      if (this.#lost > 0) lines.push(`${formatInstant(this.#options.now())} lost=${this.#lost}\n`);
      this.#lost = 0;
      try {
        await rotate(this.#path);
        await appendFile(this.#path, lines.join(""), { mode: 0o600, flush: true });
        log.once("file", "warn", "");
      } catch (error) {
        log.once("file", "warn", `this is not kept: ${chain(storageFault(this.#path, error))}`);
      }
    }
    this.#writing = undefined;
  }
}

/** The lines of the file, oldest first; none where there is no file. */
export async function readAudit(stateDir: string): Promise<readonly string[]> {
  const bytes_max = 2 * LIMITS.audit_file_bytes_max;
  const path = join(stateDir, "audit.log");
  const parts = [await readBounded(`${path}.1`, bytes_max), await readBounded(path, bytes_max)];
  const texts = parts.map((bytes) => new TextDecoder().decode(bytes ?? new Uint8Array()));
  return texts.join("").split("\n").filter(Boolean);
}

/** Two processes that do this at once lose the older file, and nothing newer. */
async function rotate(path: string): Promise<void> {
  const size = await stat(path).then(
    (stats) => stats.size,
    (error: unknown) => {
      if (errnoOf(error) === "ENOENT") return 0;
      throw error;
    },
  );
  if (size >= LIMITS.audit_file_bytes_max) await rename(path, `${path}.1`);
}

function describe({ event, who, from, about, outcome }: AuditEvent): string {
  const facts = { who, from, about, outcome };
  const words = Object.entries(facts).map(([key, value]) => {
    return value === undefined ? "" : ` ${key}=${quoted(value)}`;
  });
  return event + words.join("");
}

/** Text from outside stays one word on one line, whatever it says. */
function quoted(text: string): string {
  const brief = text.slice(0, LIMITS.audit_word_characters_max);
  return /^[\w.:@/+-]+$/.test(brief) ? brief : printable(JSON.stringify(brief));
}
