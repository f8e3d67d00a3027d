/** GET /metrics: what linkrd counts of itself, by the conventions of Prometheus. */
import { readdir, readFile } from "node:fs/promises";
import type { Authority } from "../access/authority.ts";
import { Counts } from "../base/counts.ts";
import type { FaultCode } from "../base/fault.ts";
import type { HidDevice } from "../hid/device.ts";
import type { UsbPort } from "../hid/udc.ts";
import type { Screen } from "../video/screen.ts";
import { STAGES } from "../video/signal.ts";
import type { RouteDoc } from "./doc.ts";
import { exposition, type Metric, type Sample, single } from "./exposition.ts";

export interface MetricsParts {
  readonly traffic: Traffic;
  readonly authority: Authority;
  readonly screen: Screen;
  readonly hid: HidDevice;
  readonly usbPort: () => UsbPort | undefined;
  readonly version: string;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** What the application counts while it answers. */
export class Traffic {
  /** By method, route and status, with blanks between. */
  readonly requests = new Counts<string>();
  readonly faults = new Counts<FaultCode>();

  /** @param route its pattern, undefined when there is none, so that no path makes a new series */
  count(method: string, route: string | undefined, status: number): void {
    const known = METHODS.includes(method) ? method : "other";
    this.requests.add(`${known} ${route ?? "none"} ${status}`);
  }
}

export const metricsDoc = {
  tag: "Device",
  summary: "Metrics for Prometheus",
  answers: { 200: { about: "In its text format.", types: ["text/plain"] } },
} as const satisfies RouteDoc;

/** GET /metrics, for Prometheus: the numbers of `families`, one after the other. */
export function metricsHandler(
  type: string,
  ...families: readonly (() => Promise<readonly Metric[]>)[]
) {
  return async (): Promise<Response> => {
    const metrics = await Promise.all(families.map((family) => family()));
    return new Response(exposition(metrics.flat()), { headers: { "content-type": type } });
  };
}

/** All of it, as it is now. */
export async function metricsOf(parts: MetricsParts): Promise<readonly Metric[]> {
  const { traffic } = parts;
  return [
    {
      name: "linkrd_build_info",
      type: "gauge",
      help: "What runs here; always 1.",
      samples: [{ labels: { version: parts.version, bun: Bun.version }, value: 1 }],
    },
    ...videoMetrics(parts.screen),
    ...hidMetrics(parts),
    ...accessMetrics(parts.authority),
    {
      name: "linkrd_http_requests_total",
      type: "counter",
      help: "Requests that were answered, by the pattern of their route.",
      samples: traffic.requests.entries().map(([key, value]) => {
        const [method = "", route = "", code = ""] = key.split(" ");
        return { labels: { method, route, code }, value };
      }),
    },
    {
      name: "linkrd_faults_total",
      type: "counter",
      help: "Answers that said no, by why.",
      samples: samplesOf("code", traffic.faults),
    },
    ...(await processMetrics()),
  ];
}

function videoMetrics(screen: Screen): readonly Metric[] {
  const { state, totals } = screen;
  const stages = ["ok", ...Object.keys(STAGES)];
  return [
    single("gauge", "linkrd_video_ready", "Whether there is a picture.", state.stage === "ok"),
    {
      name: "linkrd_video_stage",
      type: "gauge",
      help: "1 for what stands between linkrd and a picture, or for ok.",
      samples: stages.map((stage) => ({
        labels: { stage },
        value: Number(stage === state.stage),
      })),
    },
    single(
      "counter",
      "linkrd_video_captured_frames_total",
      "Frames that the capture device sent, wanted or not.",
      totals.captured,
    ),
    single(
      "counter",
      "linkrd_video_dropped_frames_total",
      "Frames that came damaged, empty or cut off.",
      totals.dropped,
    ),
    single(
      "counter",
      "linkrd_video_encoded_frames_total",
      "Frames that somebody wanted, and that were looked through and encoded.",
      totals.encoded,
    ),
    single(
      "counter",
      "linkrd_video_encode_seconds_total",
      "Time that went into looking through frames and encoding what changed.",
      totals.encodeUs / 1e6,
    ),
  ];
}

function hidMetrics({ hid, usbPort }: MetricsParts): readonly Metric[] {
  const { stage } = hid.state(usbPort());
  return [
    single("gauge", "linkrd_hid_ready", "Whether the host takes input.", stage === "ok"),
    {
      name: "linkrd_hid_reports_total",
      type: "counter",
      help: "HID reports, by what became of the call that they were part of.",
      samples: samplesOf("result", hid.reports),
    },
  ];
}

function accessMetrics({ store, sessions, tokenChecks }: Authority): readonly Metric[] {
  const rows = store.tokens();
  const statuses = ["Active", "Expired", "Revoked"] as const;
  return [
    {
      name: "linkrd_tokens",
      type: "gauge",
      help: "Tokens in access.toml.",
      samples: statuses.map((status) => ({
        labels: { status: status.toLowerCase() },
        value: rows.filter((row) => row.status === status).length,
      })),
    },
    {
      name: "linkrd_token_checks_total",
      type: "counter",
      help: "Tokens that requests came with, by what they were found to be.",
      samples: samplesOf("result", tokenChecks),
    },
    single("gauge", "linkrd_sessions", "People who are logged in.", sessions.size),
  ];
}

/** By the names that Prometheus' own client libraries have for every process. */
async function processMetrics(): Promise<readonly Metric[]> {
  const { user, system } = process.cpuUsage();
  const files = await readdir("/proc/self/fd");
  const limits = await readFile("/proc/self/limits", "utf8");
  const [, most = "0"] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  return [
    single(
      "counter",
      "process_cpu_seconds_total",
      "Time that the processor spent on this process.",
      (user + system) / 1e6,
    ),
    single(
      "gauge",
      "process_resident_memory_bytes",
      "Memory that this process holds.",
      process.memoryUsage.rss(),
    ),
    single(
      "gauge",
      "process_start_time_seconds",
      "When this process started, since the epoch.",
      performance.timeOrigin / 1000,
    ),
    single("gauge", "process_open_fds", "Open file descriptors.", files.length),
    single("gauge", "process_max_fds", "How many there may be.", Number(most)),
  ];
}

function samplesOf(label: string, counts: Counts<string>): readonly Sample[] {
  return counts
    .entries()
    .map(([value, total]) => ({ labels: { [label]: value.toLowerCase() }, value: total }));
}
