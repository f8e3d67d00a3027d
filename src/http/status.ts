import type { Authority } from "../access/authority.ts";
import type { Arbiter } from "../control/arbiter.ts";
import type { Runner } from "../control/runner.ts";
import type { HidDevice } from "../hid/device.ts";
import type { UsbPort } from "../hid/udc.ts";
import type { Screen } from "../video/screen.ts";
import { sentenceOf } from "../video/signal.ts";

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

/** What GET /api/status answers, and what `linkrd status --json` prints. */
export interface Status {
  readonly linkrd: { version: string; bun: string; uptime_seconds: number; simulated: boolean };
  readonly video: {
    readonly stage: string;
    readonly message: string;
    /** "unknown" while a USB dongle shows what may be its own picture; null without a picture. */
    readonly signal: "ok" | "unknown" | null;
    readonly device: string | null;
    readonly width: number | null;
    readonly height: number | null;
    readonly format: string | null;
    /** Frames that the device gave damaged, empty or cut off, and that were left out. */
    readonly dropped_frames: number;
    /** Frames a second, over the last seconds, that the device sends. */
    readonly captured_fps: number;
    /** Those of them that somebody wanted, and that were encoded. */
    readonly delivered_fps: number;
  };
  readonly hid: {
    readonly stage: string;
    readonly message: string;
    readonly usb: UsbPort | null;
    readonly leds: { num_lock: boolean; caps_lock: boolean; scroll_lock: boolean };
    readonly held: { keys: number; modifiers: number; buttons: number };
    readonly batches_waiting: number;
  };
  /** Who holds the lease, whether a person uses keys or mouse, and whose batch runs. */
  readonly control: {
    readonly holder: { readonly kind: string; readonly expires_in_seconds: number } | null;
    readonly person_active: boolean;
    readonly running: "person" | "token" | null;
  };
  /** What a client can pin: null without HTTPS. */
  readonly tls: { readonly fingerprint_sha256: string | null };
  /** What is wrong with the device itself, in sentences: a card that is damaged or full. */
  readonly problems: readonly string[];
  /** How access.toml is; while it is at fault, its last good version is in force. */
  readonly access: { readonly state: string; readonly message: string | null };
  /** `now` never falls behind what the device has seen; tokens expire by it. */
  readonly clock: { readonly now: string; readonly synchronised: boolean };
}

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
      ...hid.state(parts.simulated() ? undefined : port),
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
