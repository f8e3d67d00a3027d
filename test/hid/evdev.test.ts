import { expect, test } from "bun:test";
import { USAGES_OF_EVDEV } from "../../src/hid/evdev.ts";
import { KEY_USAGES } from "../../src/hid/keys.ts";
import { CONSUMER_KEYS, LINUX_KEYS, SYSTEM_KEYS } from "../lab/guest/keys.ts";

/** The kernel reports these two by the number of another key than their own. */
const OTHERS = new Set(["MediaPause"]);

test("every key that the lab has seen from the kernel is known by its number", () => {
  for (const [name, code] of [...LINUX_KEYS, ...CONSUMER_KEYS, ...SYSTEM_KEYS]) {
    if (OTHERS.has(name)) continue;
    expect([name, USAGES_OF_EVDEV.get(code)]).toEqual([name, KEY_USAGES.get(name)]);
  }
});

test("no number stands for two keys, and none for a key that is not there", () => {
  expect(USAGES_OF_EVDEV.size).toBe(new Set(USAGES_OF_EVDEV.values()).size);
  expect(USAGES_OF_EVDEV.size).toBeGreaterThan(140);
  for (const code of [0, 84, 85, 0x110, 0x2ff, 0xffff]) {
    expect(USAGES_OF_EVDEV.has(code)).toBe(false);
  }
});
