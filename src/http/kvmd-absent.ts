/**
 * What a PiKVM may have and this device has not: power buttons, virtual media, GPIO, a switch.
 *
 * PiKVM's clients ask for all of it at start, so each has kvmd's state of absent hardware, which
 * its WebSocket tells too, and actions that are refused by kvmd's names once they are valid. What
 * is built of it takes its rows out of here.
 */

import { record, string, unknown } from "valibot";
import type { Ability } from "../access/token.ts";
import type { Fault } from "../base/fault.ts";
import type { RouteDoc } from "./doc.ts";
import { KvmdFault, kvmd, kvmdReply } from "./kvmd.ts";
import { actionDoc, bool, float, integer, oneOf, optional, required } from "./kvmd-query.ts";
import { type Parameters, readLooseQuery } from "./query.ts";
import type { Route } from "./route.ts";
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
  colors: {},
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
const IMAGE = { image: required("Name of the image.", { type: "string" }, validImage) };
const CHANNEL = { channel: required("Name of the channel.", { type: "string" }, validChannel) };
/** An index, or `U.C` of unit and channel. */
const port = float("Number of the port, or `UNIT.CHANNEL`.", "float", { min: 0 });
const unit = integer("Number of the unit.", "int", { min: 0 });
const timeout = float("Seconds without a byte.", "float", { min: 0.1 });

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
      url: required("Where from.", { type: "string" }, validUrl),
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
  ["control", "switch/set_colors", "Set the colours", {}, noSwitch],
  [
    "control",
    "switch/reset",
    "Reset a unit",
    { unit, bootloader: optional(bool("Into its loader."), false) },
    noSwitch,
  ],
  ["control", "switch/edids/create", "Add an EDID", {}, noSwitch],
  ["control", "switch/edids/change", "Change an EDID", {}, noEdid],
  ["control", "switch/edids/remove", "Remove an EDID", {}, noEdid],
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

function noAtx(): Fault {
  return new KvmdFault("AtxDisabledError", "ATX is disabled");
}

function noMsd(): Fault {
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

function validChannel(raw: string | undefined): string {
  const name = "GPIO channel";
  const text = validText(raw, name, 512);
  if (!/^[a-zA-Z_][\w.-]{0,254}$/.test(text)) throw invalid(text, name);
  return text;
}

function validImage(raw: string | undefined): string {
  const name = "MSD image name";
  const text = validText(raw, name);
  if (text === "") throw invalid(text, name);
  return text;
}

function validUrl(raw: string | undefined): string {
  const name = "HTTPS|HTTP URL";
  const text = validText(raw, name);
  if (!/^https?:\/\/[[\w]+\S*/i.test(text)) throw invalid(text, name);
  return text;
}
