/** The built binary, started as a user would, on a free port with folders of its own. */
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Status } from "../../src/http/status.ts";
import { type Outcome, run, until } from "../lab/guest/run.ts";

export const BINARY = resolve(import.meta.dir, `../../dist/linkrd-${process.arch}`);
export const SIZE = { width: 640, height: 360 };

/** A screen small enough to be decoded often, and sharp enough to be read. */
const SIMULATED = `
[video]
source = "simulated"
quality = 100
fps_max = 60
[simulated]
width = ${SIZE.width}
height = ${SIZE.height}
`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly json: unknown;
}

/** Below those that the kernel hands to clients (net.ipv4.ip_local_port_range). */
const PORTS = { first: 20_000, last: 32_000 };

/** A port of loopback that nobody has, and that nobody is given before its daemon takes it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.first, PORTS.last);
    try {
      const options = { hostname: "127.0.0.1", port, fetch: () => new Response() };
      await Bun.serve(options).stop(true);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}

/** Fails with what to do about it when the binary was not built. */
export function needBinary(): void {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run scripts/build.sh host`);
}

/** A folder for settings and state, with linkrd.toml in it. */
export async function makeFolder(port: number, rest = SIMULATED): Promise<string> {
  needBinary();
  const folder = await mkdtemp(join(tmpdir(), "linkrd-api-"));
  await writeFile(join(folder, "linkrd.toml"), settings(port, rest));
  return folder;
}

export function settings(port: number, rest = SIMULATED): string {
  return `[server]\nbind = "127.0.0.1"\nhttps_port = 0\nhttp_port = ${port}\n${rest}`;
}

/** Arguments that every command takes. */
export function places(folder: string): string[] {
  return ["--config", folder, "--state", folder];
}

/** A command without a daemon, or against the one of `folder`. */
export function command(folder: string, ...words: string[]): Promise<Outcome> {
  return run([BINARY, ...words, ...places(folder)]);
}

export class Linkrd implements AsyncDisposable {
  readonly folder: string;
  port: number;
  token = "";
  #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  #output: Promise<unknown>;
  #log = "";

  constructor(folder: string, port: number, wrapper: readonly string[] = []) {
    this.folder = folder;
    this.port = port;
    this.#process = this.#serve(wrapper);
    this.#output = this.#readAll();
  }

  /** A daemon that answers, with a token for it. @param rest of linkrd.toml, after [server] */
  static async start(rest?: string): Promise<Linkrd> {
    const port = await freePort();
    const linkrd = new Linkrd(await makeFolder(port, rest), port);
    try {
      await linkrd.ready();
      linkrd.token = await linkrd.newToken("test");
    } catch (error) {
      await linkrd[Symbol.asyncDispose]();
      throw error;
    }
    return linkrd;
  }

  /** Waits until it answers on its socket; an early end is an error that quotes the log. */
  async ready(): Promise<void> {
    await until("the daemon to answer", 25, async () => {
      if (this.#process.exitCode !== null) throw new Error(`it ended at once: ${this.#log}`);
      return (await this.cli("status", "--json")).exit === 0 ? true : undefined;
    });
  }

  /** All that it has written so far to standard output and error. */
  get log(): string {
    return this.#log;
  }

  /** Lines of the log that have `part` in them. */
  lines(part: string): string[] {
    return this.#log.split("\n").filter((line) => line.includes(part));
  }

  get pid(): number {
    return this.#process.pid;
  }

  cli(...words: string[]): Promise<Outcome> {
    return command(this.folder, ...words);
  }

  /**
   * A token that the daemon knows: the file is written when the command ends, and the daemon has
   * read it a moment later.
   */
  async newToken(name: string, ...options: string[]): Promise<string> {
    const { exit, stdout, stderr } = await this.cli("token", "new", name, ...options);
    if (exit !== 0) throw new Error(`token new: ${stderr}`);
    const token = stdout.trimEnd();
    await until("the token to be known", 15, async () => {
      return (await this.ask("/api/auth/check", {}, token)).status === 200 ? true : undefined;
    });
    return token;
  }

  async ask(path: string, how: RequestInit = {}, token = this.token): Promise<Answer> {
    const headers = new Headers(how.headers);
    if (token !== "" && !headers.has("authorization")) {
      headers.set("authorization", `token ${token}`);
    }
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { ...how, headers });
    const bytes = await response.bytes();
    const text = new TextDecoder().decode(bytes);
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    const json: unknown = isJson && text !== "" ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, bytes, text, json };
  }

  /** Posts a body, or events as one, to control with `?report=1`. */
  control(body: string | readonly unknown[], signal?: AbortSignal): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify({ events: body });
    const how = { method: "POST", body: text, ...(signal === undefined ? {} : { signal }) };
    return this.ask("/api/public/control?report=1", how);
  }

  async status(): Promise<Status> {
    return (await this.ask("/api/status")).json as Status;
  }

  async snapshot(): Promise<Uint8Array> {
    const { status, bytes, text } = await this.ask("/api/public/snapshot");
    if (status !== 200) throw new Error(`snapshot: ${status}: ${text}`);
    return bytes;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it as systemd does, and starts it again. */
  async restart(): Promise<void> {
    this.kill("SIGTERM");
    await this.ended();
    this.#process = this.#serve([]);
    this.#output = this.#readAll();
    await this.ready();
  }

  /** MiB of its memory that are in use, or were at most (proc(5)). */
  async memoryMiB(which: "VmRSS" | "VmHWM" = "VmRSS"): Promise<number> {
    const status = await Bun.file(`/proc/${this.pid}/status`).text();
    return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  }

  /** Its exit status, once it has ended and all that it wrote was read. */
  async ended(): Promise<number> {
    const exit = await this.#process.exited;
    await this.#output;
    return exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.ended();
    await rm(this.folder, { recursive: true, force: true });
  }

  #serve(wrapper: readonly string[]): Bun.Subprocess<"ignore", "pipe", "pipe"> {
    const command = [...wrapper, BINARY, "serve", ...places(this.folder)];
    return Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  }

  async #readAll(): Promise<void> {
    const { stdout, stderr } = this.#process;
    await Promise.all([this.#read(stdout), this.#read(stderr)]);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.#log += decoder.decode(chunk, { stream: true });
  }
}
