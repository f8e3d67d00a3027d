/**
 * What a PiKVM may have and this device has not: power buttons, virtual media, GPIO, a switch.
 *
 * PiKVM's clients ask for all of it at start, so each has kvmd's state of absent hardware, which
 * its WebSocket tells too, and actions that are refused by kvmd's names once they are valid. What
 * is built of it takes its rows out of here.
 */

import { record, string, unknown } from "valibot";
import type { Ability } from "../../access/token.ts";
import type { Fault } from "../../base/fault.ts";
import type { RouteDoc } from "../doc.ts";
import { type Parameter, type Parameters, readLooseQuery } from "../query.ts";
import type { Route } from "../route.ts";
import { KvmdFault, kvmd, kvmdReply } from "./dialect.ts";
import { actionDoc, bool, float, integer, oneOf, optional, required } from "./query.ts";
import { invalid, validText } from "./validate.ts";

const ATX = {
  enabled: false,
  busy: false,
  acts: { power: false, reset: false },
  leds: { power: false, hdd: false },
};
const MSD = { enabled: false, online: false, busy: false, storage: null, drive: null };
const GPIO = {
  model: {
    scheme: { inputs: {}, outputs: {} },
    view: { header: { title: [{ type: "label", text: "GPIO" }] }, table: [] },
  },
  state: { inputs: {}, outputs: {} },
};
/** Of the lights of a switch of PiKVM's, as it comes from the factory. */
const COLORS = {
  inactive: { red: 255, green: 0, blue: 0, brightness: 64, blink_ms: 0 },
  active: { red: 0, green: 255, blue: 0, brightness: 128, blink_ms: 0 },
  flashing: { red: 0, green: 170, blue: 255, brightness: 128, blink_ms: 0 },
  beacon: { red: 228, green: 44, blue: 156, brightness: 255, blink_ms: 250 },
  bootloader: { red: 255, green: 170, blue: 0, brightness: 128, blink_ms: 0 },
};
/** Seconds that a switch of PiKVM's would hold the buttons of a host. */
const HOLD = { power: 0.5, power_long: 5.5, reset: 0.5 };
const SWITCH = {
  model: {
    firmware: { version: 0 },
    units: [],
    ports: [],
    limits: {
      atx: {
        click_delays: {
          power: { default: HOLD.power, min: 0, max: 10 },
          power_long: { default: HOLD.power_long, min: 0, max: 10 },
          reset: { default: HOLD.reset, min: 0, max: 10 },
        },
      },
    },
  },
  summary: { active_port: -1, active_id: "", synced: true },
  edids: { all: {}, used: [] },
  colors: COLORS,
  video: { links: [] },
  usb: { links: [] },
  beacons: { uplinks: [], downlinks: [], ports: [] },
  atx: { busy: [], leds: { power: [], hdd: [] } },
};

/** The states by the names that kvmd's routes and events have. */
export const ABSENT = { atx: ATX, msd: MSD, gpio: GPIO, switch: SWITCH } as const;

const WAIT = { wait: optional(bool("Answer when it is over."), false) };
const POWER = {
  action: oneOf("What to do.", "ATX power action", ["on", "off", "off_hard", "reset_hard"]),
};
const BUTTON = { button: oneOf("Which.", "ATX button", ["power", "power_long", "reset"]) };
const IMAGE = { image: matching("Name of the image.", "MSD image name", /./) };
const CHANNEL = {
  channel: matching("Its name.", "GPIO channel", /^[a-zA-Z_][\w.-]{0,254}$/, 512),
};
/** An index, or `U.C` of unit and channel. */
const port = float("Number of the port, or `UNIT.CHANNEL`.", "float", { min: 0 });
const unit = integer("Number of the unit.", "int", { min: 0 });
const timeout = float("Seconds without a byte.", "float", { min: 0.1 });

const color = matching(
  "`RRGGBB:BRIGHTNESS:BLINK_MS`, hexadecimal, or `default`.",
  "switch color",
  /^(?:[\da-f]{6}:[\da-f]{2}:[\da-f]{4}|default)$/i,
  64,
);
const edidId = matching(
  "Of the EDID.",
  "switch EDID ID",
  /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  64,
);
const edidData = matching(
  "One or two blocks of it, hexadecimal.",
  "switch EDID data",
  /^\s*(?:[\da-f]\s*){256}(?:(?:[\da-f]\s*){256})?$/i,
  1024,
);

/** An action: what it needs, its path below /api/, what it checks, and then its refusal. */
type Action = readonly [
  needs: Ability,
  path: string,
  summary: string,
  query: Parameters,
  refusal: () => Fault,
  method?: "GET",
];

const ATX_ACTIONS: readonly Action[] = [
  ["power", "atx/power", "Power", { ...POWER, ...WAIT }, noAtx],
  ["power", "atx/click", "Press a button", { ...BUTTON, ...WAIT }, noAtx],
];

