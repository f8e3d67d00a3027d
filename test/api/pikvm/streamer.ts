/** Section 6: the state of the video, what can be changed of it, snapshots, ustreamer. */
import { expect } from "bun:test";
import { decodeJpeg } from "../../lab/guest/picture.ts";
import type { Answer } from "../linkrd.ts";
import { SIZE } from "../linkrd.ts";
import { notValid, type Row, type World } from "./row.ts";

const STREAMER = "/api/streamer";
const SNAPSHOT = "/api/streamer/snapshot";
const SECONDS = /^\d+\.\d{6}$/;

/** The headers of a picture; its size is that of the picture as it was taken. */
const SHOT = {
  "content-type": "image/jpeg",
  "x-ustreamer-online": "true",
  "x-ustreamer-width": `${SIZE.width}`,
  "x-ustreamer-height": `${SIZE.height}`,
  "x-ustreamer-grab-begin-timestamp": SECONDS,
  "x-ustreamer-grab-end-timestamp": SECONDS,
  "x-ustreamer-encode-begin-timestamp": SECONDS,
  "x-ustreamer-encode-end-timestamp": SECONDS,
  "x-ustreamer-send-timestamp": SECONDS,
  "x-timestamp": SECONDS,
  "cache-control":
    "no-store, no-cache, must-revalidate, proxy-revalidate, pre-check=0, post-check=0, max-age=0",
  pragma: "no-cache",
  expires: "Mon, 3 Jan 2000 12:34:56 GMT",
  "access-control-allow-origin": "",
} as const;

/** That the answer is a picture of this size. */
function isPicture(width: number, height: number) {
  return async ({ bytes }: Answer): Promise<void> => {
    const picture = await decodeJpeg(bytes);
    expect([picture.width, picture.height]).toEqual([width, height]);
  };
}

async function stateOf({ linkrd }: World): Promise<Record<string, unknown>> {
  const { json } = await linkrd.ask(STREAMER);
  return (json as { result: Record<string, unknown> }).result;
}

function hasParams(quality: number, desired_fps: number) {
  return async (_: Answer, world: World): Promise<void> => {
    const params = { quality, desired_fps };
    expect(await stateOf(world)).toMatchObject({ params, applied: params });
  };
}

const STATE: readonly Row[] = [
  {
    section: "6.1 the state has features, limits, params and ustreamer's state",
    path: STREAMER,
    has: {
      features: { quality: true, resolution: false, h264: false },
      limits: { desired_fps: { min: 0, max: 60 } },
      params: { desired_fps: 60, quality: 100 },
      applied: { desired_fps: 60, quality: 100 },
      streamer: {
        instance_id: "",
        encoder: { type: "CPU", quality: 100 },
        sinks: { jpeg: { has_clients: false }, h264: { has_clients: false } },
        source: { resolution: SIZE, online: true, desired_fps: 60 },
        stream: { clients: 0, clients_stat: {} },
      },
      snapshot: { saved: null },
    },
  },
  {
    section: "6.3 set_params without any changes nothing",
    method: "POST",
    path: `${STREAMER}/set_params`,
    result: {},
    check: hasParams(100, 60),
  },
  {
    section: "6.3 set_params changes the running video",
    method: "POST",
    path: `${STREAMER}/set_params?quality=30&desired_fps=20`,
    result: {},
    check: hasParams(30, 20),
  },
  {
    section: "6.3 an empty value counts as absent, alone here",
    method: "POST",
    path: `${STREAMER}/set_params?quality=&desired_fps=`,
    result: {},
    check: hasParams(30, 20),
  },
  {
    section: "6.3 what is legal and beyond the limits is left as it is",
    method: "POST",
    path: `${STREAMER}/set_params?desired_fps=61&quality=0x28`,
    result: {},
    check: hasParams(40, 20),
  },
  {
    section: "6.3 no limit is that of the settings",
    method: "POST",
    path: `${STREAMER}/set_params?desired_fps=0&quality=100`,
    result: {},
    check: hasParams(100, 60),
  },
  ...[
    ["quality=0", "The argument '0' must be stream quality and greater or equial than 1"],
    ["quality=101", "The argument '101' must be stream quality and lesser or equal then 100"],
    ["quality=x", "The argument 'x' is not a valid stream quality"],
    ["desired_fps=-1", "The argument '-1' must be stream FPS and greater or equial than 0"],
    ["desired_fps=121", "The argument '121' must be stream FPS and lesser or equal then 120"],
    ["resolution=640", "The argument '640' is not a valid stream resolution"],
    ["h264_gop=61", "The argument '61' must be stream H264 GOP and lesser or equal then 60"],
    [
      "h264_bitrate=24",
      "The argument '24' must be stream H264 bitrate and greater or equial than 25",
    ],
  ].map(
    ([query, message = ""]): Row => ({
      section: `1.3 set_params?${query}`,
      method: "POST",
      path: `${STREAMER}/set_params?${query}`,
      ...notValid(message),
    }),
  ),
  ...[
    ["resolution=640x480", "StreamerResolutionNotSupported"],
    ["h264_bitrate=5000", "StreamerH264NotSupported"],
    ["h264_gop=0", "StreamerH264NotSupported"],
  ].map(
    ([query, name = ""]): Row => ({
      section: `6.3 what the device lacks is refused by name: ${query}`,
      method: "POST",
      path: `${STREAMER}/set_params?${query}`,
      status: 400,
      error: [name, /^This streamer does not support /],
    }),
  ),
  {
    section: "6.3 reset opens the source anew",
    method: "POST",
    path: `${STREAMER}/reset`,
    result: {},
    check: async (_, { linkrd }) => {
      expect((await linkrd.ask(SNAPSHOT)).status).toBe(200);
    },
  },
];

