/**
 * Commands that see and use the host: all but `release-keys` and `gadget` ask the running daemon.
 */
import { writeFileSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { readSettings } from "../config/read.ts";
import { releaseKeys } from "../hid/release.ts";
import type { Status } from "../http/status.ts";
import { askDaemon } from "./client.ts";
import type { Call } from "./command.ts";
import { table } from "./table.ts";

export async function snapshot({ places, operands, io }: Call): Promise<void> {
  const [file = ""] = operands;
  const response = await askDaemon(places, { method: "GET", path: "/api/public/snapshot" });
  const jpeg = await response.bytes();
  try {
    writeFileSync(file, jpeg);
  } catch (cause) {
    throw new Fault("system", `${file} cannot be written: choose another place`, { cause });
  }
  io.print(`${file}: ${response.headers.get("x-frame-size")}, ${jpeg.length} bytes`);
}

export async function control({ places, operands, io }: Call): Promise<void> {
  io.print(await send(places, operands[0] ?? ""));
}

/** `type` is a batch of text events, as long as each may be. */
export async function type({ places, operands, io }: Call): Promise<void> {
  const characters = [...(operands[0] ?? "")];
  const events: unknown[] = [];
  while (characters.length > 0) {
    events.push(["text", characters.splice(0, LIMITS.text_characters_max).join("")]);
  }
  io.print(await send(places, JSON.stringify({ events })));
}

/** Waits for people and for who holds the lease, as long as may be. */
async function send(places: Call["places"], body: string): Promise<string> {
  const path = `/api/public/control?report=1&wait=${LIMITS.control_wait_seconds_max}`;
  const response = await askDaemon(places, { method: "POST", path, body });
  const { data } = (await response.json()) as {
    data: { events: number; characters: number; milliseconds: number };
  };
  return `${data.events} events, ${data.characters} characters, ${data.milliseconds} ms`;
}

export async function status({ places, options, io }: Call): Promise<void> {
  const response = await askDaemon(places, { method: "GET", path: "/api/status" });
  const told = (await response.json()) as Status;
  if (options["json"] === true) {
    io.print(JSON.stringify(told, null, 2));
    return;
  }
  const { linkrd, video, hid, control, tls, clock, access } = told;
  const lit = Object.entries(hid.leds).flatMap(([name, on]) => (on ? [name] : []));
  const size = video.width === null ? "" : `${video.width}x${video.height} ${video.format}`;
  const rate = video.width === null ? "" : `${video.captured_fps} frames a second`;
  const signal = video.signal === "unknown" ? "signal unknown" : "";
  const picture = [size, rate, signal, video.message].filter((text) => text !== "").join(", ");
  const rows = [
    ["video", video.stage, picture],
    ["input", hid.stage, hid.message],
    ["usb", hid.usb?.state ?? "none", hid.usb?.controller ?? "no device controller"],
    ["control", control.holder?.kind ?? "free", stateOf(control)],
    ["lights", lit.join(", ") || "none", ""],
    ["tls", tls.fingerprint_sha256 === null ? "off" : "on", tls.fingerprint_sha256 ?? ""],
    ["access", access.state, access.message ?? ""],
    ["clock", clock.synchronised ? "synchronised" : "not synchronised", clock.now],
    ["linkrd", linkrd.version, `up ${linkrd.uptime_seconds} s, Bun ${linkrd.bun}`],
  ];
  for (const line of table(rows)) io.print(line);
  for (const problem of told.problems) io.print(`problem: ${problem}`);
}

function stateOf({ holder, person_active, running }: Status["control"]): string {
  const parts = [
    holder === null ? "" : `leased for ${holder.expires_in_seconds} s`,
    person_active ? "a person is active" : "",
    running === null ? "" : `a batch of a ${running} runs`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Writes all-up reports straight to the devices: for when the daemon is gone (ExecStopPost). */
export async function release({ places, io }: Call): Promise<void> {
  const parsed = await readSettings(places.config);
  // A broken linkrd.toml must not keep a key held: the usual nodes are tried then.
  const nodes = "settings" in parsed ? parsed.settings.hid : undefined;
  releaseKeys(io.openSys(), {
    keyboard: nodes?.keyboard ?? "/dev/hidg0",
    pointer: nodes?.pointer ?? "/dev/hidg1",
    mouse: nodes?.mouse ?? "/dev/hidg2",
    consumer: nodes?.consumer ?? "/dev/hidg3",
  });
}
