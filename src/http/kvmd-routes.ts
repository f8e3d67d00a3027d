/** PiKVM's doors, save those of its login: one row each, and one state behind what they tell. */
import { kvmd } from "./kvmd.ts";
import { absentRoutes } from "./kvmd-absent.ts";
import { hidRoutes } from "./kvmd-hid.ts";
import { HidPanel, type HidPanelParts } from "./kvmd-hid-state.ts";
import { type InfoParts, infoHandler } from "./kvmd-info.ts";
import { infoDoc } from "./kvmd-info-doc.ts";
import { type LogParts, logDoc, logHandler } from "./kvmd-log.ts";
import { type MediaParts, mediaRoutes } from "./kvmd-media.ts";
import { kvmdMetricsOf } from "./kvmd-metrics.ts";
import type { SnapshotParts } from "./kvmd-snapshot.ts";
import { streamerRoutes } from "./kvmd-streamer.ts";
import { StreamerPanel } from "./kvmd-streamer-state.ts";
import { subjectsOf } from "./kvmd-subjects.ts";
import { type KvmdSocketParts, kvmdSocketDoc, kvmdSocketHandler } from "./kvmd-ws.ts";
import { type MetricsParts, metricsDoc, metricsHandler, metricsOf } from "./metrics.ts";
import type { Route } from "./route.ts";
import { ustreamerRoutes } from "./ustreamer.ts";

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
  ];
}
