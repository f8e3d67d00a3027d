/** Section 7: power, media, GPIO and a switch, none of which this device has. */
import { expect } from "bun:test";
import { notValid, type Row } from "./row.ts";

const BOOL = "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])";

/** An action, and how it is refused. */
type Refused = readonly [section: string, path: string, error: string, message: string];
type Wrong = readonly [path: string, message: string];

const ATX = ["AtxDisabledError", "ATX is disabled"] as const;
const MSD = ["MsdDisabledError", "MSD is disabled"] as const;
const GPIO = ["GpioChannelNotFoundError", "GPIO channel is not found"] as const;
const SWITCH = ["SwitchOperationError", "There is no switch"] as const;
const ID = "01234567-89ab-cdef-0123-456789ABCDEF";
const EDID = ["SwitchUnknownEdidError", "No specified EDID ID found"] as const;

const ROLES = ["inactive", "active", "flashing", "beacon", "bootloader"];
const NUMBER: unknown = expect.any(Number);
const COLOR = { red: NUMBER, green: NUMBER, blue: NUMBER, brightness: NUMBER, blink_ms: NUMBER };

const STATES: readonly Row[] = [
  {
    section: "7.1 ATX is not enabled",
    path: "/api/atx",
    result: {
      enabled: false,
      busy: false,
      acts: { power: false, reset: false },
      leds: { power: false, hdd: false },
    },
  },
  {
    section: "7.2 MSD is not enabled",
    path: "/api/msd",
    result: { enabled: false, online: false, busy: false, storage: null, drive: null },
  },
  {
    section: "7.3 GPIO has no channels",
    path: "/api/gpio",
    result: {
      model: {
        scheme: { inputs: {}, outputs: {} },
        view: { header: { title: [{ type: "label", text: "GPIO" }] }, table: [] },
      },
      state: { inputs: {}, outputs: {} },
    },
  },
  {
    section: "7.4 the lists of a switch are empty",
    path: "/api/switch",
    has: {
      model: { firmware: { version: 0 }, units: [], ports: [] },
      summary: { active_port: -1, active_id: "", synced: true },
      edids: { all: {}, used: [] },
      colors: Object.fromEntries(ROLES.map((role) => [role, COLOR])),
      video: { links: [] },
      usb: { links: [] },
      beacons: { uplinks: [], downlinks: [], ports: [] },
      atx: { busy: [], leds: { power: [], hdd: [] } },
    },
  },
  { section: "2.1 states are for nobody", path: "/api/atx", as: "nobody", status: 401 },
];

const ACTIONS: readonly Refused[] = [
  ["7.1 power", "atx/power?action=ON", ...ATX],
  ["7.1 power off_hard, wait", "atx/power?action=off_hard&wait=1", ...ATX],
  ["7.1 click", "atx/click?button=power_long&wait=false", ...ATX],
  ["7.2 set_params", "msd/set_params?image=a.iso&cdrom=1&rw=no&unknown=1", ...MSD],
  ["7.2 set_params ejects", "msd/set_params?image=", ...MSD],
  ["7.2 set_connected", "msd/set_connected?connected=true", ...MSD],
  ["7.2 write", "msd/write?image=a.iso&remove_incomplete=1", ...MSD],
  ["7.2 write_remote", "msd/write_remote?url=https://example.org/a.iso&timeout=5", ...MSD],
  ["7.2 remove", "msd/remove?image=a.iso", ...MSD],
  ["7.2 reset", "msd/reset", ...MSD],
  ["7.3 switch", "gpio/switch?channel=led1&state=1", ...GPIO],
  ["7.3 pulse", "gpio/pulse?channel=led1&delay=0.5&wait=1", ...GPIO],
  ["7.4 set_active_prev", "switch/set_active_prev", ...SWITCH],
  ["7.4 set_active_next", "switch/set_active_next", ...SWITCH],
  ["7.4 set_active by unit and channel", "switch/set_active?port=1.2", ...SWITCH],
  ["7.4 set_beacon of a port", "switch/set_beacon?state=1&port=0", ...SWITCH],
  ["7.4 set_beacon of an uplink", "switch/set_beacon?state=1&uplink=0", ...SWITCH],
  ["7.4 set_port_params", "switch/set_port_params?port=0&name=a", ...SWITCH],
  ["7.4 set_colors", "switch/set_colors?active=default", ...SWITCH],
  ["7.4 reset", "switch/reset?unit=0&bootloader=0", ...SWITCH],
  ["7.4 edids/create", `switch/edids/create?name=a&data=${"0f ".repeat(128)}`, ...SWITCH],
  ["7.4 edids/change", `switch/edids/change?id=${ID}`, ...EDID],
  ["7.4 edids/remove", `switch/edids/remove?id=${ID}`, ...EDID],
  ["7.4 atx/power", "switch/atx/power?port=0&action=on", ...SWITCH],
  ["7.4 atx/click", "switch/atx/click?port=0&button=reset", ...SWITCH],
];

const WRONG: readonly Wrong[] = [
  ["atx/power", "None argument is not a valid ATX power action"],
  ["atx/power?action=", "The argument '' is not a valid ATX power action"],
  ["atx/power?action=explode", "The argument 'explode' is not a valid ATX power action"],
  ["atx/power?action=on&wait=", `None argument is not a valid ${BOOL}`],
  ["atx/click?button=both", "The argument 'both' is not a valid ATX button"],
  ["msd/set_params?rw=maybe", `The argument 'maybe' is not a valid ${BOOL}`],
  ["msd/set_connected", `None argument is not a valid ${BOOL}`],
  ["msd/remove?image=%20", "The argument '' is not a valid MSD image name"],
  ["msd/write_remote?url=ftp://a", "The argument 'ftp://a' is not a valid HTTPS|HTTP URL"],
  ["gpio/switch?channel=1&state=1", "The argument '1' is not a valid GPIO channel"],
  ["gpio/switch?channel=led", `None argument is not a valid ${BOOL}`],
  [
    "gpio/pulse?channel=led&delay=-1",
    "The argument '-1.0' must be float and greater or equial than 0",
  ],
  ["switch/set_active?port=", "None argument is not a valid float"],
  ["switch/set_colors?beacon=red", "The argument 'red' is not a valid switch color"],
  ["switch/edids/remove?id=default", "The argument 'default' is not a valid switch EDID ID"],
  ["switch/edids/create?name=a&data=0", "The argument '0' is not a valid switch EDID data"],
  ["switch/reset?unit=0.5", "The argument '0.5' is not a valid int"],
];

export const ABSENT: readonly Row[] = [
  ...STATES,
  ...ACTIONS.map(([section, path, ...error]): Row => {
    return { section, method: "POST", path: `/api/${path}`, status: 400, error };
  }),
  {
    section: "7.2 read",
    path: "/api/msd/read?image=a.iso&compress=zstd",
    status: 400,
    error: MSD,
  },
  {
    section: "7.2 write refuses before the image is sent",
    method: "POST",
    path: "/api/msd/write?image=a.iso",
    body: "x".repeat(200_000),
    status: 400,
    error: MSD,
  },
  ...WRONG.map(([path, message]): Row => {
    const section = `7, 1.3 ${path}`;
    return { section, method: "POST", path: `/api/${path}`, ...notValid(message) };
  }),
];
