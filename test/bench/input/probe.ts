/** The program that measures, and what it is given to send. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quantile } from "../video/statistics.ts";

/** A way to press and release a key. */
export interface Ask {
  readonly way: string;
  readonly port: number;
  /** Sent once, and answered, before the others. */
  readonly handshake: Uint8Array;
  readonly press: Uint8Array;
  readonly release: Uint8Array;
  /** What an answer ends with; "" where there is none. */
  readonly end: string;
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
}

/** Its report is on an endpoint that linkrd does not read from, unlike the keyboard's. */
const KEY = "AudioVolumeUp";
const RELAY_PORT = 18_981;
const LEAST_PORT = 18_982;

export function askOverHttp(origin: string, headers: Record<string, string>): Ask {
  const { port, host } = new URL(origin);
  const text = (pressed: boolean) => {
    const body = JSON.stringify({ events: [["keyboard", KEY, pressed]] });
    const lines = [
      "POST /api/public/control HTTP/1.1",
      `Host: ${host}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
    ];
    return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
  };
  const [press, release] = [text(true), text(false)];
  const way = "POST control";
  return { way, port: Number(port), handshake: Buffer.of(), press, release, end: "}" };
}

/** PiKVM's WebSocket; its clients are told no more than what changes. */
export function askOverWebSocket(origin: string, headers: Record<string, string>): Ask {
  const { port, host } = new URL(origin);
  const lines = [
    "GET /api/ws?stream=0 HTTP/1.1",
    `Host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  const frame = (state: boolean) => {
    const text = JSON.stringify({ event_type: "key", event: { key: KEY, state } });
    // A text, masked as a client's must be, with zeros (RFC 6455, section 5.2).
    return Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)]);
  };
  const handshake = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
  const [press, release] = [frame(true), frame(false)];
  return { way: "key over WebSocket", port: Number(port), handshake, press, release, end: "" };
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
    return await this.#measure(ask, ask.port, pace);
  }

  /** The same of a program that does nothing but write a report and answer. */
  async measureRelay(ask: Ask, pace: Pace): Promise<Times> {
    const answer = this.#file("answer", Buffer.from(ask.end === "" ? "-" : ask.end));
    const words = ["relay", `${RELAY_PORT}`, this.fifo, answer];
    const relay = Bun.spawn([this.#program, ...words], { stdout: "pipe", stderr: "ignore" });
    await relay.stdout.getReader().read();
    return await this.#measure({ ...ask, handshake: Buffer.of() }, RELAY_PORT, pace);
  }

  /** The same of a server on linkrd's runtime that does nothing else (least.ts). */
  async measureLeast(ask: Ask, warmUp: Pace, pace: Pace): Promise<Times> {
    const words = [process.execPath, join(import.meta.dir, "least.ts"), `${LEAST_PORT}`, this.fifo];
    const least = Bun.spawn(words, { stdout: "pipe", stderr: "inherit" });
    try {
      await least.stdout.getReader().read();
      await this.#measure(ask, LEAST_PORT, warmUp);
      return await this.#measure(ask, LEAST_PORT, pace);
    } finally {
      least.kill();
      await least.exited;
    }
  }

  async #measure(ask: Ask, port: number, { count, pauseMs }: Pace): Promise<Times> {
    const isGreeted = ask.handshake.length > 0;
    const child = Bun.spawn(
      [
        ...[this.#program, "measure", `${port}`, this.fifo, `${count}`, `${1000 * pauseMs}`],
        ask.end,
        isGreeted ? this.#file("handshake", ask.handshake) : "",
        this.#file("press", ask.press),
        this.#file("release", ask.release),
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
    return { report: of(0), ...(ask.end === "" ? {} : { answer: of(1) }) };
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
