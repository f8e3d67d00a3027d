/** The built binary, started and asked as a user would: its commands, its files, and curl. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { must, type Outcome, run, until } from "./run.ts";

export const BINARY = resolve(import.meta.dir, "../../../dist/linkrd-x64");
const PORT = 8080;
export const ORIGIN = `http://127.0.0.1:${PORT}`;

const SERVER = `[server]\nbind = "127.0.0.1"\nhttps_port = 0\nhttp_port = ${PORT}\n`;

export interface Answer {
  status: number;
  /** Header names in lower case. */
  headers: ReadonlyMap<string, string>;
  body: Uint8Array;
}

/** One running daemon with files of its own, and a token for it. */
export class Linkrd implements AsyncDisposable {
  readonly folder: string;
  readonly #token: string;
  readonly #daemon: Bun.Subprocess<"ignore", "inherit", "inherit">;

  private constructor(folder: string, token: string) {
    this.folder = folder;
    this.#token = token;
    this.#daemon = Bun.spawn([BINARY, "serve", "--config", folder, "--state", folder], {
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
    });
  }

  /** Makes the files and a token, starts the daemon and waits until it answers. */
  static async start(settings: string): Promise<Linkrd> {
    const folder = `/tmp/linkrd-${performance.now().toFixed(0)}`;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "linkrd.toml"), SERVER + settings);
    const files = ["--config", folder, "--state", folder];
    const token = (await must([BINARY, "token", "new", "lab", ...files])).trimEnd();
    const daemon = new Linkrd(folder, token);
    await until("the daemon to answer", 60, async () => {
      const { exit } = await run(["curl", "-s", "-o", "/dev/null", ORIGIN]);
      if (daemon.ended) throw new Error("the daemon ended at once");
      return exit === 0 ? true : undefined;
    });
    return daemon;
  }

  /** Writes linkrd.toml anew, for the running daemon to find. */
  async settings(settings: string): Promise<void> {
    await writeFile(join(this.folder, "linkrd.toml"), SERVER + settings);
  }

  get pid(): number {
    return this.#daemon.pid;
  }

  get ended(): boolean {
    return this.#daemon.exitCode !== null || this.#daemon.signalCode !== null;
  }

  /** `GET`, or `POST` of `json` when it is given. */
  async curl(path: string, json?: unknown): Promise<Answer> {
    const [head, body] = [join(this.folder, "head"), join(this.folder, "body")];
    const post = ["-H", "Content-Type: application/json", "--data-binary", "@-"];
    await must(
      [
        ...["curl", "-sS", "-D", head, "-o", body, "-H", `Authorization: token ${this.#token}`],
        ...(json === undefined ? [] : post),
        `${ORIGIN}${path}`,
      ],
      json === undefined ? "" : JSON.stringify(json),
    );
    const [status = "", ...lines] = (await readFile(head, "latin1")).trim().split("\r\n");
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const bytes = await Bun.file(body).bytes();
    await rm(body, { force: true });
    return { status: Number(status.split(" ")[1]), headers: new Map(headers), body: bytes };
  }

  /** The picture; anything but a JPEG with status 200 is an error that quotes the answer. */
  async snapshot(): Promise<Uint8Array> {
    const { status, headers, body } = await this.curl("/api/public/snapshot");
    if (status === 200 && headers.get("content-type") === "image/jpeg") return body;
    throw new Error(`snapshot: ${status}: ${text(body).slice(0, 300)}`);
  }

  /** Writes all that the stream sends in so many seconds, as it comes. */
  async stream(seconds: number, file: string): Promise<void> {
    const head = ["-H", `Authorization: token ${this.#token}`];
    // curl's exit status is that of its time being over.
    const way = ["-sN", "-m", `${seconds}`, "-o", file];
    await run(["curl", ...way, ...head, `${ORIGIN}/api/public/stream`]);
  }

  /** Sends events that are expected to arrive. */
  async control(events: readonly unknown[]): Promise<void> {
    const { status, body } = await this.curl("/api/public/control", { events });
    if (status !== 200 || JSON.parse(text(body)).code !== 0) {
      throw new Error(`control: ${status}: ${text(body).slice(0, 300)}`);
    }
  }

  /** A command against this daemon, over its unix socket. */
  async command(...words: string[]): Promise<Outcome> {
    return await run([BINARY, ...words, "--config", this.folder, "--state", this.folder]);
  }

  /** Ends the daemon and answers its exit status: 128 and the signal's number if it died of one. */
  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<number> {
    this.#daemon.kill(signal);
    return await this.#daemon.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.ended) await this.stop("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Waits until the snapshot is refused with 503 and a message that has `stage` in it. */
export async function untilRefused(linkrd: Linkrd, stage: string): Promise<void> {
  let last = "";
  await until(`503 with "${stage}"`, 20, async () => {
    const { status, body } = await linkrd.curl("/api/public/snapshot");
    last = `${status} ${status === 200 ? "" : text(body)}`;
    return status === 503 && text(body).includes(stage) ? true : undefined;
  }).catch((cause) => {
    throw new Error(`last answer: ${last.slice(0, 300)}`, { cause });
  });
}
