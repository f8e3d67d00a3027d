import { arch, hostname, networkInterfaces } from "node:os";
import {
  array,
  boolean,
  description,
  type InferOutput,
  nullable,
  number,
  object,
  picklist,
  pipe,
  readonly,
  string,
} from "valibot";
import type { Authority } from "../access/authority.ts";
import type { Arbiter } from "../control/arbiter.ts";
import { PARTY_KINDS } from "../control/party.ts";
import type { Runner } from "../control/runner.ts";
import type { HidDevice } from "../hid/device.ts";
import type { UsbPort } from "../hid/udc.ts";
import type { Screen } from "../video/screen.ts";
import { sentenceOf } from "../video/signal.ts";
import type { RouteDoc } from "./doc.ts";

export interface StatusParts {
  readonly screen: Screen;
  readonly hid: HidDevice;
  readonly runner: Runner;
  readonly arbiter: Arbiter;
  readonly authority: Authority;
  readonly version: string;
  readonly simulated: () => boolean;
  /** SHA-256 fingerprint of the certificate in use; undefined without HTTPS. */
  readonly fingerprint: () => string | undefined;
  readonly usbPort: () => UsbPort | undefined;
  /** What is wrong with the device itself, in sentences. */
  readonly problems: () => readonly string[];
  /** Seconds since the daemon started. */
  readonly uptimeSeconds: () => number;
}

const TLS = object({
  fingerprint_sha256: pipe(
    nullable(string()),
    description("What a client can pin; null without HTTPS."),
  ),
});
const VIDEO = object({
  stage: string(),
  message: string(),
  signal: pipe(
    nullable(picklist(["ok", "unknown"])),
    description("`unknown` while a USB dongle shows what may be its own picture."),
  ),
  device: nullable(string()),
  width: nullable(number()),
  height: nullable(number()),
  format: nullable(string()),
  dropped_frames: pipe(number(), description("Damaged, empty or cut off, and left out.")),
  captured_fps: pipe(number(), description("Frames a second that the device sends.")),
  delivered_fps: pipe(number(), description("Those of them that somebody wanted.")),
});
const HID = object({
  stage: string(),
  message: string(),
  usb: nullable(
    object({
      controller: string(),
      state: pipe(string(), description("The kernel's word; `configured` once the host uses it.")),
    }),
  ),
  leds: object({ num_lock: boolean(), caps_lock: boolean(), scroll_lock: boolean() }),
  held: object({ keys: number(), modifiers: number(), buttons: number() }),
  batches_waiting: number(),
});
const CONTROL = object({
  holder: nullable(object({ kind: string(), expires_in_seconds: number() })),
  person_active: pipe(boolean(), description("Whether a person uses keys or mouse.")),
  running: pipe(nullable(picklist(PARTY_KINDS)), description("Whose batch runs.")),
});
const STATUS = object({
  linkrd: object({
    version: string(),
    bun: string(),
    uptime_seconds: number(),
    simulated: boolean(),
  }),
  device: object({
    name: pipe(string(), description("The name that the device has in its network.")),
    addresses: pipe(array(string()), readonly(), description("Under which it can be reached.")),
    architecture: string(),
  }),
  video: VIDEO,
  hid: HID,
  control: CONTROL,
  tls: TLS,
  problems: pipe(
    array(string()),
    readonly(),
    description("What is wrong with the device itself: a card that is damaged or full."),
  ),
  access: pipe(
    object({ state: string(), message: nullable(string()) }),
    description("How access.toml is; while it is at fault, its last good version is in force."),
  ),
  clock: object({
    now: pipe(string(), description("Never behind what the device has seen; tokens expire by it.")),
    synchronised: boolean(),
  }),
});

/** What GET /api/status answers, and what `linkrd status --json` prints. */
export type Status = InferOutput<typeof STATUS>;

export const statusDoc = {
  tag: "Device",
  summary: "Signal, USB, control, clock",
  answers: { 200: { about: "How linkrd is.", json: STATUS } },
} as const satisfies RouteDoc;

export function statusOf(parts: StatusParts): Status {
  const { screen, hid, runner, arbiter } = parts;
  const { store } = parts.authority;
  const { state } = screen;
  const mode = state.stage === "ok" ? state.mode : undefined;
  const { keys, modifiers, buttons } = runner.holdings;
  const port = parts.usbPort();
  return {
    linkrd: {
      version: parts.version,
      bun: Bun.version,
      uptime_seconds: Math.floor(parts.uptimeSeconds()),
      simulated: parts.simulated(),
    },
    device: { name: hostname(), addresses: addressesOf(networkInterfaces()), architecture: arch() },
    video: {
      stage: state.stage,
      message: sentenceOf(state),
      signal: screen.signal ?? null,
      device: mode?.device ?? null,
      width: mode?.width ?? null,
      height: mode?.height ?? null,
      format: mode?.format ?? null,
      dropped_frames: screen.totals.dropped,
      captured_fps: screen.rates.captured,
      delivered_fps: screen.rates.delivered,
    },
    hid: {
      ...hid.state(port),
      usb: port ?? null,
      leds: {
        num_lock: (hid.leds & 1) !== 0,
        caps_lock: (hid.leds & 2) !== 0,
        scroll_lock: (hid.leds & 4) !== 0,
      },
      held: { keys: keys.length, modifiers, buttons },
      batches_waiting: arbiter.waiting,
    },
    control: controlOf(arbiter),
    tls: { fingerprint_sha256: parts.fingerprint() ?? null },
    problems: parts.problems(),
    access: { state: store.state, message: store.fault?.message ?? null },
    clock: {
      now: new Date(store.clock.now()).toISOString(),
      synchronised: store.clock.synchronised(),
    },
  };
}

/** All but loopback, and those that mean nothing without naming a network card (RFC 4007). */
function addressesOf(networks: ReturnType<typeof networkInterfaces>): readonly string[] {
  const all = Object.values(networks).flatMap((cards) => cards ?? []);
  return all.filter((card) => !card.internal && !card.scopeid).map(({ address }) => address);
}

function controlOf({ state }: Arbiter): Status["control"] {
  const { holder, isPersonActive, running } = state;
  return {
    holder: holder
      ? { kind: holder.kind, expires_in_seconds: Math.ceil(holder.expiresMs / 1000) }
      : null,
    person_active: isPersonActive,
    running: running ?? null,
  };
}
