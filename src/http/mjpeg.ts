/** Multipart MJPEG, whichever way its parts are written. */
import { setImmediate } from "node:timers/promises";
import type { Context } from "hono";
import type { Authority } from "../access/authority.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { type JpegBytes, type Picture, wholeJpeg } from "../video/picture.ts";
import type { Screen } from "../video/screen.ts";
import type { Stage } from "../video/signal.ts";
import type { StatePicture } from "../video/state-picture.ts";
import { LOOK_AGAIN_MS, type Pace, untilDue } from "./pace.ts";
import type { Env } from "./route.ts";
import type { Viewer, Viewers } from "./viewers.ts";

export interface MjpegParts extends Pace {
  readonly screen: Screen;
  readonly authority: Authority;
  readonly viewers: Viewers;
}

/** What a part shows: a picture, or the drawn one that stands for a missing one. */
export interface Shot {
  readonly jpeg: JpegBytes;
  readonly width: number;
  readonly height: number;
  /** The source's number of the frame; undefined for a drawn one. */
  readonly sequence: number | undefined;
  /** Why there is no picture; undefined when this is one. */
  readonly missing: Stage | "ok" | undefined;
  /** CLOCK_MONOTONIC. */
  readonly capturedUs: number;
}

/** All bytes from the end of the part before to the end of this one. */
export interface Part {
  readonly before: string;
  readonly data: JpegBytes;
  readonly after: string;
}

/** How one viewer's parts are written. */
export interface PartWriter {
  readonly boundary: string;
  write(shot: Shot): Part;
  /** Whether the last picture of a screen that comes to rest is sent twice. */
  readonly repeatsFinal: boolean;
}

/** When the last picture is sent again to a viewer that shows each only when the next one comes. */
const FINAL_US = 100_000;

/**
 * Answers with a part for each picture that differs from the one before, and one a second of a
 * screen that stands still, since some clients give up on silence.
 *
 * A client pulls: it gets the newest frame there is when it has taken the one before, so a slow one
 * costs the memory of one frame and delays nobody. While there is no picture, it gets a drawn one
 * that says why: else it would go on showing an old one. The stream ends with its credential.
 *
 * @throws Fault `no_video` when there is neither a picture nor a drawn one, `too_many`
 */