const SNAPSHOTS: readonly Row[] = [
  {
    section: "6.4 a snapshot needs no WebSocket before it",
    path: SNAPSHOT,
    headers: SHOT,
    check: isPicture(SIZE.width, SIZE.height),
  },
  {
    section: "6.4 no saved one is 503",
    path: `${SNAPSHOT}?load=1`,
    status: 503,
    error: ["UnavailableError", "Service Unavailable"],
  },
  {
    section: "6.4 save keeps it",
    path: `${SNAPSHOT}?save=true`,
    headers: SHOT,
    check: async (_, world) => {
      expect(await stateOf(world)).toMatchObject({
        snapshot: { saved: { online: true, ...SIZE } },
      });
    },
  },
  {
    section: "6.4 load gives the same bytes again",
    path: `${SNAPSHOT}?load=1`,
    headers: SHOT,
    check: async ({ bytes }, { linkrd }) => {
      await linkrd.control([["text", "changed"]]);
      const again = await linkrd.ask(`${SNAPSHOT}?load=yes`);
      expect(again.bytes).toEqual(bytes);
    },
  },
  {
    section: "6.4 the preview of a saved one",
    path: `${SNAPSHOT}?load=1&preview=1&preview_max_width=160`,
    headers: SHOT,
    check: isPicture(160, 90),
  },
  {
    section: "6.4 a preview without sizes is a fifth, with the size of the original in its headers",
    path: `${SNAPSHOT}?preview=1`,
    headers: SHOT,
    check: isPicture(SIZE.width / 5, SIZE.height / 5),
  },
  {
    section: "6.4 a preview with one size is free in the other, and keeps its aspect",
    path: `${SNAPSHOT}?preview=1&preview_max_height=180&preview_quality=50`,
    headers: SHOT,
    check: isPicture(320, 180),
  },
  {
    section: "6.4 a preview is never enlarged",
    path: `${SNAPSHOT}?preview=1&preview_max_width=9999`,
    headers: SHOT,
    check: isPicture(SIZE.width, SIZE.height),
  },
  ...[
    ["save=maybe", "The argument 'maybe' is not a valid bool (['1', 'true', 'yes'] or "],
    ["preview_quality=0", "The argument '0' must be stream quality and greater or equial than 1"],
    ["preview_max_width=-1", "The argument '-1' must be preview max size and greater or equial"],
    ["load=", "None argument is not a valid bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])"],
  ].map(
    ([query, message = ""]): Row => ({
      section: `1.3 snapshot?${query}`,
      path: `${SNAPSHOT}?${query}`,
      status: 400,
      check: ({ text }) => expect(JSON.parse(text).result.error_msg).toStartWith(message),
    }),
  ),
  {
    section: "6.4 DELETE drops the saved one",
    method: "DELETE",
    path: SNAPSHOT,
    result: {},
    check: async (_, world) => {
      expect(await stateOf(world)).toMatchObject({ snapshot: { saved: null } });
    },
  },
  { section: "6.4 DELETE without one is fine", method: "DELETE", path: SNAPSHOT, result: {} },
];

/** tesseract is one of the packages that the tests bring. */
const TEXT: readonly Row[] = [
  {
    section: "6.4 the languages of text recognition",
    path: `${STREAMER}/ocr`,
    result: { ocr: { enabled: true, langs: { default: ["eng"], available: ["eng", "osd"] } } },
  },
  {
    section: "6.4 the text of the screen, and not its picture",
    path: `${SNAPSHOT}?ocr=1&preview=1`,
    headers: { ...SHOT, "content-type": "text/plain" },
    text: /linkrd/i,
    once: true,
  },
  {
    section: "6.4 the text of a box is not that of the rest",
    path: `${SNAPSHOT}?ocr=1&ocr_left=0&ocr_top=300&ocr_right=99999&ocr_bottom=-1&ocr_langs=eng`,
    headers: { ...SHOT, "content-type": "text/plain" },
    check: ({ text }) => expect(text).not.toMatch(/linkrd simulated/i),
    once: true,
  },
  {
    section: "6.4 an unknown language",
    path: `${SNAPSHOT}?ocr=1&ocr_langs=eng,xyz`,
    ...notValid("Failed sub-validator on one of the item of ['eng', 'xyz']"),
  },
];

const USTREAMER: readonly Row[] = [
  {
    section: "8.4 what the media socket has",
    path: "/api/media",
    result: { media: { video: { jpeg: {} } } },
  },
  {
    section: "6.5 ustreamer's state",
    path: "/streamer/state",
    has: { instance_id: "", source: { resolution: SIZE, online: true } },
  },
  {
    section: "6.5 ustreamer's snapshot",
    path: "/streamer/snapshot",
    headers: SHOT,
    check: isPicture(SIZE.width, SIZE.height),
  },
  { section: "6.5 as mjpg-streamer has it", path: "/streamer/?action=snapshot", headers: SHOT },
  {
    section: "6.5 the page",
    path: "/streamer/",
    headers: { "content-type": "text/html; charset=utf-8" },
    text: /\/streamer\/stream/,
  },
  {
    section: "6.5 nobody sees nothing",
    path: "/streamer/snapshot",
    as: "nobody",
    status: 401,
    // ffmpeg sends the password of a URL only when it is asked for one.
    headers: { "www-authenticate": /^Basic realm=/ },
    error: ["UnauthorizedError", "Unauthorized"],
  },
  {
    section: "6.5 a token as password, as a camera's URL has it",
    path: "/streamer/snapshot",
    as: "token as password",
    headers: SHOT,
  },
];

export const STREAMER_ROWS: readonly Row[] = [...STATE, ...SNAPSHOTS, ...TEXT, ...USTREAMER];
