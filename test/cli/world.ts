/** The command line in this process: what it prints, with folders of its own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Places, Surroundings } from "../../src/cli/command.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import { openSys } from "../../src/ffi/sys.ts";

const GOLDEN = resolve(import.meta.dir, "../golden");

export interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Shell implements AsyncDisposable {
  readonly folder: string;
  /** What stands on standard input, or what a person types who has read what was printed. */
  stdin: string | ((stdout: string) => string) = "";
  /** What a person types at a terminal where nothing is shown; undefined without a terminal. */
  secrets: readonly string[] | undefined;
  /** What `serve` was called with. */
  readonly served: { readonly places: Places; readonly simulate: boolean }[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param files texts by their names in the folder of settings */
  static async open(files: Readonly<Record<string, string>> = {}): Promise<Shell> {
    const shell = new Shell(await mkdtemp(join(tmpdir(), "linkrd-cli-")));
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(shell.folder, name), text, { mode: 0o600 });
    }
    return shell;
  }

  /** Runs `words` as they are. */
  async bare(...words: string[]): Promise<Outcome> {
    let [stdout, stderr] = ["", ""];
    const surroundings: Surroundings = {
      print: (line) => {
        stdout += `${line}\n`;
      },
      warn: (line) => {
        stderr += `${line}\n`;
      },
      readStdin: async () => {
        return typeof this.stdin === "string" ? this.stdin : this.stdin(stdout);
      },
      askSecrets: this.secrets && (async () => this.secrets ?? []),
      serve: async (places, simulate) => {
        this.served.push({ places, simulate });
      },
      openSys,
      version: { linkrd: "1.2.3", commit: "abcdef" },
      builtAtMs: 0,
    };
    const exit = await runCommandLine(words, surroundings);
    return { exit, stdout, stderr };
  }

  /** Runs `words` with the folder as --config and --state. */
  run(...words: string[]): Promise<Outcome> {
    return this.bare(...words, "--config", this.folder, "--state", this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The text of a golden file. With UPDATE_GOLDEN=1 it is written first, to be read in the diff. */
export async function golden(name: string, text: string): Promise<string> {
  const file = join(GOLDEN, name);
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(file, text);
  return await Bun.file(file).text();
}

/** `text` without what differs from run to run: folders, times, tokens. */
export function steady(text: string, folder: string): string {
  return text
    .replaceAll(folder, "DIR")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2026-01-01T00:00:00.000Z")
    .replace(/radxa_linkr_[\w-]{86}/g, "TOKEN");
}
