import type { Context } from "hono";
import type { Picture, Screen } from "../video/screen.ts";
import { readQuery } from "./query.ts";
import type { Env } from "./route.ts";

export interface SnapshotParts {
  readonly screen: Screen;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly nowUs: () => number;
  /** Differs at each start, so that no picture of an earlier run is taken for one of this. */
  readonly epoch: string;
}

/** GET /api/public/snapshot: the next frame as a JPEG, or 304 when it is the one the client has. */
export function snapshotHandler({ screen, nowUs, epoch }: SnapshotParts) {
  return async (context: Context<Env>): Promise<Response> => {
    readQuery(context.req.url, []);
    const picture = await screen.next(context.req.raw.signal);
    const headers = pictureHeaders(picture, nowUs(), epoch);
    const known = context.req.header("if-none-match");
    if (known !== undefined && matches(known, headers["etag"] ?? "")) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(picture.jpeg, { headers: { ...headers, "content-type": "image/jpeg" } });
  };
}

function pictureHeaders(picture: Picture, nowUs: number, epoch: string): Record<string, string> {
  const ageMs = Math.max(0, Math.round((nowUs - picture.capturedUs) / 1000));
  return {
    etag: `"${epoch}-${picture.version}"`,
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
