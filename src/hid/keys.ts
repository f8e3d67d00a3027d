/**
 * Names of keys: W3C `KeyboardEvent.code` to USB HID usages, those of the keyboard page (0x07) as
 * they are, those of other pages with the page in the upper 16 bits (HID 1.11, section 6.2.2.8).
 *
 * A `code` names a place on the keyboard, not what is printed on it, and so does a usage; the pairs
 * are those of the W3C "UI Events KeyboardEvent code Values" and the USB "HID Usage Tables",
 * sections 4, 10 and 15. kvmd's 126 names are all among them. Volume and power are on the keyboard
 * page too, where Windows does not look for them.
 */

/** The first usage of each unbroken run of named keys, with the names in the order of usages. */
const RUNS: readonly (readonly [first: number, names: string])[] = [
  [0x04, "KeyA KeyB KeyC KeyD KeyE KeyF KeyG KeyH KeyI KeyJ KeyK KeyL KeyM"],
  [0x11, "KeyN KeyO KeyP KeyQ KeyR KeyS KeyT KeyU KeyV KeyW KeyX KeyY KeyZ"],
  [0x1e, "Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0"],
  [0x28, "Enter Escape Backspace Tab Space Minus Equal BracketLeft BracketRight Backslash"],
  // 0x32 is what other keyboards have in the place of Backslash; it has no `code` of its own.
  [0x33, "Semicolon Quote Backquote Comma Period Slash CapsLock"],
  [0x3a, "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12"],
  [0x46, "PrintScreen ScrollLock Pause Insert Home PageUp Delete End PageDown"],
  [0x4f, "ArrowRight ArrowLeft ArrowDown ArrowUp"],
  [0x53, "NumLock NumpadDivide NumpadMultiply NumpadSubtract NumpadAdd NumpadEnter"],
  [0x59, "Numpad1 Numpad2 Numpad3 Numpad4 Numpad5 Numpad6 Numpad7 Numpad8 Numpad9 Numpad0"],
  [0x63, "NumpadDecimal IntlBackslash ContextMenu"],
  [0x67, "NumpadEqual"],
  [0x68, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24"],
  [0x74, "Open Help"],
  [0x77, "Select"],
  [0x79, "Again Undo Cut Copy Paste Find"],
  [0x85, "NumpadComma"],
  [0x87, "IntlRo KanaMode IntlYen Convert NonConvert"],
  [0x90, "Lang1 Lang2 Lang3 Lang4 Lang5"],
  [0x9b, "Abort"],
  [0xa3, "Props"],
  [0xb6, "NumpadParenLeft NumpadParenRight"],
  [0xbb, "NumpadBackspace"],
  [0xd0, "NumpadMemoryStore NumpadMemoryRecall NumpadMemoryClear"],
  [0xd3, "NumpadMemoryAdd NumpadMemorySubtract"],
  [0xd8, "NumpadClear NumpadClearEntry"],
  [0xe0, "ControlLeft ShiftLeft AltLeft MetaLeft ControlRight ShiftRight AltRight MetaRight"],
  [0x01_0081, "Power Sleep WakeUp"],
  [0x0c_006f, "BrightnessUp BrightnessDown"],
  [0x0c_00b0, "MediaPlay MediaPause MediaRecord MediaFastForward MediaRewind"],
  [0x0c_00b5, "MediaTrackNext MediaTrackPrevious MediaStop Eject"],
  [0x0c_00cd, "MediaPlayPause"],
  [0x0c_00e2, "AudioVolumeMute"],
  [0x0c_00e9, "AudioVolumeUp AudioVolumeDown"],
  [0x0c_0183, "MediaSelect"],
  [0x0c_018a, "LaunchMail"],
  [0x0c_0192, "LaunchApp2"],
  [0x0c_0194, "LaunchApp1"],
  [0x0c_0221, "BrowserSearch"],
  [0x0c_0223, "BrowserHome BrowserBack BrowserForward BrowserStop BrowserRefresh"],
  [0x0c_022a, "BrowserFavorites"],
];

/** Every key that can be pressed, by its W3C `code`. */
export const KEY_USAGES: ReadonlyMap<string, number> = new Map(
  RUNS.flatMap(([first, names]) =>
    names.split(" ").map((name, index) => [name, first + index] as const),
  ),
);

/** Generic desktop, where system control is, and consumer. */
export const SYSTEM_PAGE = 0x01;
export const CONSUMER_PAGE = 0x0c;

/** The page of a usage that is not of the keyboard page, 0 for one that is. */
export function pageOf(usage: number): number {
  return usage >>> 16;
}

const MODIFIER_FIRST = 0xe0;
const MODIFIER_LAST = 0xe7;

/** Whether `usage` belongs in the modifier byte of a keyboard report, not among its six keys. */
export function isModifier(usage: number): boolean {
  return usage >= MODIFIER_FIRST && usage <= MODIFIER_LAST;
}

/** The bit of a usage in the modifier byte: 0x01 for 0xe0 … 0x80 for 0xe7, 0 for other keys. */
export function modifierBit(usage: number): number {
  return isModifier(usage) ? 1 << (usage - MODIFIER_FIRST) : 0;
}
