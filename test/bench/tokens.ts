/**
 * What a request with a token costs, with 1, 100 and 10 000 tokens in the file: one SHA-256 and one
 * look-up, so all the same. Prints a table and writes build/bench/tokens.json.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority } from "../../src/access/authority.ts";
import { FloorClock } from "../../src/access/clock.ts";
import { digestOf } from "../../src/access/digest.ts";
import { AccessStore } from "../../src/access/store.ts";
import { mintToken } from "../../src/access/token.ts";
import { createLog } from "../../src/base/log.ts";
import { identify } from "../../src/http/identity.ts";
import { problem } from "../../src/http/problem.ts";

const COUNTS = [1, 100, 10_000];
const ROUNDS = 20;
const REQUESTS = 10_000;
/** So many of the tokens are used, from all over the file. */
const USED = 100;

interface Row {
  readonly tokens: number;
  /** Microseconds a request, the median of the rounds. */
  readonly known_us: number;
  readonly unknown_us: number;
  /** Milliseconds until the file was read and in force. */
  readonly load_ms: number;
}

async function measure(count: number): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-bench-"));
  const texts = Array.from({ length: count }, mintToken);
  const blocks = texts.map((text, at) => {
    return `[[token]]\nname = "t-${at}"\nsha256 = "${digestOf(text)}"\nabilities = ["view"]\n`;
  });
  const path = join(folder, "access.toml");
  await writeFile(path, `version = 1\n${blocks.join("")}`, { mode: 0o600 });
  // The limit of a token's own requests is not what is measured: its clock runs a second a request.
  let fast = 0;
  const log = createLog(
    () => "error",
    () => undefined,
  );
  const monotonic = () => performance.now();
  const system = () => Date.now();
  const file = join(folder, "clock");
  const clock = new FloorClock({ file, builtAt: 0, log, system, monotonic });
  const started = performance.now();
  const options = { path, stateDir: folder, log, clock, live: false, exchange: () => false };
  const store = await AccessStore.open(options);
  const load_ms = performance.now() - started;
  const authority = new Authority({ store, stateDir: folder, log, monotonic: () => fast++ * 1000 });
  const step = Math.max(1, count / USED);
  const known_us = await time(authority, (at) => texts[(at * step) % count] ?? "");
  const strangers = Array.from({ length: USED }, mintToken);
  const unknown_us = await time(authority, (at) => strangers[at % USED] ?? "");
  await authority.close();
  await rm(folder, { recursive: true });
  return { tokens: count, known_us, unknown_us, load_ms };
}

/** Microseconds that finding out who sends a request takes, the median of all rounds. */
async function time(authority: Authority, textOf: (at: number) => string): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const headers = Array.from({ length: REQUESTS }, (_, at) => {
      return new Headers({ authorization: `Bearer ${textOf(at)}` });
    });
    const started = performance.now();
    for (const each of headers) await identify(authority, problem.credential(each), "192.0.2.7");
    rounds.push(((performance.now() - started) * 1000) / REQUESTS);
  }
  return rounds.toSorted((a, b) => a - b)[ROUNDS / 2] ?? 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const rows: Row[] = [];
for (const count of COUNTS) rows.push(await measure(count));
const cell = (value: number) => value.toFixed(2).padStart(11);
print("     tokens   known, us unknown, us    load, ms");
for (const { tokens, known_us, unknown_us, load_ms } of rows) {
  print(`${`${tokens}`.padStart(11)} ${cell(known_us)} ${cell(unknown_us)} ${cell(load_ms)}`);
}
await mkdir("build/bench", { recursive: true });
await writeFile("build/bench/tokens.json", `${JSON.stringify(rows, null, 2)}\n`);
