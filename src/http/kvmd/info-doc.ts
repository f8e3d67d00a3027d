/** What the API document tells of GET /api/info. */
import { boolean, nullable, number, object, optional, record, string, unknown } from "valibot";
import type { RouteDoc } from "../doc.ts";
import { bool, optional as given, required } from "./query.ts";

const FLAG = object({ now: boolean(), past: boolean() });
const HEALTH = object({
  temp: object({ cpu: nullable(number()) }),
  cpu: object({ percent: nullable(number()) }),
  mem: object({
    percent: nullable(number()),
    total: nullable(number()),
    available: nullable(number()),
  }),
  throttling: nullable(
    object({
      raw_flags: number(),
      parsed_flags: object({ undervoltage: FLAG, freq_capped: FLAG, throttled: FLAG }),
      ignore_past: boolean(),
    }),
  ),
});
const PLATFORM = object({
  type: string(),
  base: nullable(string()),
  serial: nullable(string()),
  model: nullable(string()),
  video: nullable(string()),
  board: nullable(string()),
});
const SYSTEM = object({
  kvmd: object({ version: string() }),
  streamer: object({ app: string(), version: string(), features: record(string(), boolean()) }),
  kernel: object({ system: string(), release: string(), version: string(), machine: string() }),
  platform: optional(PLATFORM),
});
const UPTIME = object({
  total: number(),
  parts: object({ days: number(), hours: number(), minutes: number(), seconds: number() }),
});

/** Which fields there are is a matter of `fields` and `legacy`. */
const INFO = object({
  auth: optional(object({ enabled: boolean() })),
  extras: optional(record(string(), unknown())),
  fan: optional(object({ monitored: boolean(), state: nullable(record(string(), unknown())) })),
  health: optional(HEALTH),
  hw: optional(object({ health: HEALTH, platform: PLATFORM })),
  meta: optional(record(string(), unknown())),
  node: optional(object({ host: string() })),
  system: optional(SYSTEM),
  uptime: optional(UPTIME),
});

export const infoDoc = {
  tag: "PiKVM",
  summary: "What the device is, and how it does",
  query: {
    legacy: given(bool("With `hw`, as before kvmd 4.100."), true),
    // Which there are depends on `legacy`.
    fields: given(
      required("Some of the fields; all if left out.", { type: "string" }, (text) => text ?? ""),
      "",
    ),
  },
  answers: { 200: { about: "By field.", json: INFO } },
} as const satisfies RouteDoc;
