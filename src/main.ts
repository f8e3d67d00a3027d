/**
 * The only file that touches the process: its arguments, its environment, its signals, its exit.
 */
import { createInterface } from "node:readline";
import packageJson from "../package.json" with { type: "json" };
import { chain, Fault } from "./base/fault.ts";
import { isJournalled, prioritised } from "./base/journal.ts";
import type { Level } from "./base/log.ts";
import { writeWhole } from "./base/write-whole.ts";
import type { Surroundings } from "./cli/command.ts";
import { runCommandLine } from "./cli/run.ts";
import { askSecrets } from "./cli/secrets.ts";
import { startDaemon } from "./daemon.ts";
import { ending } from "./ending.ts";
import { openSys } from "./ffi/sys.ts";
import { Supervisor } from "./supervisor.ts";

/** Put in by scripts/build.sh; absent when the checkout is run as it lies. */
declare const LINKRD_BUILT_AT: number;
declare const LINKRD_COMMIT: string;

const commit = typeof LINKRD_COMMIT === "undefined" ? "checkout" : LINKRD_COMMIT;
const builtAtMs = typeof LINKRD_BUILT_AT === "undefined" ? 0 : LINKRD_BUILT_AT * 1000;
const version = { linkrd: packageJson.version, commit };

const surroundings: Surroundings = {
  print: printLine,
  warn: (line) => process.stderr.write(`${line}\n`),
  readStdin: () => (process.stdin.isTTY ? readLine() : Bun.stdin.text()),
  askSecrets: process.stdin.isTTY
    ? (prompts) => askSecrets(process.stdin, process.stderr, prompts)
    : undefined,
  serve: async (places, simulate) => {
    const journalled = isJournalled(process.env["JOURNAL_STREAM"]);
    const writeLog = (line: string, level: Level) => {
      process.stderr.write(`${journalled ? prioritised(line, level) : line}\n`);
    };
    // From here on a signal is an ordinary end, even one that comes while it starts.
    const end = ending(process, ["SIGTERM", "SIGINT", "SIGHUP"]);
    const daemon = await startDaemon({
      places,
      simulate,
      version: version.linkrd,
      builtAtMs,
      writeLog,
      journalled,
    });
    const warn = (message: string) => writeLog(`warn  linkrd: ${message}`, "warn");
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = process.env;
    const environment = { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID };
    const supervisor = new Supervisor(environment, openSys(), warn);
    supervisor.ready();
    try {
      await end;
    } finally {
      supervisor.stopping();
      await daemon.stop();
    }
  },
  openSys,
  version,
  builtAtMs,
};

/** A line of what was asked for: it arrives whole, or the command fails. */
function printLine(line: string): void {
  try {
    writeWhole(1, `${line}\n`);
  } catch (cause) {
    // Its reader, such as head, has enough: that ends other programs too, without a word.
    if (cause instanceof Error && "code" in cause && cause.code === "EPIPE") process.exit(1);
    const remedy = "see where it leads, and whether that disk is full";
    throw new Fault("system", `standard output cannot be written: ${remedy}`, { cause });
  }
}

/** What a person types, up to Enter; "" when that is the end of input. */
async function readLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return "";
}

// A log that nobody takes any more, on a full disk or in a closed pipe, must not end the daemon.
process.stderr.on("error", () => undefined);
try {
  process.exit(await runCommandLine(process.argv.slice(2), surroundings));
} catch (error) {
  // A bug of ours. A person sees one line; the stack is for whoever looks for it.
  process.stderr.write(
    `linkrd: this is a fault of linkrd's own, please report it: ${chain(error)}\n`,
  );
  if (process.env["LINKRD_STACK"] === "1" && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  process.exit(1);
}
