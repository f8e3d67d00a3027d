/**
 * ustreamer's own addresses, as PiKVM has them below /streamer: for OBS, ffmpeg, home automation
 * and whatever else knows a camera by its URL.
 */
import type { Context } from "hono";
import { html } from "hono/html";
import { boolean, number, object, record, string } from "valibot";
import type { RouteDoc } from "../doc.ts";
import { type MjpegParts, serveMjpeg } from "../mjpeg.ts";
import { type Parameter, readLooseQuery } from "../query.ts";
import type { Dialect, Env, Route } from "../route.ts";
import type { Viewer } from "../viewers.ts";
import { kvmd, kvmdReply } from "./dialect.ts";
import { wishedWriter } from "./ustreamer-parts.ts";
import { SHOT_HEADERS, shotResponse, takeShot } from "./ustreamer-shot.ts";

export interface UstreamerParts extends MjpegParts {
  /** JPEG quality of what is captured raw. */
  readonly quality: () => number;
}

/** What ustreamer calls true begins so. */
function mark(about: string): Parameter<boolean> {
  return {
    about,
    schema: { enum: ["1", "0"], default: "0" },
    parse: (text = "") => /^[1tT]/.test(text),
  };
}

const key: Parameter<string> = {
  about: "The client's own name for itself, of letters, digits, `-` and `_`.",
  schema: { type: "string", default: "0" },
  parse: (text = "0") => (/^[\w-]{1,32}$/.test(text) ? text : "0"),
};

const streamDoc = {
  tag: "PiKVM",
  summary: "ustreamer's MJPEG stream",
  query: {
    key,
    extra_headers: mark("Tell size and times in each part."),
    advance_headers: mark("Begin the next part at once, for Chromium; it has no length then."),
    dual_final_frames: mark("Send the last picture twice, for WebKit."),
    zero_data: mark("Headers alone."),
  },
  answers: { 200: { about: "Parts of type image/jpeg.", types: ["multipart/x-mixed-replace"] } },
  faults: ["no_video"],
} as const satisfies RouteDoc;

const snapshotDoc = {
  tag: "PiKVM",
  summary: "ustreamer's snapshot",
  about: "Without a picture a drawn one that says why, with `X-UStreamer-Online: false`.",
  answers: { 200: { about: "The picture.", types: ["image/jpeg"], headers: SHOT_HEADERS } },
  faults: ["no_video"],
} as const satisfies RouteDoc;

/** What ustreamer tells of itself, also as a part of PiKVM's own state. */
/** PiKVM's ustreamer hands pictures on to its media socket through these. */
const SINK = object({ has_clients: boolean() });
export const USTREAMER_STATE = object({
  instance_id: string(),
  encoder: object({ type: string(), quality: number() }),
  sinks: object({ jpeg: SINK, h264: SINK }),
  source: object({
    resolution: object({ width: number(), height: number() }),
    online: boolean(),
    desired_fps: number(),
    captured_fps: number(),
  }),
  stream: object({
    queued_fps: number(),
    clients: number(),
    clients_stat: record(
      string(),
      object({
        key: string(),
        fps: number(),
        extra_headers: boolean(),
        advance_headers: boolean(),
        dual_final_frames: boolean(),
        zero_data: boolean(),
      }),
    ),
  }),
});

const stateDoc = {
  tag: "PiKVM",
  summary: "ustreamer's state",
  answers: { 200: { about: "As ustreamer has it.", json: USTREAMER_STATE } },
} as const satisfies RouteDoc;

const pageDoc = {
  tag: "PiKVM",
  summary: "ustreamer's addresses",
  query: {
    action: {
      about: "As mjpg-streamer has it: `snapshot` or `stream`.",
      schema: { type: "string" },
      parse: (text) => text,
    } satisfies Parameter<string | undefined>,
  },
  answers: {
    200: {
      about: "A page that links to the others, or what `action` asks for.",
      types: ["text/html", "image/jpeg", "multipart/x-mixed-replace"],
    },
  },
  faults: ["no_video"],
} as const satisfies RouteDoc;

/**
 * kvmd's, but who comes without a credential is asked for one (RFC 7617): ffmpeg, and all that is
 * made of it, sends the password of a URL only then.
 */
