/**
 * Linux's numbers of keys and buttons (linux/input-event-codes.h), for clients that have those: the
 * raw codes of kvmd's binary events.
 */
import { KEY_USAGES } from "./keys.ts";

/** The first number of each unbroken run, and the keys' W3C names in the order of numbers. */
const RUNS: readonly (readonly [first: number, names: string])[] = [
  [1, "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0"],
  [12, "Minus Equal Backspace Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP"],
  [26, "BracketLeft BracketRight Enter ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK"],
  [38, "KeyL Semicolon Quote Backquote ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN"],
  [50, "KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock"],
  [59, "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock Numpad7 Numpad8 Numpad9"],
  [74, "NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0"],
  [83, "NumpadDecimal"],
  [86, "IntlBackslash F11 F12 IntlRo"],
  [92, "Convert KanaMode NonConvert"],
  [96, "NumpadEnter ControlRight NumpadDivide PrintScreen AltRight"],
  [102, "Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete"],
  [113, "AudioVolumeMute AudioVolumeDown AudioVolumeUp Power NumpadEqual"],
  [119, "Pause"],
  [121, "NumpadComma Lang1 Lang2 IntlYen MetaLeft MetaRight ContextMenu BrowserStop Again"],
  [130, "Props Undo"],
  [133, "Copy Open Paste Find Cut Help"],
  [140, "LaunchApp2"],
  [142, "Sleep WakeUp LaunchApp1"],
  [155, "LaunchMail BrowserFavorites"],
  [158, "BrowserBack BrowserForward"],
  [161, "Eject"],
  [163, "MediaTrackNext MediaPlayPause MediaTrackPrevious MediaStop MediaRecord MediaRewind"],
  [171, "MediaSelect BrowserHome BrowserRefresh"],
  [183, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24"],
  [201, "MediaPause"],
  [207, "MediaPlay MediaFastForward"],
  [217, "BrowserSearch"],
  [224, "BrightnessDown BrightnessUp"],
];

/** Usages of keys.ts by Linux's number. */
export const USAGES_OF_EVDEV: ReadonlyMap<number, number> = new Map(
  RUNS.flatMap(([first, names]) =>
    names.split(" ").flatMap((name, index) => {
      const usage = KEY_USAGES.get(name);
      return usage === undefined ? [] : [[first + index, usage] as const];
    }),
  ),
);
