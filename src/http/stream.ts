import type { Context } from "hono";
import type { RouteDoc } from "./doc.ts";
import { type MjpegParts, type Part, type PartWriter, type Shot, serveMjpeg } from "./mjpeg.ts";
import { readQuery } from "./query.ts";
import type { Env } from "./route.ts";

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

const WRITER: PartWriter = { boundary: BOUNDARY, repeatsFinal: false, write: partOf };

/** GET /api/public/stream: multipart MJPEG, whose parts say which frame they are. */
export function streamHandler(parts: MjpegParts) {
  return async (context: Context<Env>): Promise<Response> => {
    readQuery(context.req.url, streamDoc.query);
    return await serveMjpeg(parts, context, () => WRITER);
  };
}

function partOf({ jpeg, width, height, sequence, missing }: Shot): Part {
  const field = missing === undefined ? `Sequence: ${sequence}` : `State: ${missing}`;
  const before =
    `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n` +
    `X-Frame-${field}\r\nX-Frame-Size: ${width}x${height}\r\n\r\n`;
  return { before, data: jpeg, after: "\r\n" };
}
