import type { Context } from "hono";
import type { Authority } from "../access/authority.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Picture, Screen } from "../video/screen.ts";
import { readQuery } from "./query.ts";
import type { Env } from "./route.ts";

export interface StreamParts {
  readonly screen: Screen;
  readonly authority: Authority;
  /** Pictures a second, at most; asked anew for each. */
  readonly fpsMax: () => number;
  /** CLOCK_MONOTONIC, microseconds: the clock of frames. */
  readonly nowUs: () => number;
}

/** What separates the parts. Not random: a JPEG that holds it cannot mislead who reads lengths. */
const BOUNDARY = "linkrd-frame";

/**
 * GET /api/public/stream: multipart MJPEG, one part for each picture that differs from the one
 * before, and one a second of a screen that stands still, since some clients give up on silence.
 *
 * A client pulls: it gets the newest frame there is when it has taken the one before, so a slow one
 * costs the memory of one frame and delays nobody. The stream ends with its credential, and when
 * there is no picture any more: what a client goes on showing would be an old one.
 */
export function streamHandler(parts: StreamParts) {
  const { screen, authority } = parts;
  let viewers = 0;
  return async (context: Context<Env>): Promise<Response> => {
    readQuery(context.req.url, []);
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
      const first = await screen.next(leaving.signal);
      context.env.unhurried();
      const pictures = new Pictures(parts, first);
      return new Response(bodyOf(pictures, leaving.signal, leave), {
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
  pictures: Pictures,
  signal: AbortSignal,
  leave: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const picture = await pictures.next(signal);
          controller.enqueue(partOf(picture));
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

/** The pictures that one viewer gets: each differs from the last, or comes a second after it. */
class Pictures {
  readonly #parts: StreamParts;
  #first: Picture | undefined;
  #sentVersion = 0;
  /** When the picture was captured that was sent last. */
  #sentUs = 0;

  constructor(parts: StreamParts, first: Picture) {
    this.#parts = parts;
    this.#first = first;
  }

  async next(signal: AbortSignal): Promise<Picture> {
    for (;;) {
      const picture = this.#first ?? (await this.#later(signal));
      this.#first = undefined;
      const isDue = picture.capturedUs - this.#sentUs >= LIMITS.stream_silence_ms_max * 1000;
      if (picture.version === this.#sentVersion && !isDue) continue;
      this.#sentVersion = picture.version;
      this.#sentUs = picture.capturedUs;
      return picture;
    }
  }

  /**
   * A frame that is not sooner than the settings allow after the one before. Counted from when that
   * was captured: encoding and sending it must not make a viewer miss the frame that is due.
   */
  async #later(signal: AbortSignal): Promise<Picture> {
    const { screen, fpsMax, nowUs } = this.#parts;
    const restMs = (this.#sentUs - nowUs()) / 1000 + 1000 / fpsMax();
    // A frame's own period is waited for by asking for the next one; only what is over that here.
    if (restMs > FRAME_SLACK_MS) await Bun.sleep(restMs - FRAME_SLACK_MS);
    return await screen.next(signal);
  }
}

/** A timer may be late by this much, and so may a frame be early. */
const FRAME_SLACK_MS = 8;

function partOf(picture: Picture): Uint8Array {
  const { sequence, width, height } = picture;
  const jpeg = picture.jpeg();
  const head = new TextEncoder().encode(
    `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n` +
      `X-Frame-Sequence: ${sequence}\r\nX-Frame-Size: ${width}x${height}\r\n\r\n`,
  );
  const part = new Uint8Array(head.length + jpeg.length + 2);
  part.set(head);
  part.set(jpeg, head.length);
  part.set([0x0d, 0x0a], head.length + jpeg.length);
  return part;
}
