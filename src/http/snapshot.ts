import type { Context } from "hono";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Area, Rendering } from "../video/rendering.ts";
import type { Picture, Screen } from "../video/screen.ts";
import { integerOf, readQuery } from "./query.ts";
import type { Env } from "./route.ts";

export interface SnapshotParts {
  readonly screen: Screen;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly nowUs: () => number;
  /** Differs at each start, so that no picture of an earlier run is taken for one of this. */
  readonly epoch: string;
  /** JPEG quality of the settings, for a picture that is rendered without one of its own. */
  readonly quality: () => number;
}

const PARAMETERS = ["wait", "timeout", "crop", "width", "height", "quality"] as const;

/**
 * GET /api/public/snapshot: the next frame as a JPEG, or 304 when it is the one the client has.
 *
 * `wait=change` answers with the first frame that differs, from what the client has (If-None-Match)
 * or from what is on the screen now; if none comes within `timeout` seconds, with 304 or the screen
 * as it is. `crop`, `width`, `height` and `quality` render it.
 */
export function snapshotHandler(parts: SnapshotParts) {
  return async (context: Context<Env>): Promise<Response> => {
    const query = readQuery(context.req.url, PARAMETERS);
    const waitMs = waitOf(query);
    const wish = renderingOf(query, parts.quality());
    const { signal } = context.req.raw;
    const known = context.req.header("if-none-match");
    const suffix = wish === undefined ? "" : `-${Bun.hash(JSON.stringify(wish)).toString(36)}`;
    const tagOf = ({ version }: Picture) => `"${parts.epoch}-${version}${suffix}"`;
    if (waitMs > 0) {
      context.env.unhurried();
      const had = (picture: Picture) => known !== undefined && matches(known, tagOf(picture));
      await waitForChange(parts.screen, waitMs, signal, known === undefined ? undefined : had);
    }
    const { screen } = parts;
    const picture = await (wish ? screen.render(wish, signal) : screen.next(signal));
    const tag = tagOf(picture);
    const headers = { ...pictureHeaders(picture, parts.nowUs()), etag: tag };
    if (known !== undefined && matches(known, tag)) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(picture.jpeg(), { headers: { ...headers, "content-type": "image/jpeg" } });
  };
}

/** Looks at frame after frame, until one is not `had`, or not the first, or the time is over. */
async function waitForChange(
  screen: Screen,
  waitMs: number,
  signal: AbortSignal,
  had: ((picture: Picture) => boolean) | undefined,
): Promise<void> {
  const until = performance.now() + waitMs;
  const first = await screen.next(signal);
  const same = had ?? ((picture: Picture) => picture.version === first.version);
  for (let picture = first; same(picture) && performance.now() < until; ) {
    picture = await screen.next(signal);
  }
}

type Query = Partial<Record<(typeof PARAMETERS)[number], string>>;

function waitOf({ wait, timeout }: Query): number {
  const most = LIMITS.change_wait_seconds_max;
  if (wait === undefined) {
    if (timeout === undefined) return 0;
    throw refused("timeout", "it goes with wait=change");
  }
  if (wait !== "change") throw refused("wait", "the one thing to wait for is change");
  return 1000 * integerOf("timeout", timeout ?? `${most}`, 1, most);
}

function renderingOf(query: Query, quality: number): Rendering | undefined {
  const { crop, width, height } = query;
  const { frame_width_max, frame_height_max } = LIMITS;
  const isPlain = [crop, width, height, query.quality].every((value) => value === undefined);
  if (isPlain) return undefined;
  return {
    crop: crop === undefined ? undefined : areaOf(crop),
    widthMax: integerOf("width", width ?? `${frame_width_max}`, 1, frame_width_max),
    heightMax: integerOf("height", height ?? `${frame_height_max}`, 1, frame_height_max),
    quality: integerOf("quality", query.quality ?? `${quality}`, 1, 100),
  };
}

function areaOf(text: string): Area {
  const numbers = text.split(",");
  if (numbers.length !== 4) throw refused("crop", "give x,y,width,height in pixels");
  const [left, top, width, height] = numbers.map((number, index) => {
    return integerOf("crop", number, index < 2 ? 0 : 1, LIMITS.frame_width_max);
  });
  return { left: left ?? 0, top: top ?? 0, width: width ?? 1, height: height ?? 1 };
}

function refused(parameter: string, remedy: string): Fault {
  return new Fault("bad_request", `${parameter}: ${remedy}`, { details: { parameter } });
}

function pictureHeaders(picture: Picture, nowUs: number): Record<string, string> {
  const ageMs = Math.max(0, Math.round((nowUs - picture.capturedUs) / 1000));
  return {
    // A stored picture of a screen is stale at once; `no-cache` lets it be asked about by its tag.
    "cache-control": "private, no-cache",
    "x-frame-sequence": `${picture.sequence}`,
    "x-frame-age-ms": `${ageMs}`,
    "x-frame-size": `${picture.width}x${picture.height}`,
  };
}

/** RFC 9110, section 13.1.2: a list of tags, weakly compared, or `*`. */
function matches(header: string, tag: string): boolean {
  return header
    .split(",")
    .map((entry) => entry.trim().replace(/^W\//, ""))
    .some((entry) => entry === "*" || entry === tag);
}