const dialect: Dialect = {
  ...kvmd,
  refuse: (refusal) => {
    const response = kvmd.refuse(refusal);
    if (refusal === "no credential") {
      response.headers.set("www-authenticate", 'Basic realm="linkrd", charset="UTF-8"');
    }
    return response;
  },
};

export function ustreamerRoutes(parts: UstreamerParts): readonly Route[] {
  const shared = { method: "GET", access: "view", dialect } as const;
  const snapshot = async (context: Context<Env>) => {
    const shot = await takeShot(parts, { allowOffline: true, signal: context.req.raw.signal });
    return shotResponse(shot, shot.jpeg, "image/jpeg");
  };
  const page = (context: Context<Env>) => {
    const { action } = readLooseQuery(context.req.url, pageDoc.query);
    if (action === "snapshot") return snapshot(context);
    if (action === "stream") return stream(parts, context);
    return new Response(`${linksPage()}`, {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  };
  return [
    { ...shared, path: "/streamer", doc: pageDoc, handler: page },
    { ...shared, path: "/streamer/", doc: "alias", handler: page },
    {
      ...shared,
      path: "/streamer/state",
      doc: stateDoc,
      handler: () => kvmdReply(ustreamerState(parts)),
    },
    { ...shared, path: "/streamer/snapshot", doc: snapshotDoc, handler: snapshot },
    {
      ...shared,
      path: "/streamer/stream",
      doc: streamDoc,
      handler: (context) => stream(parts, context),
    },
  ];
}

async function stream(parts: UstreamerParts, context: Context<Env>): Promise<Response> {
  const query = readLooseQuery(context.req.url, streamDoc.query);
  let cookie = "";
  const response = await serveMjpeg(parts, context, (viewer) => {
    viewer.wishes = {
      key: query.key,
      extraHeaders: query.extra_headers,
      advanceHeaders: query.advance_headers,
      dualFinalFrames: query.dual_final_frames,
      zeroData: query.zero_data,
    };
    cookie = `stream_client=${query.key}/${viewer.id}; path=/; max-age=30`;
    return wishedWriter(viewer, parts.nowUs);
  });
  response.headers.set("set-cookie", cookie);
  return response;
}

/** What is true of us, in ustreamer's words. A JPEG of the device's own is passed on: `HW`. */
export function ustreamerState({ screen, viewers, quality, fpsMax, nowUs }: UstreamerParts) {
  const { state, drawn, rates } = screen;
  const mode = state.stage === "ok" ? state.mode : undefined;
  const { width = 0, height = 0 } = mode ?? drawn ?? {};
  const clients = viewers.of("mjpeg");
  const stats = clients.map((viewer) => [viewer.id, statsOf(viewer, nowUs())] as const);
  return {
    instance_id: "",
    encoder: { type: mode?.format === "MJPG" ? "HW" : "CPU", quality: quality() },
    sinks: {
      jpeg: { has_clients: viewers.of("media").length > 0 },
      h264: { has_clients: false },
    },
    source: {
      resolution: { width, height },
      online: mode !== undefined,
      desired_fps: fpsMax(),
      captured_fps: Math.round(rates.captured),
    },
    stream: {
      queued_fps: Math.round(rates.delivered),
      clients: clients.length,
      clients_stat: Object.fromEntries(stats),
    },
  };
}

function statsOf(viewer: Viewer, nowUs: number) {
  const { key, extraHeaders, advanceHeaders, dualFinalFrames, zeroData } = viewer.wishes;
  return {
    key,
    fps: Math.round(viewer.fps(nowUs)),
    extra_headers: extraHeaders,
    advance_headers: advanceHeaders,
    dual_final_frames: dualFinalFrames,
    zero_data: zeroData,
  };
}

function linksPage(): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>linkrd</title>
      </head>
      <body>
        <h1>linkrd</h1>
        <ul>
          <li><a href="/streamer/state">state</a></li>
          <li><a href="/streamer/snapshot">snapshot</a></li>
          <li><a href="/streamer/stream">stream</a></li>
        </ul>
      </body>
    </html>`;
}
