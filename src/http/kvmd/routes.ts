/** PiKVM's doors, save those of its login: one row each, and one state behind what they tell. */
import { type MetricsParts, metricsDoc, metricsHandler, metricsOf } from "../metrics.ts";
import type { Route } from "../route.ts";
import { absentRoutes } from "./absent.ts";
import { kvmd } from "./dialect.ts";
import { hidRoutes } from "./hid.ts";
import { HidPanel, type HidPanelParts } from "./hid-state.ts";
import { type InfoParts, infoHandler } from "./info.ts";
import { infoDoc } from "./info-doc.ts";
import { type LogParts, logDoc, logHandler } from "./log.ts";
import { type MediaParts, mediaRoutes } from "./media.ts";
import { kvmdMetricsOf } from "./metrics.ts";
import { redfishRoutes } from "./redfish.ts";
import type { SnapshotParts } from "./snapshot.ts";
import { streamerRoutes } from "./streamer.ts";
import { StreamerPanel } from "./streamer-state.ts";
import { subjectsOf } from "./subjects.ts";
import { ustreamerRoutes } from "./ustreamer.ts";
import { type KvmdSocketParts, kvmdSocketDoc, kvmdSocketHandler } from "./ws.ts";

export interface KvmdParts
  extends SnapshotParts,
    HidPanelParts,
    InfoParts,
    LogParts,
    MediaParts,
    MetricsParts,
    KvmdSocketParts {}

export function kvmdRoutes(parts: KvmdParts): readonly Route[] {
  const panel = new HidPanel(parts);
  const streamer = new StreamerPanel(parts);
  return [
    {
      method: "GET",
      path: "/api/info",
      access: "info",
      dialect: kvmd,
      doc: infoDoc,
      handler: infoHandler(parts),
    },
    {
      method: "GET",
      path: "/api/log",
      access: "log",
      dialect: kvmd,
      doc: logDoc,
      handler: logHandler(parts),
    },
    {
      method: "GET",
      path: "/api/export/prometheus/metrics",
      access: "metrics",
      dialect: kvmd,
      doc: metricsDoc,
      // kvmd's own come first.
      handler: metricsHandler(
        "text/plain; charset=utf-8",
        () => kvmdMetricsOf(parts),
        () => metricsOf(parts),
      ),
    },
    ...hidRoutes(parts, panel),
    {
      method: "GET",
      path: "/api/ws",
      access: ["view", "control"],
      dialect: kvmd,
      doc: kvmdSocketDoc,
      handler: kvmdSocketHandler(parts, subjectsOf(parts, panel, streamer)),
    },
    ...streamerRoutes(parts, streamer),
    ...ustreamerRoutes(parts),
    ...mediaRoutes(parts),
    ...absentRoutes(),
    ...redfishRoutes(),
  ];
}
