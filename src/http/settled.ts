/** The picture after something was done: the first one of a screen that has settled. */
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Picture } from "../video/picture.ts";
import type { Rendering } from "../video/rendering.ts";
import type { Screen } from "../video/screen.ts";
import { Settling } from "../video/settling.ts";
import { STRIP_LINES } from "../video/strips.ts";
import {
  type PictureParts,
  pictureHeaders,
  RENDERING_PARAMETERS,
  renderingOf,
  takePicture,
} from "./picture.ts";
import { integer, type Query, refused, word } from "./query.ts";

const SETTLE_MS = 150;
const MOST_MS = 3000;

/** By a constant, since an object with a literal `then` looks like a promise; this one is none. */
const THEN = "then";

/** The query parameters of an act that is answered with a picture. */
export const SEEING_PARAMETERS = {
  [THEN]: word("Answer with the picture, once the screen has settled.", "snapshot", "do then"),
  settle: integer(
    `Milliseconds without a change until the screen has settled; ${SETTLE_MS} if left out.`,
    0,
    LIMITS.settle_ms_max,
  ),
  most: integer(
    `Milliseconds after which the picture is sent as it is; ${MOST_MS} if left out.`,
    0,
    LIMITS.settle_wait_ms_max,
  ),
  ...RENDERING_PARAMETERS,
};
/** Without a picture, one is looked for this often: the act may have woken the host. */
const LOOK_AGAIN_MS = 50;

/** Which picture is wanted, and how long it is waited for. */
export interface Seeing {
  readonly settleMs: number;
  readonly mostMs: number;
  readonly wish: Rendering | undefined;
}

/** What `query` asks for; undefined when no picture. @throws Fault `bad_request` */
export function seeingOf(
  query: Query<typeof SEEING_PARAMETERS>,
  quality: number,
): Seeing | undefined {
  if (query.then === undefined) {
    const [stray] = Object.entries(query).find(([, value]) => value !== undefined) ?? [];
    if (stray !== undefined) throw refused(stray, "it goes with then=snapshot");
    return undefined;
  }
  const { settle: settleMs = SETTLE_MS, most: mostMs = MOST_MS } = query;
  return { settleMs, mostMs, wish: renderingOf(query, quality) };
}

/**
 * Does `act`, then waits until the screen has settled, and answers with the picture. It does `act`
 * without a picture too, since that may be what wakes the host.
 *
 * @returns the response, and what `act` returned; of a Fault after the act, that is in its details
 * as `report`
 */
export async function actAndSee<Report>(
  parts: PictureParts,
  seeing: Seeing,
  signal: AbortSignal,
  act: () => Promise<Report>,
): Promise<{ readonly response: Response; readonly report: Report }> {
  const { screen } = parts;
  if (seeing.wish !== undefined) screen.check(seeing.wish);
  const before = await currentVersion(screen, signal);
  const report = await act();
  try {
    const { picture, settling } = await settled(parts, seeing, before, signal);
    const shown = seeing.wish ? await takePicture(parts, seeing.wish, signal) : picture;
    const headers = {
      ...pictureHeaders(parts, seeing.wish, shown),
      "content-type": "image/jpeg",
      "x-settled": `${settling.isSettled}`,
      "x-changed": `${settling.hasChanged}`,
    };
    return { response: new Response(shown.body(), { headers }), report };
  } catch (error) {
    if (!(error instanceof Fault) || signal.aborted) throw error;
    const { code, message, details } = error;
    const told = `all events were done, but there is no picture: ${message}`;
    throw new Fault(code, told, { cause: error, details: { ...details, report } });
  }
}

/** The version of what is on the screen now, 0 when there is no picture. */
async function currentVersion(screen: Screen, signal: AbortSignal): Promise<number> {
  return (await unlessNone(screen.now(signal)))?.version ?? 0;
}

/** Looks at frame after frame until the screen has settled, or the time is over. */
async function settled(
  { screen, nowUs }: PictureParts,
  { settleMs, mostMs, wish }: Seeing,
  before: number,
  signal: AbortSignal,
): Promise<{ readonly picture: Picture; readonly settling: Settling }> {
  const sinceUs = nowUs();
  const untilUs = sinceUs + mostMs * 1000;
  let seen = before;
  let settling: Settling | undefined;
  for (;;) {
    const isLast = nowUs() >= untilUs;
    const picture = isLast ? await screen.next(signal) : await unlessNone(screen.next(signal));
    if (picture === undefined) {
      await delay(LOOK_AGAIN_MS, undefined, { signal });
      continue;
    }
    const rows = rowsOf(wish, picture.height);
    settling ??= new Settling(sinceUs, settleMs * 1000, rows.end - rows.start);
    settling.see(picture.capturedUs, changedStrips(screen, seen, rows));
    seen = picture.version;
    if (settling.isSettled || isLast) return { picture, settling };
  }
}

/** What was asked for, or undefined when there is no picture. */
async function unlessNone(asked: Promise<Picture>): Promise<Picture | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Fault && error.code === "no_video") return undefined;
    throw error;
  }
}

interface Rows {
  readonly start: number;
  readonly end: number;
}

/** The strips that the picture, or the part that is wanted of it, lies in. */
function rowsOf(wish: Rendering | undefined, height: number): Rows {
  const { top, height: lines } = wish?.crop ?? { top: 0, height };
  return { start: Math.floor(top / STRIP_LINES), end: Math.ceil((top + lines) / STRIP_LINES) };
}

/** Those of `rows` that changed since version `seen`; all of a JPEG that does not say which. */
function changedStrips(screen: Screen, seen: number, { start, end }: Rows): readonly number[] {
  const changes = screen.changesSince(seen);
  if (changes === undefined) return [];
  if ("strips" in changes) {
    return changes.strips.map(({ index }) => index).filter((at) => at >= start && at < end);
  }
  return Array.from({ length: end - start }, (_, at) => start + at);
}
