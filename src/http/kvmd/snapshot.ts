/** PiKVM's snapshot: the screen now or the one that was kept, whole, reduced, or as its text. */
import type { Context } from "hono";
import { Fault } from "../../base/fault.ts";
import type { Area, Rendering } from "../../video/rendering.ts";
import type { RouteDoc } from "../doc.ts";
import { whileCredentialHolds } from "../lasting.ts";
import { type Query, readLooseQuery } from "../query.ts";
import type { Env } from "../route.ts";
import { KvmdFault } from "./dialect.ts";
import { bool, integer, optional, required } from "./query.ts";
import type { StreamerPanel, StreamerParts } from "./streamer-state.ts";
import type { Tesseract } from "./tesseract.ts";
import { SHOT_HEADERS, shotResponse, type TakenShot, takeShot } from "./ustreamer-shot.ts";
import { validList, validOneOf } from "./validate.ts";

export interface SnapshotParts extends StreamerParts {
  /** A JPEG as `wish` wants it; undefined when it is broken. */
  readonly rerender: (jpeg: Uint8Array, wish: Rendering) => Uint8Array | undefined;
}

/** Of the original, when no size is asked for. */
const PREVIEW_PART = 5;
/** Of what tesseract is given. */
const OCR_QUALITY = 95;

function side(about: string) {
  return optional(integer(`${about} 0: any.`, "preview max size", { min: 0 }), 0);
}

function edge(about: string) {
  return optional(integer(`${about} -1: that of the picture.`, "OCR edge", { min: -1 }), -1);
}

export const snapshotDoc = {
  tag: "PiKVM",
  summary: "The screen now, reduced, or its text",
  query: {
    save: optional(bool("Keep the picture, one at a time."), false),
    load: optional(bool("The picture that was kept."), false),
    allow_offline: optional(bool("Without a picture, a drawn one that says why."), false),
    preview: optional(bool("Reduced; to a fifth if no size is given."), false),
    preview_max_width: side("Pixels."),
    preview_max_height: side("Pixels."),
    preview_quality: optional(integer("Of the JPEG.", "stream quality", { min: 1, max: 100 }), 80),
    ocr: optional(bool("The text that is on it."), false),
    // Which there are depends on what is installed.
    ocr_langs: optional(
      required("Some of /api/streamer/ocr.", { type: "string" }, (text) => text ?? ""),
      undefined,
    ),
    ocr_left: edge("Left edge of what is read."),
    ocr_top: edge("Upper edge of what is read."),
    ocr_right: edge("Right edge of what is read."),
    ocr_bottom: edge("Lower edge of what is read."),
  },
  answers: {
    200: {
      about: "The picture, or the text.",
      types: ["image/jpeg", "text/plain"],
      headers: SHOT_HEADERS,
    },
  },
  faults: ["no_video", "too_many"],
} as const satisfies RouteDoc;

type Wish = Query<typeof snapshotDoc.query>;

/** What is shown, and whether that was kept before. */
interface View {
  readonly shot: TakenShot;
  readonly isLoaded: boolean;
}

/** GET /api/streamer/snapshot. `ocr` goes before `preview`. */
export function snapshotHandler(parts: SnapshotParts, panel: StreamerPanel) {
  return async (context: Context<Env>): Promise<Response> => {
    const wish = readLooseQuery(context.req.url, snapshotDoc.query);
    const { signal } = context.req.raw;
    const languages = wish.ocr ? await languagesOf(panel, wish.ocr_langs) : [];
    const taken = { allowOffline: wish.allow_offline, signal };
    const shot = wish.load ? panel.saved : await takeShot(parts, taken);
    if (shot === undefined) throw new Fault("no_video", "no picture was kept: save one first");
    if (wish.save && !wish.load) panel.saved = shot;
    const view = { shot, isLoaded: wish.load };
    if (wish.ocr) {
      context.env.unhurried();
      const text = await whileCredentialHolds(parts.authority, context, async (until) => {
        const picture = await cutOut(parts, view, boxOf(wish, shot), until);
        return await textOf(panel.tesseract, picture, languages, until);
      });
      return shotResponse(shot, text, "text/plain");
    }
    const reduced = wish.preview ? previewOf(wish, shot) : undefined;
    const jpeg = reduced ? await rendered(parts, view, reduced, signal) : shot.jpeg;
    return shotResponse(shot, jpeg, "image/jpeg");
  };
}

async function languagesOf(
  panel: StreamerPanel,
  asked: string | undefined,
): Promise<readonly string[]> {
  const { default: usual, available } = await panel.tesseract.languages();
  if (available.length === 0) throw new KvmdFault("OcrError", "OCR is not available");
  if (asked === undefined) return usual;
  const valid = (name: string) => validOneOf(name, "OCR lang", available, true);
  const given = validList(asked, "OCR langs list", valid);
  return given.length === 0 ? usual : given;
}

async function cutOut(
  parts: SnapshotParts,
  view: View,
  crop: Area | undefined,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { jpeg, width: widthMax, height: heightMax } = view.shot;
  if (crop === undefined) return jpeg;
  return await rendered(parts, view, { crop, widthMax, heightMax, quality: OCR_QUALITY }, signal);
}

async function textOf(
  tesseract: Tesseract,
  jpeg: Uint8Array,
  languages: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  try {
    return await tesseract.read(jpeg, languages, signal);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "system") throw error;
    throw new KvmdFault("OcrError", error.message);
  }
}

/** What is to be read of the picture; undefined for all of it, as for a box that is none. */
function boxOf(wish: Wish, { width, height }: TakenShot): Area | undefined {
  const { ocr_left, ocr_top, ocr_right, ocr_bottom } = wish;
  const [left, top] = [Math.max(0, ocr_left), Math.max(0, ocr_top)];
  const right = ocr_right < 0 ? width : Math.min(width, ocr_right);
  const bottom = ocr_bottom < 0 ? height : Math.min(height, ocr_bottom);
  if (right <= left || bottom <= top) return undefined;
  const box = { left, top, width: right - left, height: bottom - top };
  return box.width === width && box.height === height ? undefined : box;
}

/** How the reduced picture is made; undefined when the picture fits as it is. */
function previewOf(wish: Wish, { width, height }: TakenShot): Rendering | undefined {
  const { preview_max_width, preview_max_height, preview_quality: quality } = wish;
  const isOpen = preview_max_width === 0 && preview_max_height === 0;
  const bound = (asked: number, full: number) => {
    if (isOpen) return Math.max(1, Math.floor(full / PREVIEW_PART));
    return asked === 0 ? full : Math.min(asked, full);
  };
  const widthMax = bound(preview_max_width, width);
  const heightMax = bound(preview_max_height, height);
  if (widthMax >= width && heightMax >= height) return undefined;
  return { crop: undefined, widthMax, heightMax, quality };
}

/** The live picture is rendered by the video thread; what it has no more of, here. */
async function rendered(
  { screen, rerender }: SnapshotParts,
  { shot: { jpeg, online }, isLoaded }: View,
  wish: Rendering,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (online && !isLoaded) return (await screen.render(wish, signal)).jpeg();
  return rerender(jpeg, wish) ?? jpeg;
}
