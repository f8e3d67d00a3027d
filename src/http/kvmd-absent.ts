/**
 * What a PiKVM may have and this device has not: power buttons, virtual media, GPIO, a switch.
 *
 * PiKVM's clients ask for all of it at start, so each has kvmd's state of absent hardware, which
 * its WebSocket tells too, and actions that are refused by kvmd's names once they are valid. What
 * is built of it takes its rows out of here.
 */
import type { Ability } from "../access/token.ts";
import type { Fault } from "../base/fault.ts";
import { KvmdFault, kvmd, kvmdReply } from "./kvmd.ts";
import type { Route } from "./route.ts";
import {
  invalid,
  validBool,
  validFloat,
  validInteger,
  validOneOf,
  validText,
  whenGiven,
} from "./validate.ts";

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

/** A parameter of the query, undefined when it is absent. */
type Query = (name: string) => string | undefined;

/** An action: what it needs, its path below /api/, what it checks, and then its refusal. */
type Action = readonly [
  needs: Ability,
  path: string,
  check: (query: Query) => unknown,
  refusal: () => Fault,
  method?: "GET",
];

const ATX_ACTIONS: readonly Action[] = [
  ["power", "atx/power", (query) => [powerAction(query), waits(query)], noAtx],
  ["power", "atx/click", (query) => [atxButton(query), waits(query)], noAtx],
];

const MSD_ACTIONS: readonly Action[] = [
  ["media", "msd/set_params", (query) => [flag(query, "cdrom"), flag(query, "rw")], noMsd],
  ["media", "msd/set_connected", (query) => validBool(query("connected")), noMsd],
  ["media", "msd/read", image, noMsd, "GET"],
  ["media", "msd/write", image, noMsd],
  ["media", "msd/write_remote", remote, noMsd],
  ["media", "msd/remove", image, noMsd],
  ["media", "msd/reset", nothing, noMsd],
];

const GPIO_ACTIONS: readonly Action[] = [
  [
    "power",
    "gpio/switch",
    (query) => [channel(query), validBool(query("state")), waits(query)],
    noChannel,
  ],
  ["power", "gpio/pulse", (query) => [channel(query), delay(query), waits(query)], noChannel],
];

const SWITCH_ACTIONS: readonly Action[] = [
  ["control", "switch/set_active_prev", nothing, noSwitch],
  ["control", "switch/set_active_next", nothing, noSwitch],
  ["control", "switch/set_active", port, noSwitch],
  ["control", "switch/set_beacon", (query) => [validBool(query("state")), beacon(query)], noSwitch],
  ["control", "switch/set_port_params", port, noSwitch],
  ["control", "switch/set_colors", nothing, noSwitch],
  [
    "control",
    "switch/reset",
    (query) => [unit(query("unit")), flag(query, "bootloader")],
    noSwitch,
  ],
  ["control", "switch/edids/create", nothing, noSwitch],
  ["control", "switch/edids/change", nothing, noEdid],
  ["control", "switch/edids/remove", nothing, noEdid],
  ["power", "switch/atx/power", (query) => [port(query), powerAction(query)], noSwitch],
  ["power", "switch/atx/click", (query) => [port(query), atxButton(query)], noSwitch],
];

export function absentRoutes(): readonly Route[] {
  const states = Object.entries(ABSENT).map(([name, state]): Route => {
    const handler = () => kvmdReply(state);
    return { method: "GET", path: `/api/${name}`, access: "info", dialect: kvmd, handler };
  });
  const actions = [ATX_ACTIONS, MSD_ACTIONS, GPIO_ACTIONS, SWITCH_ACTIONS].flat();
  return [
    ...states,
    ...actions.map(([access, path, check, refusal, method]): Route => {
      return {
        method: method ?? "POST",
        path: `/api/${path}`,
        access,
        dialect: kvmd,
        handler: (context) => {
          check((name) => context.req.query(name));
          throw refusal();
        },
      };
    }),
  ];
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

function nothing(): void {}

function flag(query: Query, name: string): boolean {
  return whenGiven(query(name), false, validBool);
}

function waits(query: Query): boolean {
  return flag(query, "wait");
}

function powerAction(query: Query): string {
  const variants = ["on", "off", "off_hard", "reset_hard"];
  return validOneOf(query("action"), "ATX power action", variants);
}

function atxButton(query: Query): string {
  return validOneOf(query("button"), "ATX button", ["power", "power_long", "reset"]);
}

function channel(query: Query): string {
  const name = "GPIO channel";
  const text = validText(query("channel"), name, 512);
  if (!/^[a-zA-Z_][\w.-]{0,254}$/.test(text)) throw invalid(text, name);
  return text;
}

/** Seconds; 0 is what the channel is set to. */
function delay(query: Query): number {
  return whenGiven(query("delay"), 0, (raw) => validFloat(raw, "float", { min: 0 }));
}

function image(query: Query): string {
  const name = "MSD image name";
  const text = validText(query("image"), name);
  if (text === "") throw invalid(text, name);
  return text;
}

function remote(query: Query): string {
  const name = "HTTPS|HTTP URL";
  const text = validText(query("url"), name);
  if (!/^https?:\/\/[[\w]+\S*/i.test(text)) throw invalid(text, name);
  flag(query, "insecure");
  whenGiven(query("timeout"), 10, (raw) => validFloat(raw, "float", { min: 0.1 }));
  flag(query, "remove_incomplete");
  return text;
}

/** An index, or `U.C` of unit and channel. */
function port(query: Query): number {
  return validFloat(query("port"), "float", { min: 0 });
}

function beacon(query: Query): number {
  if (query("port") !== undefined) return port(query);
  return unit(query("uplink") ?? query("downlink"));
}

function unit(raw: string | undefined): number {
  return validInteger(raw, "int", { min: 0 });
}
