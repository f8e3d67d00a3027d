/** Section 5: keyboard and mouse, and what of it the simulated host has taken. */
import { expect } from "bun:test";
import type { Answer } from "../linkrd.ts";
import { consoleLines } from "../screen.ts";
import { notValid, type Row, type World } from "./row.ts";

const HID = "/api/hid";
const EVENTS = `${HID}/events`;
const BOOL = "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])";
const NOTHING_HELD = { keys: 0, modifiers: 0, buttons: 0 };
/** The 36 that every PiKVM has. */
const KEYMAPS =
  "ar bepo cz da de de-ch en-gb en-us en-us-altgr-intl en-us-colemak es et fi fo fr fr-be fr-ca " +
  "fr-ch hr hu is it ja lt lv mk nl no pl pt pt-br ru sl sv th tr";
/** Section 5.6: every name that kvmd's clients may send. */
const KEYS = [
  ...[..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => `Key${letter}`),
  ...[..."1234567890"].flatMap((digit) => [`Digit${digit}`, `Numpad${digit}`]),
  ...Array.from({ length: 24 }, (_, at) => `F${at + 1}`),
  ...["Control", "Shift", "Alt", "Meta"].flatMap((key) => [`${key}Left`, `${key}Right`]),
  ..."Enter Escape Backspace Tab Space Minus Equal BracketLeft BracketRight Backslash".split(" "),
  ..."Semicolon Quote Backquote Comma Period Slash CapsLock PrintScreen ScrollLock".split(" "),
  ..."Pause Insert Home PageUp Delete End PageDown ArrowRight ArrowLeft ArrowDown".split(" "),
  ..."ArrowUp NumLock NumpadDivide NumpadMultiply NumpadSubtract NumpadAdd NumpadEnter".split(" "),
  ..."NumpadDecimal IntlBackslash ContextMenu Power AudioVolumeMute AudioVolumeUp".split(" "),
  ..."AudioVolumeDown IntlRo KanaMode IntlYen Convert NonConvert".split(" "),
];

/** A POST that is answered with nothing, and what is down after it. */
function done(section: string, path: string, held?: Partial<typeof NOTHING_HELD>): Row {
  const check =
    held &&
    (async (_: Answer, { linkrd }: World) => {
      expect((await linkrd.status()).hid.held).toEqual({ ...NOTHING_HELD, ...held });
    });
  return { section, method: "POST", path, result: {}, ...(check && { check }) };
}

function refused(section: string, path: string, message: string): Row {
  return { section, method: "POST", path, ...notValid(message) };
}

/** Prints `body` and reads what the last line of the console shows then. */
function printed(section: string, query: string, body: string, shown: string, type?: string): Row {
  return {
    section,
    method: "POST",
    path: `${HID}/print${query}`,
    ...(type === undefined ? {} : { send: { "content-type": type } }),
    body,
    result: {},
    check: async (_, { linkrd }) => {
      const lines = (await consoleLines(await linkrd.snapshot())).filter((line) => line !== "");
      expect(lines.at(-1)).toBe(`$ ${shown}`.trimEnd());
    },
  };
}

const STATES: readonly Row[] = [
  {
    section: "5.1 the state of a device that a host uses",
    path: HID,
    result: {
      enabled: true,
      online: true,
      busy: false,
      connected: null,
      keyboard: {
        online: true,
        leds: { caps: false, num: false, scroll: false },
        outputs: { available: [], active: "" },
      },
      mouse: {
        online: true,
        absolute: true,
        outputs: { available: ["usb", "usb_rel"], active: "usb" },
      },
      jiggler: { enabled: true, active: false, interval: 60 },
    },
  },
  {
    section: "5.3 the keymaps of a PiKVM are there",
    path: `${HID}/keymaps`,
    check: ({ json }) => {
      const { keymaps } = (json as { result: { keymaps: Record<string, unknown> } }).result;
      expect(keymaps["default"]).toBe("en-us");
      const available = keymaps["available"] as string[];
      expect(available).toEqual(available.toSorted());
      expect(available).toEqual(expect.arrayContaining(KEYMAPS.split(" ")));
    },
  },
  done("5.2 a key is activity", `${EVENTS}/send_key?key=ShiftLeft&state=0`, {}),
  { section: "5.2 inactivity", path: `${HID}/inactivity`, result: { inactivity: 0 } },
];

