import type { Context } from "hono";
import type { Authority } from "../access/authority.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Picture } from "../video/picture.ts";
import type { Screen } from "../video/screen.ts";
import type { StatePicture } from "../video/state-picture.ts";
import type { RouteDoc } from "./doc.ts";
import { LOOK_AGAIN_MS, type Pace, untilDue } from "./pace.ts";
import { readQuery } from "./query.ts";
import type { Env } from "./route.ts";

export interface StreamParts extends Pace {
  readonly screen: Screen;
  readonly authority: Authority;
}

/** What separates the parts. Not random: a JPEG that holds it cannot mislead who reads lengths. */
const BOUNDARY = "linkrd-frame";

export const streamDoc = {
  tag: "Screen",
  summary: "Multipart MJPEG",
  about:
    "A part for each picture that differs from the one before, and one a second of a screen that " +
    "stands still. While there is no picture, a drawn one says why, marked by `X-Frame-State`.",
  query: {},
  answers: { 200: { about: "Parts of type image/jpeg.", types: ["multipart/x-mixed-replace"] } },
  faults: ["no_video"],
} as const satisfies RouteDoc;

/**
 * GET /api/public/stream: multipart MJPEG, one part for each picture that differs from the one
 * before, and one a second of a screen that stands still, since some clients give up on silence.
 *
 * A client pulls: it gets the newest frame there is when it has taken the one before, so a slow one
 * costs the memory of one frame and delays nobody. While there is no picture, it gets a drawn one
 * that says why, marked by `X-Frame-State`: else it would go on showing an old one. The stream ends
 * with its credential.
 */
export function streamHandler(parts: StreamParts) {
  const { authority } = parts;
  let viewers = 0;
  return async (context: Context<Env>): Promise<Response> => {
    readQuery(context.req.url, streamDoc.query);
    if (viewers >= LIMITS.viewers_max) {
      throw new Fault("too_many", `${viewers} viewers are watching already: try again later`);
    }
    viewers++;
    const leaving = new AbortController();
    let unwatch = () => {};
    const leave = () => {
      if (leaving.signal.aborted) return;
      viewers--;
      leaving.abort();
      unwatch();
    };
    unwatch = authority.watch(context.var.identity, leave);
    context.req.raw.signal.addEventListener("abort", leave, { once: true });
    try {
      const shown = new Shown(parts);
      const first = await shown.first(leaving.signal);
      context.env.unhurried();
      return new Response(bodyOf(first, shown, leaving.signal, leave), {
        headers: {
          "content-type": `multipart/x-mixed-replace;boundary=${BOUNDARY}`,
          "cache-control": "no-store",
        },
      });
    } catch (error) {
      leave();
      throw error;
    }
  };
}

function bodyOf(
  first: Uint8Array,
  shown: Shown,
  signal: AbortSignal,
  leave: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(first),
      async pull(controller) {
        try {
          controller.enqueue(await shown.next(signal));
        } catch {
          leave();
          controller.close();
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

/** What one viewer is shown, as parts: each differs from the last, or comes a second after it. */
class Shown {
  readonly #parts: StreamParts;
  #sentVersion = 0;
  /** The drawn picture that was sent last; undefined once a real one was. */
  #sentDrawn: StatePicture | undefined;
  /** When the picture was captured that was sent last. */
  #sentUs = 0;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** @throws Fault `no_video` when there is neither a picture nor a drawn one */
  async first(signal: AbortSignal): Promise<Uint8Array> {
    const part = await this.#look(() => this.#parts.screen.now(signal));
    if (part instanceof Fault) throw part;
    return part ?? (await this.next(signal));
  }

  async next(signal: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      const part = await this.#look(() => this.#later(signal));
      if (part instanceof Uint8Array) return part;
      if (part !== undefined) await Bun.sleep(LOOK_AGAIN_MS);
    }
  }

  /**
   * @returns a part; undefined when the picture was sent already; why there is no picture, when
   * that was said already or nothing is drawn
   */
  async #look(next: () => Promise<Picture>): Promise<Uint8Array | Fault | undefined> {
    try {
      return this.#pictured(await next());
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "no_video") throw error;
      return this.#drawn() ?? error;
    }
  }

  #pictured(picture: Picture): Uint8Array | undefined {
    const { version, sequence, width, height, capturedUs } = picture;
    if (version === this.#sentVersion && !this.#isDue(capturedUs)) return undefined;
    this.#sentVersion = version;
    this.#sentDrawn = undefined;
    this.#sentUs = capturedUs;
    return partOf(picture.jpeg(), `X-Frame-Sequence: ${sequence}`, width, height);
  }

  #drawn(): Uint8Array | undefined {
    const { screen, nowUs } = this.#parts;
    const { drawn, state } = screen;
    const now = nowUs();
    if (drawn === undefined || (drawn === this.#sentDrawn && !this.#isDue(now))) return undefined;
    this.#sentDrawn = drawn;
    this.#sentVersion = 0;
    this.#sentUs = now;
    return partOf(drawn.bytes, `X-Frame-State: ${state.stage}`, drawn.width, drawn.height);
  }

  #isDue(us: number): boolean {
    return us - this.#sentUs >= LIMITS.stream_silence_ms_max * 1000;
  }

  async #later(signal: AbortSignal): Promise<Picture> {
    await untilDue(this.#parts, this.#sentUs);
    const untilUs = this.#sentUs + LIMITS.stream_silence_ms_max * 1000;
    return await this.#parts.screen.change(this.#sentVersion, untilUs, signal);
  }
}

function partOf(jpeg: Uint8Array, field: string, width: number, height: number): Uint8Array {
  const head = new TextEncoder().encode(
    `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n` +
      `${field}\r\nX-Frame-Size: ${width}x${height}\r\n\r\n`,
  );
  const part = new Uint8Array(head.length + jpeg.length + 2);
  part.set(head);
  part.set(jpeg, head.length);
  part.set([0x0d, 0x0a], head.length + jpeg.length);
  return part;
}
