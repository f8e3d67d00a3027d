/**
 * GET /api/info: what PiKVM's clients learn about the device.
 *
 * All of it is true of this machine; what it does not tell is null, as it is on a PiKVM whose
 * sensors or files cannot be read.
 */
import { machine as architecture, hostname, release, type, version } from "node:os";
import type { Context } from "hono";
import type { Machine } from "../../base/machine.ts";
import type { Screen } from "../../video/screen.ts";
import { readLooseQuery } from "../query.ts";
import type { Env } from "../route.ts";
import { KVMD_VERSION, kvmdReply } from "./dialect.ts";
import { infoDoc } from "./info-doc.ts";
import { validList, validOneOf } from "./validate.ts";

export interface InfoParts {
  readonly machine: Machine;
  readonly screen: Screen;
  readonly simulated: () => boolean;
  /** Of linkrd, which is what streams here. */
  readonly version: string;
}

/** What kvmd calls one, for GET /api/info and for the events of its WebSocket. */
export const INFO_FIELDS = [
  "auth",
  "extras",
  "fan",
  "health",
  "meta",
  "node",
  "system",
  "uptime",
] as const;
export type InfoField = (typeof INFO_FIELDS)[number];

/** kvmd's bound on the parameter `fields`. */
const FIELDS_CHARACTERS_MAX = 512;

/** Reads one of them. */
export async function infoOf(
  field: InfoField,
  parts: InfoParts,
): Promise<Readonly<Record<string, unknown>>> {
  switch (field) {
    case "auth":
      return { enabled: true };
    case "extras":
      return {};
    case "fan":
      return { monitored: false, state: null };
    case "health":
      return await healthOf(parts.machine);
    case "meta":
      return { server: { host: hostname() } };
    case "node":
      return { host: hostname() };
    case "system":
      return { ...systemOf(parts.version), platform: await platformOf(parts) };
    case "uptime":
      return uptimeOf(Math.floor((await parts.machine.uptimeSeconds()) ?? 0));
  }
}

/**
 * The handler of GET /api/info. `legacy`, which is the default, moves `platform` and `health` into
 * `hw`, where clients of kvmd before 4.100 look for them.
 */
export function infoHandler(parts: InfoParts) {
  return async (context: Context<Env>): Promise<Response> => {
    const { legacy, fields } = readLooseQuery(context.req.url, infoDoc.query);
    const available = legacy ? ([...INFO_FIELDS, "hw"] as const) : INFO_FIELDS;
    const valid = (item: string) => validOneOf(item, "info field", available);
    const given = validList(fields, "info fields list", valid, FIELDS_CHARACTERS_MAX);
    return kvmdReply(await chosen(new Set(given.length > 0 ? given : available), parts));
  };
}

async function chosen(
  fields: ReadonlySet<InfoField | "hw">,
  parts: InfoParts,
): Promise<Record<string, unknown>> {
  const hw = fields.has("hw");
  const top = INFO_FIELDS.filter((field) => fields.has(field) && !(hw && field === "health"));
  const read = await Promise.all(top.map(async (field) => [field, await infoOf(field, parts)]));
  const result: Record<string, unknown> = Object.fromEntries(read);
  if (!hw) return result;
  if (fields.has("system")) result["system"] = systemOf(parts.version);
  const [health, platform] = await Promise.all([healthOf(parts.machine), platformOf(parts)]);
  return { ...result, hw: { health, platform } };
}

function systemOf(linkrd: string): Record<string, unknown> {
  const { major, minor } = KVMD_VERSION;
  return {
    kvmd: { version: `${major}.${minor}` },
    streamer: { app: "linkrd", version: linkrd, features: {} },
    kernel: { system: type(), release: release(), version: version(), machine: architecture() },
  };
}

/**
 * What the device tree tells, which PCs lack. kvmd's `model` is one of PiKVM's own products, which
 * this is not.
 */
async function platformOf(parts: InfoParts): Promise<Record<string, unknown>> {
  const { machine, screen, simulated } = parts;
  const [models, serials, boards] = await Promise.all([
    machine.deviceTree("model"),
    machine.deviceTree("serial-number"),
    machine.deviceTree("compatible"),
  ]);
  const [vendor, board] = boards[0]?.split(",") ?? [];
  const driver = "mode" in screen.state ? screen.state.mode.driver : undefined;
  const video = driver === "uvcvideo" ? "hdmiusb" : "hdmi";
  return {
    type: vendor === "raspberrypi" ? "rpi" : (vendor ?? architecture()),
    base: models[0] ?? null,
    serial: serials[0]?.toUpperCase() ?? null,
    model: null,
    video: driver === undefined || simulated() ? null : video,
    board: board ?? null,
  };
}

async function healthOf(machine: Machine): Promise<Record<string, unknown>> {
  const [temperature, percent, memory, flags] = await Promise.all([
    machine.temperature(),
    machine.cpuPercent(),
    machine.memory(),
    machine.throttled(),
  ]);
  const used = memory && Math.round((1000 * (memory.total - memory.available)) / memory.total) / 10;
  return {
    temp: { cpu: temperature ?? null },
    cpu: { percent: percent === undefined ? null : Math.floor(percent) },
    mem: {
      percent: used ?? null,
      total: memory?.total ?? null,
      available: memory?.available ?? null,
    },
    throttling: flags === undefined ? null : throttlingOf(flags),
  };
}

/** The firmware's bits: what is so now, and 16 bits above what was since the board started. */
function throttlingOf(flags: number): Record<string, unknown> {
  const at = (bit: number) => (flags & (1 << bit)) !== 0;
  const both = (bit: number) => ({ now: at(bit), past: at(bit + 16) });
  return {
    raw_flags: flags,
    parsed_flags: { undervoltage: both(0), freq_capped: both(1), throttled: both(2) },
    ignore_past: false,
  };
}

function uptimeOf(total: number): Record<string, unknown> {
  const parts = {
    days: Math.floor(total / 86_400),
    hours: Math.floor(total / 3600) % 24,
    minutes: Math.floor(total / 60) % 60,
    seconds: total % 60,
  };
  return { total, parts };
}
