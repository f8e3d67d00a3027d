/** One picture, with the headers that ustreamer gives it. */
import { Fault } from "../../base/fault.ts";
import type { Screen } from "../../video/screen.ts";
import { seconds, wallSeconds } from "./ustreamer-parts.ts";

/** A picture that was taken, or the drawn one that stands for a missing one. */
export interface TakenShot {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Whether there was a picture. */
  readonly online: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** What {@link shotResponse} gives, for the API document. */
export const SHOT_HEADERS = {
  "X-UStreamer-Online": "`true`, or `false` for a drawn picture.",
  "X-UStreamer-Width": "Of the picture as it was taken, in pixels.",
  "X-UStreamer-Height": "Of the picture as it was taken, in pixels.",
  "X-UStreamer-Grab-Begin-Timestamp": "Seconds of the monotonic clock, as all that follow.",
  "X-Timestamp": "Seconds since the epoch.",
} as const;

const FOREVER_STALE = {
  "cache-control":
    "no-store, no-cache, must-revalidate, proxy-revalidate, pre-check=0, post-check=0, max-age=0",
  pragma: "no-cache",
  expires: "Mon, 3 Jan 2000 12:34:56 GMT",
} as const;

/**
 * The screen now. @param wish `allowOffline`: without a picture, the drawn one that says why
 * @throws Fault `no_video`
 */
export async function takeShot(
  parts: { readonly screen: Screen; readonly nowUs: () => number },
  { allowOffline, signal }: { readonly allowOffline: boolean; readonly signal: AbortSignal },
): Promise<TakenShot> {
  const { screen, nowUs } = parts;
  try {
    const picture = await screen.now(signal);
    const { width, height, capturedUs } = picture;
    const shot = { jpeg: picture.jpeg(), width, height, online: true };
    return { ...shot, headers: headersOf(shot, capturedUs, nowUs()) };
  } catch (error) {
    const { drawn } = screen;
    const isMissing = error instanceof Fault && error.code === "no_video";
    if (!isMissing || !allowOffline || drawn === undefined) throw error;
    const { bytes: jpeg, width, height } = drawn;
    const shot = { jpeg, width, height, online: false };
    return { ...shot, headers: headersOf(shot, nowUs(), nowUs()) };
  }
}

/** `body` with the headers of `shot`, of which it is all, a part or a text. */
export function shotResponse(shot: TakenShot, body: Uint8Array | string, type: string): Response {
  // As bytes: of a text the runtime would tell a charset, which kvmd does not.
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const headers = { ...shot.headers, ...FOREVER_STALE, "content-type": type };
  return new Response(new Uint8Array(bytes), { headers });
}

/** linkrd knows when a frame was captured, and when its picture was there. */
function headersOf(
  { width, height, online }: Omit<TakenShot, "headers" | "jpeg">,
  capturedUs: number,
  nowUs: number,
): Record<string, string> {
  const [captured, now] = [seconds(capturedUs), seconds(nowUs)];
  return {
    "x-timestamp": wallSeconds(),
    "x-ustreamer-online": `${online}`,
    "x-ustreamer-width": `${width}`,
    "x-ustreamer-height": `${height}`,
    "x-ustreamer-grab-begin-timestamp": captured,
    "x-ustreamer-grab-end-timestamp": captured,
    "x-ustreamer-encode-begin-timestamp": captured,
    "x-ustreamer-encode-end-timestamp": now,
    "x-ustreamer-send-timestamp": now,
  };
}
