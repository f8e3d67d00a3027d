/** A device of its own for a test: folders, a clock that is set by hand, and a log that is kept. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FloorClock } from "../../src/access/clock.ts";
import { AccessStore } from "../../src/access/store.ts";
import { createLog } from "../../src/base/log.ts";
import { openSys } from "../../src/ffi/sys.ts";

const sys = openSys();

/** As the daemon is given it. */
export const exchange = (one: string, other: string): boolean => sys.exchange(one, other);

export const NOON = Date.UTC(2026, 10, 21, 12);

export class Device {
  readonly root = mkdtempSync(join(tmpdir(), "linkrd-access-"));
  readonly path = join(this.root, "etc", "access.toml");
  readonly stateDir = join(this.root, "state");
  readonly lines: string[] = [];
  readonly log = createLog(
    () => "debug",
    (line) => this.lines.push(line),
  );
  /** What the system's clock and the monotonic one say, in milliseconds. */
  time = { system: NOON, monotonic: 0 };
  readonly #stores: AccessStore[] = [];

  /** access.toml begins as `text`; without one there is none. */
  constructor(text?: string) {
    mkdirSync(join(this.root, "etc"));
    mkdirSync(this.stateDir);
    if (text !== undefined) writeFileSync(this.path, text, { mode: 0o600 });
  }

  state(name: string): string {
    return join(this.stateDir, name);
  }

  clock(builtAt = 0): FloorClock {
    return new FloorClock({
      file: this.state("clock"),
      builtAt,
      log: this.log,
      system: () => this.time.system,
      monotonic: () => this.time.monotonic,
    });
  }

  async open(live: boolean): Promise<AccessStore> {
    const { path, stateDir, log } = this;
    const store = await AccessStore.open({
      path,
      stateDir,
      log,
      clock: this.clock(),
      live,
      exchange,
    });
    this.#stores.push(store);
    return store;
  }

  /** How many lines of the log have `words` in them. */
  said(words: string): number {
    return this.lines.filter((line) => line.includes(words)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores) await store.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Resolves when `holds`, which is asked now and after each change of what is in force. */
export async function until(store: AccessStore, holds: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ask = () => {
    if (holds()) resolve();
  };
  const stop = store.onChange(ask);
  ask();
  await promise;
  stop();
}

/** Resolves when `holds`, for what nobody announces, such as a line of the log. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A token block of `name`, whose digest is 64 times `digit`. */
export function tokenBlock(name: string, digit: string, rest = ""): string {
  const lines = [`name = "${name}"`, `sha256 = "${digit.repeat(64)}"`, 'abilities = ["view"]'];
  return `[[token]]\n${lines.join("\n")}\n${rest}`;
}
