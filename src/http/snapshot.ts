import type { Context } from "hono";
import { LIMITS } from "../base/limits.ts";
import type { Picture } from "../video/picture.ts";
import type { RouteDoc } from "./doc.ts";
import {
  PICTURE_HEADERS,
  type PictureParts,
  pictureHeaders,
  RENDERING_PARAMETERS,
  renderingOf,
  tagOf,
  takePicture,
} from "./picture.ts";
import { integer, type Query, readQuery, refused, word } from "./query.ts";
import type { Env } from "./route.ts";

const WAIT_SECONDS_MAX = LIMITS.change_wait_seconds_max;

export const snapshotDoc = {
  tag: "Screen",
  summary: "The screen now",
  about:
    "A JPEG that shows what the host did with the last input. `If-None-Match` with its `ETag` is " +
    "answered with 304 while the screen is the same. Without a picture, `data.stage` says why.",
  query: {
    wait: word("Answer with the first frame that differs.", "change", "wait for"),
    timeout: integer(
      `Seconds that \`wait=change\` waits; ${WAIT_SECONDS_MAX} if left out.`,
      1,
      WAIT_SECONDS_MAX,
    ),
    ...RENDERING_PARAMETERS,
  },
  answers: {
    200: { about: "The picture.", types: ["image/jpeg"], headers: PICTURE_HEADERS },
    304: { about: "The client has it.", headers: PICTURE_HEADERS },
  },
  faults: ["no_video"],
} as const satisfies RouteDoc;

/**
 * GET /api/public/snapshot: the screen now as a JPEG, or 304 when it is the one the client has.
 *
 * `wait=change` answers with the first frame that differs, from what the client has (If-None-Match)
 * or from what is on the screen now; if none comes within `timeout` seconds, with 304 or the screen
 * as it is. `crop`, `width`, `height` and `quality` render it.
 */
export function snapshotHandler(parts: PictureParts) {
  return async (context: Context<Env>): Promise<Response> => {
    const query = readQuery(context.req.url, snapshotDoc.query);
    const waitMs = waitOf(query);
    const wish = renderingOf(query, parts.quality());
    const { signal } = context.req.raw;
    const known = context.req.header("if-none-match");
    if (waitMs > 0) {
      context.env.unhurried();
      const had = (picture: Picture) => matches(known ?? "", tagOf(parts, wish, picture));
      await waitForChange(parts, waitMs, signal, known === undefined ? undefined : had);
    }
    const picture = await takePicture(parts, wish, signal);
    const headers = pictureHeaders(parts, wish, picture);
    if (known !== undefined && matches(known, tagOf(parts, wish, picture))) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(picture.body(), { headers: { ...headers, "content-type": "image/jpeg" } });
  };
}

/** Waits until the screen is not `had`, or not what it was first, or the time is over. */
async function waitForChange(
  { screen, nowUs }: PictureParts,
  waitMs: number,
  signal: AbortSignal,
  had: ((picture: Picture) => boolean) | undefined,
): Promise<void> {
  const untilUs = nowUs() + waitMs * 1000;
  const first = await screen.now(signal);
  const same = had ?? ((picture: Picture) => picture.version === first.version);
  for (let picture = first; same(picture) && nowUs() < untilUs; ) {
    // In pieces: a device that stalls meanwhile must be told from a screen that stands still.
    const pieceUs = Math.min(untilUs, nowUs() + LIMITS.stream_silence_ms_max * 1000);
    picture = await screen.change(picture.version, pieceUs, signal);
  }
}

function waitOf({ wait, timeout }: Query<typeof snapshotDoc.query>): number {
  if (wait !== undefined) return 1000 * (timeout ?? WAIT_SECONDS_MAX);
  if (timeout === undefined) return 0;
  throw refused("timeout", "it goes with wait=change");
}

/** RFC 9110, section 13.1.2: a list of tags, weakly compared, or `*`. */
function matches(header: string, tag: string): boolean {
  return header
    .split(",")
    .map((entry) => entry.trim().replace(/^W\//, ""))
    .some((entry) => entry === "*" || entry === tag);
}