const SWITCHES: readonly Row[] = [
  done("5.2 set_params of nothing", `${HID}/set_params`),
  done("5.2 the mouse is made relative", `${HID}/set_params?mouse_output=USB_REL&jiggler=yes`),
  {
    section: "5.2 which the state tells",
    path: HID,
    has: {
      mouse: { absolute: false, outputs: { active: "usb_rel" } },
      jiggler: { active: true },
    },
  },
  done("5.2 what it lacks is let be", `${HID}/set_params?mouse_output=ps2&keyboard_output=ps2`),
  { section: "5.2 and changes nothing", path: HID, has: { mouse: { absolute: false } } },
  done("5.2 and absolute again", `${HID}/set_params?mouse_output=usb&jiggler=0`),
  {
    section: "5.2 which the state tells too",
    path: HID,
    has: { mouse: { absolute: true }, jiggler: { active: false } },
  },
  refused(
    "5.2 an output that no PiKVM has",
    `${HID}/set_params?mouse_output=bluetooth`,
    "The argument 'bluetooth' is not a valid Mouse output",
  ),
  refused(
    "5.2 the same of the keyboard",
    `${HID}/set_params?keyboard_output=`,
    "The argument '' is not a valid Keyboard output",
  ),
  refused(
    "1.3 an empty boolean counts as absent",
    `${HID}/set_params?jiggler=`,
    `None argument is not a valid ${BOOL}`,
  ),
  done("5.2 set_connected", `${HID}/set_connected?connected=0`),
  refused(
    "5.2 set_connected of nothing",
    `${HID}/set_connected`,
    `None argument is not a valid ${BOOL}`,
  ),
  done("5.5 a key that is held", `${EVENTS}/send_key?key=F5&state=true`, { keys: 1 }),
  done("5.2 reset lets go of it", `${HID}/reset`, {}),
];

const KEYBOARD: readonly Row[] = [
  ...KEYS.map((key) => done(`5.6 ${key}`, `${EVENTS}/send_key?key=${key}&state=0`)),
  done("5.5 a modifier goes down", `${EVENTS}/send_key?key=ShiftLeft&state=1`, { modifiers: 2 }),
  done("5.5 a key without state comes up", `${EVENTS}/send_key?key=F1`, { modifiers: 2 }),
  done("5.5 so it does with finish", `${EVENTS}/send_key?key=F1&state=1&finish=1`, {
    modifiers: 2,
  }),
  done("5.5 finish without a press", `${EVENTS}/send_key?key=ShiftLeft&state=0&finish=1`, {}),
  done("5.5 finish leaves modifiers", `${EVENTS}/send_key?key=AltLeft`, { modifiers: 4 }),
  done("5.5 and PrintScreen", `${EVENTS}/send_key?key=PrintScreen`, { modifiers: 4, keys: 1 }),
  done("5.2 reset lets go of both", `${HID}/reset`, {}),
  done("5.5 a shortcut", `${EVENTS}/send_shortcut?keys=ControlLeft,AltLeft,F7`, {}),
  done("5.5 blanks and tabs split too", `${EVENTS}/send_shortcut?keys=ControlLeft%20,,%09F7`, {}),
  done("5.5 a shortcut of nothing", `${EVENTS}/send_shortcut?keys=`, {}),
  refused(
    "5.5 a shortcut without keys",
    `${EVENTS}/send_shortcut`,
    "None argument is not a valid string list",
  ),
  refused(
    "1.3 a bad item of a list",
    `${EVENTS}/send_shortcut?keys=ControlLeft,Nothing`,
    "Failed sub-validator on one of the item of ['ControlLeft', 'Nothing']",
  ),
  refused(
    "1.3 a key is matched as it is written",
    `${EVENTS}/send_key?key=keya`,
    "The argument 'keya' is not a valid Keyboard key",
  ),
  refused(
    "1.3 a key has to be given",
    `${EVENTS}/send_key`,
    "None argument is not a valid Keyboard key",
  ),
  refused("1.3 a key is bounded", `${EVENTS}/send_key?key=${"A".repeat(17)}`, "RAW limit exceed"),
  refused(
    "1.3 a state that is none",
    `${EVENTS}/send_key?key=KeyA&state=maybe`,
    `The argument 'maybe' is not a valid ${BOOL}`,
  ),
];

