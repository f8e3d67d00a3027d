/** What clients see: a stream that is watched, snapshots that are asked for. */
import { readJpegLayout } from "../../../src/video/jpeg.ts";
import type { Program } from "./program.ts";

/** One viewer of the MJPEG stream, who reads as fast as it comes. */
export class Viewer implements AsyncDisposable {
  readonly #leaving = new AbortController();
  readonly #ended: Promise<void>;
  bytes = 0;
  pictures = 0;

  constructor({ stream, headers }: Program) {
    this.#ended = this.#watch(stream, headers);
  }

  async #watch(url: string, headers: Record<string, string>): Promise<void> {
    try {
      const answer = await fetch(url, { headers, signal: this.#leaving.signal });
      if (!answer.ok || answer.body === null) throw new Error(`${url}: ${answer.status}`);
      for await (const chunk of answer.body) {
        this.bytes += chunk.byteLength;
        this.pictures += count(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      }
    } catch (error) {
      if (!this.#leaving.signal.aborted) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving.abort();
    await this.#ended;
  }
}

/** One viewer of the delta stream, who acknowledges each picture as it comes. */
export class DeltaViewer implements AsyncDisposable {
  readonly #socket: WebSocket;
  bytes = 0;
  pictures = 0;

  constructor({ delta = "", headers }: Program) {
    this.#socket = new WebSocket(delta, { headers });
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => this.#receive(new Uint8Array(data));
  }

  /** docs/screen-ws.md: the kinds 2 and 3 are pictures, with a number at 4. */
  #receive(message: Uint8Array): void {
    this.bytes += message.length;
    if (message[0] !== 2 && message[0] !== 3) return;
    this.pictures++;
    this.#socket.send(Uint8Array.of(1, ...message.subarray(4, 8)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.onclose = () => resolve();
    this.#socket.close();
    await promise;
  }
}

/** Parts that begin in a chunk; one whose head is cut in two by chance is missed. */
function count(chunk: Buffer): number {
  let parts = 0;
  for (let at = chunk.indexOf(PART); at >= 0; at = chunk.indexOf(PART, at + 1)) parts++;
  return parts;
}

const PART = "Content-Type: image/jpeg";

interface Snapshot {
  readonly ms: number;
  readonly status: number;
  readonly etag: string;
  readonly jpeg: Uint8Array;
}

export async function snapshot(program: Program, headers = program.headers): Promise<Snapshot> {
  const started = performance.now();
  const answer = await fetch(program.snapshot, { headers });
  const jpeg = await answer.bytes();
  const ms = performance.now() - started;
  const { status } = answer;
  if (status === 200 ? readJpegLayout(jpeg) === undefined : status !== 304) {
    throw new Error(`${program.name}: ${status}: ${new TextDecoder().decode(jpeg).slice(0, 200)}`);
  }
  return { ms, status, etag: answer.headers.get("etag") ?? "", jpeg };
}

/** Until a picture is there that is not the one on the screen when it was asked for. */
export async function nextPicture(
  program: Program,
  headers: Record<string, string>,
): Promise<number> {
  const started = performance.now();
  const { jpeg } = await snapshot(program, headers);
  for (;;) {
    const later = await snapshot(program, headers);
    if (Buffer.compare(later.jpeg, jpeg) !== 0) return performance.now() - started;
  }
}

/**
 * Snapshots a second that `clients` get together who each ask again at once, with `more` headers.
 * By wrk, since a client in JavaScript would be what is measured.
 */
export async function snapshotsPerSecond(
  program: Program,
  clients: number,
  more: Record<string, string> = {},
): Promise<number> {
  const headers = Object.entries({ ...(await program.unbounded()), ...more });
  const child = Bun.spawn([
    ...["wrk", "--threads=1", `--connections=${clients}`, `--duration=${THROUGHPUT_SECONDS}`],
    ...headers.flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
    program.snapshot,
  ]);
  const told = await child.stdout.text();
  if (told.includes("Non-2xx")) throw new Error(`${program.name}: ${told}`);
  return Number(/Requests\/sec: +([\d.]+)/.exec(told)?.[1]);
}

const THROUGHPUT_SECONDS = 2;