export async function serveMjpeg(
  parts: MjpegParts,
  context: Context<Env>,
  writerFor: (viewer: Viewer) => PartWriter,
): Promise<Response> {
  const viewer = parts.viewers.enter("mjpeg");
  const writer = writerFor(viewer);
  const leaving = new AbortController();
  let unwatch = () => {};
  const leave = () => {
    if (leaving.signal.aborted) return;
    parts.viewers.leave(viewer);
    leaving.abort();
    unwatch();
  };
  unwatch = parts.authority.watch(context.var.identity, leave);
  context.req.raw.signal.addEventListener("abort", leave, { once: true });
  try {
    const shown = new Shown(parts, writer.repeatsFinal);
    const memory = new PartMemory();
    const written = (shot: Shot) => {
      viewer.sent(parts.nowUs());
      return memory.join(writer.write(shot));
    };
    const first = written(await shown.first(leaving.signal));
    const next = async () => written(await shown.next(leaving.signal));
    context.env.unhurried();
    return new Response(bodyOf(first, next, leave), {
      headers: {
        "content-type": `multipart/x-mixed-replace;boundary=${writer.boundary}`,
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    leave();
    throw error;
  }
}

/**
 * What is handed to the network at once. A picture of noise has 1.7 MB, which the kernel takes
 * milliseconds to send: keys that come meanwhile go in between.
 */
const PIECE_BYTES = 256 * 1024;

/**
 * The parts, each made when it is asked for. The runtime asks when it has sent or copied the piece
 * before, so that the memory of a part is used again for the next one.
 */
function bodyOf(
  first: Uint8Array,
  next: () => Promise<Uint8Array>,
  leave: () => void,
): ReadableStream<Uint8Array> {
  let rest = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (rest.length === 0) rest = await next();
          else if (rest.byteOffset > 0) await setImmediate();
          controller.enqueue(rest.subarray(0, PIECE_BYTES));
          rest = rest.subarray(PIECE_BYTES);
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

/** Pictures differ in length: with this room to spare, few need memory anew. */
const SPARE_FACTOR = 1.25;

/** Where one viewer's parts are put together, one after the other: fresh pages are what costs. */
class PartMemory {
  #bytes = new Uint8Array(0);

  /** @returns a view that is good until the next call */
  join({ before, data, after }: Part): Uint8Array {
    const [head, tail] = [Buffer.from(before), Buffer.from(after)];
    const end = head.length + data.length;
    const length = end + tail.length;
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(Math.ceil(SPARE_FACTOR * length));
    this.#bytes.set(head);
    data.writeTo(this.#bytes, head.length);
    this.#bytes.set(tail, end);
    return this.#bytes.subarray(0, length);
  }
}

/** What one viewer is shown: each shot differs from the last, or comes a second after it. */
class Shown {
  readonly #parts: MjpegParts;
  /** How long the same picture is not sent again, after one that was new, and after that. */
  readonly #silencesUs: readonly [afterNew: number, afterSame: number];
  #sentVersion = 0;
  /** The drawn picture that was sent last; undefined once a real one was. */
  #sentDrawn: StatePicture | undefined;
  /** When the picture was captured that was sent last. */
  #sentUs = 0;
  #wasNew = true;

  constructor(parts: MjpegParts, repeatsFinal: boolean) {
    this.#parts = parts;
    const silenceUs = LIMITS.stream_silence_ms_max * 1000;
    this.#silencesUs = [repeatsFinal ? FINAL_US : silenceUs, silenceUs];
  }

  /** @throws Fault `no_video` when there is neither a picture nor a drawn one */
  async first(signal: AbortSignal): Promise<Shot> {
    const shot = await this.#look(() => this.#parts.screen.change(0, 0, signal));
    if (shot instanceof Fault) throw shot;
    return shot ?? (await this.next(signal));
  }

  async next(signal: AbortSignal): Promise<Shot> {
    for (;;) {
      const shot = await this.#look(() => this.#later(signal));
      if (shot instanceof Fault) await Bun.sleep(LOOK_AGAIN_MS);
      else if (shot !== undefined) return shot;
    }
  }

  /**
   * @returns a shot; undefined when the picture was sent already; why there is no picture, when
   * that was said already or nothing is drawn
   */
  async #look(next: () => Promise<Picture>): Promise<Shot | Fault | undefined> {
    try {
      return this.#pictured(await next());
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "no_video") throw error;
      return this.#drawn() ?? error;
    }
  }

  #pictured(picture: Picture): Shot | undefined {
    const { version, capturedUs } = picture;
    const isNew = version !== this.#sentVersion;
    if (!isNew && !this.#isDue(capturedUs)) return undefined;
    this.#sentVersion = version;
    this.#sentDrawn = undefined;
    this.#sentUs = capturedUs;
    this.#wasNew = isNew;
    const { width, height, sequence } = picture;
    return { jpeg: picture, width, height, sequence, capturedUs, missing: undefined };
  }

  #drawn(): Shot | undefined {
    const { screen, nowUs } = this.#parts;
    const { drawn, state } = screen;
    const now = nowUs();
    const isNew = drawn !== this.#sentDrawn;
    if (drawn === undefined || (!isNew && !this.#isDue(now))) return undefined;
    this.#sentDrawn = drawn;
    this.#sentVersion = 0;
    this.#sentUs = now;
    this.#wasNew = isNew;
    const { bytes, width, height } = drawn;
    const jpeg = wholeJpeg(bytes);
    return { jpeg, width, height, sequence: undefined, missing: state.stage, capturedUs: now };
  }

  get #dueUs(): number {
    const [afterNew, afterSame] = this.#silencesUs;
    return this.#sentUs + (this.#wasNew ? afterNew : afterSame);
  }

  #isDue(us: number): boolean {
    return us >= this.#dueUs;
  }

  async #later(signal: AbortSignal): Promise<Picture> {
    await untilDue(this.#parts, this.#sentUs);
    return await this.#parts.screen.change(this.#sentVersion, this.#dueUs, signal);
  }
}
