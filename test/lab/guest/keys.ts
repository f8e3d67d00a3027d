/** Linux key codes (linux/input-event-codes.h) by W3C `code`, and what they type on a US host. */
import type { InputEvent } from "./evdev.ts";
import { EV } from "./evdev.ts";

/** The first Linux code of each unbroken run, and the keys' W3C names in the order of codes. */
const RUNS: readonly (readonly [first: number, names: string])[] = [
  [1, "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0"],
  [12, "Minus Equal Backspace Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP"],
  [26, "BracketLeft BracketRight Enter ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ"],
  [37, "KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash KeyZ KeyX KeyC KeyV"],
  [48, "KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space"],
  [58, "CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock"],
  [71, "Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd"],
  [79, "Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal"],
  [86, "IntlBackslash F11 F12 IntlRo"],
  [92, "Convert KanaMode NonConvert"],
  [96, "NumpadEnter ControlRight NumpadDivide PrintScreen AltRight"],
  [102, "Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete"],
  [117, "NumpadEqual"],
  [119, "Pause"],
  [121, "NumpadComma Lang1 Lang2 IntlYen MetaLeft MetaRight ContextMenu"],
  [183, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24"],
];

/** kvmd's 126 names but volume and power, and NumpadEqual, NumpadComma, Lang1 and Lang2. */
export const LINUX_KEYS: ReadonlyMap<string, number> = new Map(
  RUNS.flatMap(([first, names]) =>
    names.split(" ").map((name, index) => [name, first + index] as const),
  ),
);

/** Media keys, in the order in which the lab presses them. */
export const CONSUMER_KEYS: ReadonlyMap<string, number> = new Map([
  ...([
    ["AudioVolumeMute", 113],
    ["AudioVolumeDown", 114],
    ["AudioVolumeUp", 115],
  ] as const),
  ...([
    ["MediaPlayPause", 164],
    ["MediaTrackNext", 163],
    ["MediaTrackPrevious", 165],
  ] as const),
  ...([
    ["MediaStop", 166],
    ["MediaSelect", 171],
    ["Eject", 161],
    ["MediaRecord", 167],
  ] as const),
  ...([
    ["MediaPlay", 207],
    ["MediaFastForward", 208],
    ["MediaRewind", 168],
  ] as const),
  ...([
    ["MediaPause", 119],
    ["LaunchMail", 155],
    ["LaunchApp1", 144],
    ["LaunchApp2", 140],
  ] as const),
  ...([
    ["BrowserSearch", 217],
    ["BrowserHome", 172],
    ["BrowserBack", 158],
  ] as const),
  ...([
    ["BrowserForward", 159],
    ["BrowserStop", 128],
    ["BrowserRefresh", 173],
  ] as const),
  ...([
    ["BrowserFavorites", 156],
    ["BrightnessUp", 225],
    ["BrightnessDown", 224],
  ] as const),
]);

export const SYSTEM_KEYS: ReadonlyMap<string, number> = new Map([
  ["Power", 116],
  ["Sleep", 142],
  ["WakeUp", 143],
]);

/** The first Linux code of each row of a US keyboard; what it types alone, and with Shift. */
const ROWS: readonly (readonly [first: number, plain: string, shifted: string])[] = [
  [2, "1234567890-=", "!@#$%^&*()_+"],
  [15, "\tqwertyuiop[]\n", "\tQWERTYUIOP{}\n"],
  [30, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [43, "\\zxcvbnm,./", "|ZXCVBNM<>?"],
  [57, " ", " "],
];

const CHARACTERS: ReadonlyMap<number, readonly [plain: string, shifted: string]> = new Map(
  ROWS.flatMap(([first, plain, shifted]) =>
    [...plain].map((character, index) => [first + index, [character, shifted[index] ?? ""]]),
  ),
);

const SHIFTS = [42, 54];

/** What a person at a US keyboard would have typed; a key that types nothing is `<code>`. */
export function typedText(events: readonly InputEvent[]): string {
  const down = new Set<number>();
  let text = "";
  for (const { type, code, value } of events) {
    if (type !== EV.KEY) continue;
    if (value === 0) down.delete(code);
    else down.add(code);
    if (value === 0 || SHIFTS.includes(code)) continue;
    const shift = SHIFTS.some((key) => down.has(key));
    text += CHARACTERS.get(code)?.[shift ? 1 : 0] ?? `<${code}>`;
  }
  if (down.size > 0) text += `<still down: ${[...down].join(" ")}>`;
  return text;
}

/** A text of `length` printable ASCII characters, every one of them among it, some doubled. */
export function printableText(length: number): string {
  let state = 0x2026_1121;
  let text = "";
  for (let code = 32; code <= 126; code++) text += String.fromCharCode(code);
  while (text.length < length) {
    // xorshift32, so that every run types the same.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const character = String.fromCharCode(32 + ((state >>> 8) % 95));
    text += (state & 7) === 0 ? character + character : character;
  }
  return text.slice(0, length);
}
