/** /api/streamer: the video as PiKVM's clients use it. */

import { object } from "valibot";
import { LIMITS } from "../../base/limits.ts";
import type { RouteDoc } from "../doc.ts";
import { type Parameter, readLooseQuery } from "../query.ts";
import type { Route } from "../route.ts";
import { kvmd, kvmdReply } from "./dialect.ts";
import { actionDoc, integer, optional, required } from "./query.ts";
import { type SnapshotParts, snapshotDoc, snapshotHandler } from "./snapshot.ts";
import { OCR_STATE, STREAMER_STATE, type StreamerPanel } from "./streamer-state.ts";
import { validResolution } from "./validate.ts";

const stateDoc = {
  tag: "PiKVM",
  summary: "State of the video",
  answers: { 200: { about: "As kvmd has it.", json: STREAMER_STATE } },
} as const satisfies RouteDoc;
const ocrDoc = {
  tag: "PiKVM",
  summary: "Languages of text recognition",
  about: "There are some where tesseract is installed.",
  answers: { 200: { about: "By tesseract's names.", json: object({ ocr: OCR_STATE }) } },
} as const satisfies RouteDoc;
const paramsDoc = {
  ...actionDoc("Change the running video", {
    quality: given(integer("Of the JPEGs.", "stream quality", { min: 1, max: 100 })),
    desired_fps: given(
      integer("At most; 0: as many as the settings allow.", "stream FPS", {
        min: 0,
        max: LIMITS.fps_max,
      }),
    ),
    resolution: given(required("It is the host's.", { type: "string" }, validResolution)),
    h264_bitrate: given(integer("There is none.", "stream H264 bitrate", { min: 25, max: 20_000 })),
    h264_gop: given(integer("There is none.", "stream H264 GOP", { min: 0, max: 60 })),
  }),
  about: "Until linkrd is restarted, or linkrd.toml says something else of its devices.",
} as const satisfies RouteDoc;
const resetDoc = actionDoc("Open the capture device anew", {});
const removeDoc = actionDoc("Forget the picture that was kept", {});

/** Of these parameters, and no others, one that is empty counts as absent. */
function given<Value>(parameter: Parameter<Value>): Parameter<Value | undefined> {
  const { about, schema, parse } = optional(parameter, undefined);
  return { about, schema, parse: (text, name) => parse(text === "" ? undefined : text, name) };
}

export function streamerRoutes(parts: SnapshotParts, panel: StreamerPanel): readonly Route[] {
  const sees = { method: "GET", access: ["info", "view"], dialect: kvmd } as const;
  const shot = { path: "/api/streamer/snapshot", access: "view", dialect: kvmd } as const;
  const does = { method: "POST", access: "control", dialect: kvmd } as const;
  return [
    { ...sees, path: "/api/streamer", doc: stateDoc, handler: () => kvmdReply(panel.state) },
    {
      ...sees,
      path: "/api/streamer/ocr",
      doc: ocrDoc,
      handler: async () => kvmdReply({ ocr: await panel.ocr() }),
    },
    {
      ...does,
      path: "/api/streamer/set_params",
      doc: paramsDoc,
      handler: ({ req }) => {
        panel.tune(readLooseQuery(req.url, paramsDoc.query));
        return kvmdReply({});
      },
    },
    {
      ...does,
      path: "/api/streamer/reset",
      doc: resetDoc,
      handler: () => {
        parts.screen.reopen();
        return kvmdReply({});
      },
    },
    { ...shot, method: "GET", doc: snapshotDoc, handler: snapshotHandler(parts, panel) },
    {
      ...shot,
      method: "DELETE",
      doc: removeDoc,
      handler: () => {
        panel.saved = undefined;
        return kvmdReply({});
      },
    },
  ];
}
