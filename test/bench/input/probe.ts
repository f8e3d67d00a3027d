/** The program that measures, and what it is given to send. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quantile } from "../video/statistics.ts";

/** A way to give input, of two kinds in turn: a key goes down and up. */
export interface Ask {
  readonly way: string;
  /** A TCP port on this machine, or the path of a unix socket. */
  readonly where: string;
  /** Sent once, and answered, before the others. */
  readonly handshake: Uint8Array;
  readonly one: Uint8Array;
  readonly two: Uint8Array;
  /** What an answer ends with; "" where there is none. */
  readonly end: string;
}

/** Who is asked, and as whom. */
export interface Server {
  readonly where: string;
  /** What stands before PiKVM's paths: nginx takes `/api` off for kvmd. */
  readonly prefix: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How often, and with pauses of how long between: half of it to one and a half; 0 for none. */
export interface Pace {
  readonly count: number;
  readonly pauseMs: number;
}

/** Milliseconds from the request to the report at the endpoint, and to the end of the answer. */
export interface Times {
  readonly report: { readonly p50: number; readonly p99: number };
  readonly answer?: { readonly p50: number; readonly p99: number };
  /** Whether an answer was there before its report was. */
  readonly isEarly: boolean;
}

/** Its report is on an endpoint that linkrd does not read from, unlike the keyboard's. */
const KEY = "AudioVolumeUp";
const RELAY_PORT = 18_981;
const LEAST_PORT = 18_982;

function post(server: Server, path: string, body: string): Buffer {
  const type = ["Content-Type: application/json", `Content-Length: ${body.length}`];
  return Buffer.from(`${head(server, `POST ${path}`, type)}${body}`);
}

function head({ headers }: Server, request: string, more: readonly string[]): string {
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${[`${request} HTTP/1.1`, "Host: localhost", ...own, ...more].join("\r\n")}\r\n\r\n`;
}

/** To PiKVM's WebSocket, whose clients are told no more than what changes. */
function upgrade(server: Server): Buffer {
  const more = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  return Buffer.from(head(server, `GET ${server.prefix}/ws?stream=0`, more));
}

/** A text, masked as a client's must be, with zeros (RFC 6455, section 5.2). */
function frame(event_type: string, event: unknown): Buffer {
  const text = JSON.stringify({ event_type, event });
  return Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)]);
}

export function askOverHttp(server: Server): Ask {
  const press = (pressed: boolean) => {
    const events = [["keyboard", KEY, pressed]];
    return post(server, "/api/public/control", JSON.stringify({ events }));
  };
  const [one, two] = [press(true), press(false)];
  const { where } = server;
  return { way: "POST control", where, handshake: Buffer.of(), one, two, end: "}" };
}

export function askOverWebSocket(server: Server): Ask {
  const press = (state: boolean) => frame("key", { key: KEY, state });
  const [one, two] = [press(true), press(false)];
  const { where } = server;
  return { way: "key over WebSocket", where, handshake: upgrade(server), one, two, end: "" };
}

/** A movement of a pixel and back, in the two ways that PiKVM has. */
export function askAsPikvm(server: Server): readonly Ask[] {
  const { where, prefix } = server;
  const request = (x: number) => {
    return post(server, `${prefix}/hid/events/send_mouse_relative?delta_x=${x}&delta_y=0`, "");
  };
  const message = (x: number) => frame("mouse_relative", { delta: { x, y: 0 } });
  return [
    {
      ...{ way: "POST send_mouse_relative", where, handshake: Buffer.of(), end: "}" },
      ...{ one: request(1), two: request(-1) },
    },
    {
      ...{ way: "mouse_relative over WebSocket", where, handshake: upgrade(server), end: "" },
      ...{ one: message(1), two: message(-1) },
    },
  ];
}

export class Probe {
  readonly #folder: string;
  readonly #program: string;
  /** What stands for the endpoint. */
  readonly fifo: string;

  /** Compiles it into `folder`, where all else that it needs lies too. */
  constructor(folder: string) {
    this.#folder = join(folder, "probe-files");
    mkdirSync(this.#folder);
    this.#program = join(folder, "probe");
    this.fifo = join(folder, "endpoint");
    must(["mkfifo", this.fifo]);
    const flags = ["-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror"];
    must(["gcc", ...flags, "-o", this.#program, join(import.meta.dir, "probe.c")]);
  }

  async measure(ask: Ask, pace: Pace): Promise<Times> {
    return await this.#measure(ask, pace);
  }

  /** The same of a program that does nothing but write a report and answer. */
  async measureRelay(ask: Ask, pace: Pace): Promise<Times> {
    const answer = this.#file("answer", Buffer.from(ask.end === "" ? "-" : ask.end));
    const words = ["relay", `${RELAY_PORT}`, this.fifo, answer];
    const relay = Bun.spawn([this.#program, ...words], { stdout: "pipe", stderr: "ignore" });
    await relay.stdout.getReader().read();
    const where = `${RELAY_PORT}`;
    return await this.#measure({ ...ask, where, handshake: Buffer.of() }, pace);
  }

  /** The same of a server on linkrd's runtime that does nothing else (least.ts). */
  async measureLeast(ask: Ask, warmUp: Pace, pace: Pace): Promise<Times> {
    const words = [process.execPath, join(import.meta.dir, "least.ts"), `${LEAST_PORT}`, this.fifo];
    const least = Bun.spawn(words, { stdout: "pipe", stderr: "inherit" });
    try {
      await least.stdout.getReader().read();
      const asked = { ...ask, where: `${LEAST_PORT}` };
      await this.#measure(asked, warmUp);
      return await this.#measure(asked, pace);
    } finally {
      least.kill();
      await least.exited;
    }
  }

  async #measure(ask: Ask, { count, pauseMs }: Pace): Promise<Times> {
    const isGreeted = ask.handshake.length > 0;
    const child = Bun.spawn(
      [
        ...[this.#program, "measure", ask.where, this.fifo, `${count}`, `${1000 * pauseMs}`],
        ask.end,
        isGreeted ? this.#file("handshake", ask.handshake) : "",
        this.#file("one", ask.one),
        this.#file("two", ask.two),
      ],
      { stdout: "pipe", stderr: "pipe" },
    );
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    if ((await child.exited) !== 0) throw new Error(`${ask.way}: ${stderr}`);
    const lines = stdout.trim().split("\n");
    const rows = lines.map((line) => line.split(" ").map((ns) => Number(ns) / 1e6));
    const of = (column: number) => {
      const values = rows.map((row) => row[column] ?? Number.NaN);
      return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
    };
    if (ask.end === "") return { report: of(0), isEarly: false };
    const isEarly = rows.some(([report = 0, answer = 0]) => answer < report);
    return { report: of(0), answer: of(1), isEarly };
  }

  #file(name: string, bytes: Uint8Array): string {
    const path = join(this.#folder, name);
    writeFileSync(path, bytes);
    return path;
  }
}

function must(command: readonly string[]): void {
  const { success, stderr } = Bun.spawnSync([...command]);
  if (!success) throw new Error(`${command[0]}: ${stderr}`);
}
