import type { Sys } from "../ffi/sys.ts";

/** Where a command prints, and what it is told by the process around it. */
export interface Surroundings {
  /** Writes one line to standard output. */
  readonly print: (line: string) => void;
  /** Writes one line to standard error. */
  readonly warn: (line: string) => void;
  /** All of standard input; of a terminal one line. */
  readonly readStdin: () => Promise<string>;
  /** Has a person type lines that are not shown; undefined where there is no terminal. */
  readonly askSecrets: ((prompts: readonly string[]) => Promise<readonly string[]>) | undefined;
  /** Runs the daemon until it is told to stop. */
  readonly serve: (places: Places, simulate: boolean) => Promise<void>;
  readonly openSys: () => Sys;
  readonly version: { readonly linkrd: string; readonly commit: string };
  /** Milliseconds since the epoch at which this binary was built. */
  readonly builtAtMs: number;
}

/** The folders and the socket that every command agrees on. */
export interface Places {
  readonly config: string;
  readonly state: string;
  readonly socket: string;
}

export interface Call {
  readonly places: Places;
  /** What stands after the command's own words, options left out. */
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly io: Surroundings;
}

/** One command: a row of the table in commands.ts. */
export interface Command {
  /** The words that call it, such as "token new". */
  readonly name: string;
  /** Its operands as help shows them, such as "NAME [FILE]"; their number is checked against it. */
  readonly operands: string;
  /** Options beyond --config and --state: whether each takes a value, and its help. */
  readonly options: Readonly<Record<string, { readonly value?: string; readonly help: string }>>;
  /** One line, beginning with a small letter. */
  readonly help: string;
  readonly run: (call: Call) => Promise<void> | void;
}
