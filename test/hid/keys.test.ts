import { expect, test } from "bun:test";
import { isModifier, KEY_USAGES, modifierBit } from "../../src/hid/keys.ts";

/** Usages of kvmd's key names, as its API reference lists them. */
const KNOWN: readonly (readonly [string, number])[] = [
  ["KeyA", 0x04],
  ["KeyZ", 0x1d],
  ["Digit1", 0x1e],
  ["Digit0", 0x27],
  ["Enter", 0x28],
  ["Escape", 0x29],
  ["Backspace", 0x2a],
  ["Tab", 0x2b],
  ["Space", 0x2c],
  ["Minus", 0x2d],
  ["Backslash", 0x31],
  ["Semicolon", 0x33],
  ["Backquote", 0x35],
  ["Slash", 0x38],
  ["CapsLock", 0x39],
  ["F1", 0x3a],
  ["F12", 0x45],
  ["PrintScreen", 0x46],
  ["Pause", 0x48],
  ["Insert", 0x49],
  ["Delete", 0x4c],
  ["PageDown", 0x4e],
  ["ArrowRight", 0x4f],
  ["ArrowUp", 0x52],
  ["NumLock", 0x53],
  ["NumpadEnter", 0x58],
  ["Numpad1", 0x59],
  ["Numpad0", 0x62],
  ["NumpadDecimal", 0x63],
  ["IntlBackslash", 0x64],
  ["ContextMenu", 0x65],
  ["F13", 0x68],
  ["F24", 0x73],
  ["IntlRo", 0x87],
  ["KanaMode", 0x88],
  ["IntlYen", 0x89],
  ["Convert", 0x8a],
  ["NonConvert", 0x8b],
  ["Lang5", 0x94],
  ["NumpadMemorySubtract", 0xd4],
  ["NumpadClearEntry", 0xd9],
  ["ControlLeft", 0xe0],
  ["MetaRight", 0xe7],
  ["Power", 0x010081],
  ["WakeUp", 0x010083],
  ["AudioVolumeMute", 0x0c00e2],
  ["AudioVolumeDown", 0x0c00ea],
  ["MediaTrackNext", 0x0c00b5],
  ["MediaStop", 0x0c00b7],
  ["MediaPlayPause", 0x0c00cd],
  ["LaunchMail", 0x0c018a],
  ["BrowserSearch", 0x0c0221],
  ["BrowserHome", 0x0c0223],
  ["BrowserBack", 0x0c0224],
  ["BrowserRefresh", 0x0c0227],
  ["BrowserFavorites", 0x0c022a],
];

test("codes have the usages of the pages", () => {
  for (const [code, usage] of KNOWN) expect([code, KEY_USAGES.get(code)]).toEqual([code, usage]);
});

test("all of kvmd's names and the rest of the pages are there, each usage once", () => {
  expect(KEY_USAGES.size).toBe(126 + 28 + 25);
  expect(new Set(KEY_USAGES.values()).size).toBe(KEY_USAGES.size);
  for (const code of KEY_USAGES.keys()) expect(code).toMatch(/^[A-Z][A-Za-z]*[0-9]{0,2}$/);
});

test("a modifier is a bit of the first byte, other keys are not", () => {
  const bits = [0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7].map(modifierBit);
  expect(bits).toEqual([0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80]);
  expect([0x04, 0xdf, 0xe8].map(modifierBit)).toEqual([0, 0, 0]);
  expect([0xdf, 0xe0, 0xe7, 0xe8].map(isModifier)).toEqual([false, true, true, false]);
});