const MOUSE: readonly Row[] = [
  ...(
    [
      ["left", 1],
      ["right", 2],
      ["middle", 4],
      ["up", 8],
      ["down", 16],
    ] as const
  ).flatMap(([button, buttons]) => [
    done(`5.5 ${button} goes down`, `${EVENTS}/send_mouse_button?button=${button}&state=1`, {
      buttons,
    }),
    done(`5.5 ${button} comes up`, `${EVENTS}/send_mouse_button?button=${button}&state=0`, {}),
  ]),
  done("5.5 without state it is a click", `${EVENTS}/send_mouse_button?button=LEFT`, {}),
  refused(
    "5.5 a button that is none",
    `${EVENTS}/send_mouse_button?button=side`,
    "The argument 'side' is not a valid Mouse button",
  ),
  done("5.5 a move", `${EVENTS}/send_mouse_move?to_x=0&to_y=-100`),
  done("5.5 hexadecimal, and far outside", `${EVENTS}/send_mouse_move?to_x=0xFFFF&to_y=-9999999`),
  refused(
    "5.5 both are needed",
    `${EVENTS}/send_mouse_move?to_x=1`,
    "None argument is not a valid Mouse move",
  ),
  refused(
    "1.3 no fractions",
    `${EVENTS}/send_mouse_move?to_x=1.5&to_y=0`,
    "The argument '1.5' is not a valid Mouse move",
  ),
  refused("1.3 nine characters", `${EVENTS}/send_mouse_move?to_x=123456789`, "RAW limit exceed"),
  ...["relative", "wheel"].flatMap((what) => [
    done(`5.5 ${what}`, `${EVENTS}/send_mouse_${what}?delta_x=-3&delta_y=1000`),
    refused(
      `5.5 ${what} of one axis`,
      `${EVENTS}/send_mouse_${what}?delta_y=1`,
      "None argument is not a valid Mouse delta",
    ),
    refused(
      `5.5 ${what} of nothing`,
      `${EVENTS}/send_mouse_${what}?delta_x=&delta_y=1`,
      "None argument is not a valid Mouse delta",
    ),
  ]),
];

const OCTETS = "application/octet-stream";
const PRINT: readonly Row[] = [
  printed("5.4 a text, of no type", "", "\nHello, {World}!", "Hello, {World}!"),
  printed("5.4 of another type", "", "\noctets~", "octets~", OCTETS),
  printed("5.4 in another charset", "", "\n\0u\0t\0f\0", "utf", "text/plain; charset=UTF-16LE"),
  printed("5.4 limit cuts", "?limit=4", "\nabcdef", "abc"),
  printed("5.4 limit 0 does not", "?limit=0", `\n${"x".repeat(5)}`, "xxxxx"),
  printed("5.4 another keymap", "?keymap=de", "\nyz-", "zy/"),
  printed("5.4 quotes and dashes are made plain", "", "\n‘a’ “b” „c‚ 1–2", "'a' \"b\" \"c' 1-2"),
  printed("5.4 what cannot be typed is left out", "", "\na\r\u0007é😀—b", "ab"),
  printed("5.4 slowly", "?slow=1", "\nSlow", "Slow"),
  printed("5.4 with a delay", "?delay=0.001&slow=0", "\nLater", "Later"),
  printed("5.4 nothing", "", "", "Later"),
  ...(
    [
      ["keymap=xx", "The argument 'xx' is not a valid keymap"],
      ["keymap=", "The argument '' is not a valid keymap"],
      ["keymap=../../passwd", "The argument '../../passwd' is not a valid keymap"],
      ["limit=-1", "The argument '-1' must be int and greater or equial than 0"],
      ["delay=6", "The argument '6.0' must be keys delay and lesser or equal then 5"],
      ["delay=x", "The argument 'x' is not a valid keys delay"],
      ["slow=2", `The argument '2' is not a valid ${BOOL}`],
    ] as const
  ).map(([query, message]) => refused(`5.4 ${query}`, `${HID}/print?${query}`, message)),
  {
    section: "5.4 a text over the bound of a body",
    method: "POST",
    path: `${HID}/print?limit=1`,
    body: "x".repeat(70_000),
    status: 413,
    text: "413: Request Entity Too Large",
  },
];

export const HID_ROWS: readonly Row[] = [...STATES, ...SWITCHES, ...KEYBOARD, ...MOUSE, ...PRINT];