const MSD_ACTIONS: readonly Action[] = [
  [
    "media",
    "msd/set_params",
    "Choose the image",
    { cdrom: optional(bool("As a CD."), false), rw: optional(bool("Writable."), false) },
    noMsd,
  ],
  ["media", "msd/set_connected", "Plug it in", { connected: bool("Plugged in.") }, noMsd],
  ["media", "msd/read", "Read an image", IMAGE, noMsd, "GET"],
  ["media", "msd/write", "Write an image", IMAGE, noMsd],
  [
    "media",
    "msd/write_remote",
    "Write an image from elsewhere",
    {
      url: matching("Where from.", "HTTPS|HTTP URL", /^https?:\/\/[[\w]+\S*/i),
      insecure: optional(bool("Whatever its certificate."), false),
      timeout: optional(timeout, 10),
      remove_incomplete: optional(bool("Remove what was cut off."), false),
    },
    noMsd,
  ],
  ["media", "msd/remove", "Remove an image", IMAGE, noMsd],
  ["media", "msd/reset", "Reset", {}, noMsd],
];

const GPIO_ACTIONS: readonly Action[] = [
  [
    "power",
    "gpio/switch",
    "Switch a channel",
    { ...CHANNEL, state: bool("On."), ...WAIT },
    noChannel,
  ],
  [
    "power",
    "gpio/pulse",
    "Pulse a channel",
    { ...CHANNEL, delay: optional(float("Seconds; 0: as set.", "float", { min: 0 }), 0), ...WAIT },
    noChannel,
  ],
];

const SWITCH_ACTIONS: readonly Action[] = [
  ["control", "switch/set_active_prev", "To the port before", {}, noSwitch],
  ["control", "switch/set_active_next", "To the next port", {}, noSwitch],
  ["control", "switch/set_active", "To a port", { port }, noSwitch],
  [
    "control",
    "switch/set_beacon",
    "Light a beacon",
    {
      state: bool("On."),
      port: optional(port, undefined),
      uplink: optional(unit, undefined),
      downlink: optional(unit, undefined),
    },
    noSwitch,
  ],
  ["control", "switch/set_port_params", "Set a port up", { port }, noSwitch],
  [
    "control",
    "switch/set_colors",
    "Set the colours",
    Object.fromEntries(Object.keys(COLORS).map((role) => [role, optional(color, undefined)])),
    noSwitch,
  ],
  [
    "control",
    "switch/reset",
    "Reset a unit",
    { unit, bootloader: optional(bool("Into its loader."), false) },
    noSwitch,
  ],
  [
    "control",
    "switch/edids/create",
    "Add an EDID",
    { name: matching("Its name.", "not empty stripped string", /./), data: edidData },
    noSwitch,
  ],
  [
    "control",
    "switch/edids/change",
    "Change an EDID",
    { id: edidId, data: optional(edidData, undefined) },
    noEdid,
  ],
  ["control", "switch/edids/remove", "Remove an EDID", { id: edidId }, noEdid],
  ["power", "switch/atx/power", "Power of a port", { port, ...POWER }, noSwitch],
  ["power", "switch/atx/click", "Press a button of a port", { port, ...BUTTON }, noSwitch],
];

export function absentRoutes(): readonly Route[] {
  const states = Object.entries(ABSENT).map(([name, state]): Route => {
    const handler = () => kvmdReply(state);
    const path = `/api/${name}`;
    return { method: "GET", path, access: "info", dialect: kvmd, doc: stateDoc(name), handler };
  });
  const actions = [ATX_ACTIONS, MSD_ACTIONS, GPIO_ACTIONS, SWITCH_ACTIONS].flat();
  return [
    ...states,
    ...actions.map(([access, path, summary, query, refusal, method]): Route => {
      return {
        method: method ?? "POST",
        path: `/api/${path}`,
        access,
        dialect: kvmd,
        doc: actionDoc(summary, query),
        handler: (context) => {
          readLooseQuery(context.req.url, query);
          throw refusal();
        },
      };
    }),
  ];
}

function stateDoc(name: string): RouteDoc {
  const json = record(string(), unknown());
  const about = "As kvmd has it where there is none.";
  return { tag: "PiKVM", summary: `State of ${name}`, answers: { 200: { about, json } } };
}

export function noAtx(): Fault {
  return new KvmdFault("AtxDisabledError", "ATX is disabled");
}

export function noMsd(): Fault {
  return new KvmdFault("MsdDisabledError", "MSD is disabled");
}

function noChannel(): Fault {
  return new KvmdFault("GpioChannelNotFoundError", "GPIO channel is not found");
}

/** kvmd says that all is well and does nothing; who switches hosts should know that it did not. */
function noSwitch(): Fault {
  return new KvmdFault("SwitchOperationError", "There is no switch");
}

function noEdid(): Fault {
  return new KvmdFault("SwitchUnknownEdidError", "No specified EDID ID found");
}

/** A text that has to match `pattern`. @param kind what kvmd calls it */
function matching(
  about: string,
  kind: string,
  pattern: RegExp,
  charactersMax?: number,
): Parameter<string> {
  return required(about, { type: "string" }, (raw) => {
    const text = validText(raw, kind, charactersMax);
    if (!pattern.test(text)) throw invalid(text, kind);
    return text;
  });
}
