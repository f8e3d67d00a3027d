/** How a snapshot is asked for and answered: shared by all routes that answer with a picture. */
import { LIMITS } from "../base/limits.ts";
import type { Picture } from "../video/picture.ts";
import type { Area, Rendering } from "../video/rendering.ts";
import type { Screen } from "../video/screen.ts";
import { integer, integerOf, parameter, type Query, refused } from "./query.ts";

export interface PictureParts {
  readonly screen: Screen;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly nowUs: () => number;
  /** Differs at each start, so that no picture of an earlier run is taken for one of this. */
  readonly epoch: string;
  /** JPEG quality of the settings, for a picture that is rendered without one of its own. */
  readonly quality: () => number;
}

/** The query parameters that say how the picture shall be. */
export const RENDERING_PARAMETERS = {
  crop: parameter(
    "This part of the picture alone: `x,y,width,height` in pixels.",
    { type: "string", pattern: "^\\d+,\\d+,\\d+,\\d+$" },
    areaOf,
  ),
  width: integer("Made to fit within so many pixels, never enlarged.", 1, LIMITS.frame_width_max),
  height: integer("Made to fit within so many pixels, never enlarged.", 1, LIMITS.frame_height_max),
  quality: integer("Of the JPEG; that of the settings if left out.", 1, 100),
};

/** What `query` asks for; undefined when that is the picture as it is. */
export function renderingOf(
  { crop, width, height, quality }: Query<typeof RENDERING_PARAMETERS>,
  usualQuality: number,
): Rendering | undefined {
  const isPlain = [crop, width, height, quality].every((value) => value === undefined);
  if (isPlain) return undefined;
  return {
    crop,
    widthMax: width ?? LIMITS.frame_width_max,
    heightMax: height ?? LIMITS.frame_height_max,
    quality: quality ?? usualQuality,
  };
}

function areaOf(text: string, name: string): Area {
  const numbers = text.split(",");
  if (numbers.length !== 4) throw refused(name, "give x,y,width,height in pixels");
  const [left, top, width, height] = numbers.map((number, index) => {
    return integerOf(name, number, index < 2 ? 0 : 1, LIMITS.frame_width_max);
  });
  return { left: left ?? 0, top: top ?? 0, width: width ?? 1, height: height ?? 1 };
}

/** The screen now, as `wish` wants it. Faults as `Screen.now` and `Screen.render` have them. */
export function takePicture(
  { screen }: PictureParts,
  wish: Rendering | undefined,
  signal: AbortSignal,
): Promise<Picture> {
  return wish ? screen.render(wish, signal) : screen.now(signal);
}

/** The ETag of a picture: the same screen rendered in another way has another. */
export function tagOf(
  { epoch }: PictureParts,
  wish: Rendering | undefined,
  { version }: Picture,
): string {
  const suffix = wish === undefined ? "" : `-${Bun.hash(JSON.stringify(wish)).toString(36)}`;
  return `"${epoch}-${version}${suffix}"`;
}

/** What {@link pictureHeaders} gives, for the API document. */
export const PICTURE_HEADERS = {
  ETag: "Names what the screen shows.",
  "X-Frame-Sequence": "The source's number of the frame.",
  "X-Frame-Age-Ms": "Milliseconds since it was captured.",
  "X-Frame-Size": "`WIDTHxHEIGHT` in pixels.",
} as const;

/** The headers of an answer that is `picture`, or says that the client has it. */
export function pictureHeaders(
  parts: PictureParts,
  wish: Rendering | undefined,
  picture: Picture,
): Record<string, string> {
  const ageMs = Math.max(0, Math.round((parts.nowUs() - picture.capturedUs) / 1000));
  return {
    etag: tagOf(parts, wish, picture),
    // A stored picture of a screen is stale at once; `no-cache` lets it be asked about by its tag.
    "cache-control": "private, no-cache",
    "x-frame-sequence": `${picture.sequence}`,
    "x-frame-age-ms": `${ageMs}`,
    "x-frame-size": `${picture.width}x${picture.height}`,
  };
}
