/** Keyboard and mouse as kvmd's clients see them, and what they can switch. */
import { array, boolean, nullable, number, object, string } from "valibot";
import type { Authority } from "../../access/authority.ts";
import type { Arbiter } from "../../control/arbiter.ts";
import { JIGGLE_INTERVAL_S, Jiggler } from "../../control/jiggler.ts";
import { KEYMAPS, keymapOf } from "../../control/keymaps.ts";
import type { Runner } from "../../control/runner.ts";
import type { HidDevice } from "../../hid/device.ts";
import type { UsbPlug } from "../../hid/plug.ts";
import type { UsbPort } from "../../hid/udc.ts";
import type { RouteDoc } from "../doc.ts";

export interface HidParts {
  readonly runner: Runner;
  readonly arbiter: Arbiter;
  readonly authority: Authority;
}

export interface HidPanelParts extends HidParts {
  readonly hid: HidDevice;
  readonly simulated: () => boolean;
  readonly usbPort: () => UsbPort | undefined;
  readonly usbPlug: UsbPlug;
}

const online = boolean();
const STATE = object({
  enabled: boolean(),
  online,
  busy: boolean(),
  connected: nullable(boolean()),
  keyboard: object({
    online,
    leds: object({ caps: boolean(), num: boolean(), scroll: boolean() }),
    outputs: object({ available: array(string()), active: string() }),
  }),
  mouse: object({
    online,
    absolute: boolean(),
    outputs: object({ available: array(string()), active: string() }),
  }),
  jiggler: object({ enabled: boolean(), active: boolean(), interval: number() }),
});
const KEYMAPS_OF = object({ default: string(), available: array(string()) });

export const stateDoc = {
  tag: "PiKVM",
  summary: "State of keyboard and mouse",
  answers: { 200: { about: "As kvmd has it.", json: STATE } },
} as const satisfies RouteDoc;
export const keymapsDoc = {
  tag: "PiKVM",
  summary: "Layouts that texts can be typed in",
  answers: { 200: { about: "By QEMU's names.", json: object({ keymaps: KEYMAPS_OF }) } },
} as const satisfies RouteDoc;
export const inactivityDoc = {
  tag: "PiKVM",
  summary: "Seconds since keys or mouse were used",
  answers: { 200: { about: "By anybody.", json: object({ inactivity: number() }) } },
} as const satisfies RouteDoc;

/** The pointer, which is absolute, or the mouse, which is relative. */
const MOUSE_OUTPUTS = ["usb", "usb_rel"] as const;

/** What kvmd's clients may ask to be switched, whatever a device has of it. */
export interface HidSwitches {
  readonly mouseOutput: string | undefined;
  readonly jiggler: boolean | undefined;
}

export class HidPanel {
  readonly #parts: HidPanelParts;
  readonly #jiggler: Jiggler;
  #mouseOutput: (typeof MOUSE_OUTPUTS)[number] = "usb";

  constructor(parts: HidPanelParts) {
    this.#parts = parts;
    const isAsleep = () => parts.hid.state(parts.usbPort()).stage === "host asleep";
    this.#jiggler = new Jiggler({ ...parts, isAsleep });
  }

  /**
   * What clients send by `mouse.absolute`; the host has both devices at any time, and takes either.
   * `outputs` of the keyboard are empty, as on every PiKVM with a gadget; so is `connected`, unless
   * the daemon may bind the gadget.
   */
  get state() {
    const { leds, isBusy } = this.#parts.hid;
    const online = this.#isOnline();
    return {
      enabled: true,
      online,
      busy: isBusy,
      connected: this.#parts.simulated() ? null : this.#parts.usbPlug.connected,
      keyboard: {
        online,
        leds: { caps: (leds & 2) !== 0, num: (leds & 1) !== 0, scroll: (leds & 4) !== 0 },
        outputs: { available: [], active: "" },
      },
      mouse: {
        online,
        absolute: this.#mouseOutput === "usb",
        outputs: { available: MOUSE_OUTPUTS, active: this.#mouseOutput },
      },
      jiggler: {
        enabled: true,
        active: this.#jiggler.isActive,
        interval: JIGGLE_INTERVAL_S,
      },
    };
  }

  /** The layouts that a text may be typed in, and that of the settings. */
  get keymaps() {
    const { layout } = this.#parts.runner;
    return { keymaps: { default: keymapOf(layout.name), available: KEYMAPS } };
  }

  /** What the device does not have is left as it is, as with kvmd. */
  switch({ mouseOutput, jiggler }: HidSwitches): void {
    this.#mouseOutput = MOUSE_OUTPUTS.find((one) => one === mouseOutput) ?? this.#mouseOutput;
    if (jiggler !== undefined) this.#jiggler.switch(jiggler);
  }

  /** Plugs the gadget in or out, if that can be. @throws Fault `no_hid` as `UsbPlug.set` does */
  connect(connected: boolean): void {
    if (!this.#parts.simulated()) this.#parts.usbPlug.set(connected);
  }

  /** Whether a host has configured the gadget, and took what was sent last. */
  #isOnline(): boolean {
    const { hid, usbPort } = this.#parts;
    const port = usbPort();
    return port?.state === "configured" && hid.state(port).stage === "ok";
  }
}
