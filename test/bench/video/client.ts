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
    this.#ended = this.#watch(stream, headers(0));
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

export async function snapshot(
  program: Program,
  client: number,
  more: Record<string, string> = {},
): Promise<Snapshot> {
  const started = performance.now();
  const headers = { ...program.headers(client), ...more };
  const answer = await fetch(program.snapshot, { headers });
  const jpeg = await answer.bytes();
  const ms = performance.now() - started;
  const { status } = answer;
  if (status === 200 ? readJpegLayout(jpeg) === undefined : status !== 304) {
    throw new Error(`${program.name}: ${status}: ${new TextDecoder().decode(jpeg).slice(0, 200)}`);
  }
  return { ms, status, etag: answer.headers.get("etag") ?? "", jpeg };
}

/** Until a picture is there that had not been taken when it was asked for. */
export async function freshSnapshot(program: Program): Promise<number> {
  const started = performance.now();
  const { jpeg } = await snapshot(program, 0);
  if (program.name === "linkrd") return performance.now() - started;
  for (;;) {
    const later = await snapshot(program, 0);
    if (Buffer.compare(later.jpeg, jpeg) !== 0) return performance.now() - started;
  }
}

/** Snapshots a second that `clients` get together who each ask again at once. */
export async function snapshotsPerSecond(
  program: Program,
  clients: number,
  durationMs: number,
): Promise<number> {
  const started = performance.now();
  let count = 0;
  const ask = async (client: number) => {
    while (performance.now() - started < durationMs) {
      await snapshot(program, client);
      count++;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => ask(client)));
  return count / ((performance.now() - started) / 1000);
}
