/** What the lab measures with must itself be right, and must be able to say no. */
import { describe, expect, test } from "bun:test";
import { decodeEvents, EV, encodeEvent, hasBit, type InputEvent } from "./guest/evdev.ts";
import { LINUX_KEYS, printableText, typedText } from "./guest/keys.ts";
import { fromYuyv, type Picture, parsePpm, pixel, samePicture } from "./guest/picture.ts";
import { same } from "./guest/run.ts";
import type { RawFrame } from "./guest/vivid.ts";

describe("evdev", () => {
  test("decodes struct input_event", () => {
    const bytes = Uint8Array.of(
      ...[0x01, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0],
      ...[0x02, 0x00, 0x08, 0x00, 0xff, 0xff, 0xff, 0xff],
      // The next one is cut short and waits for its rest.
      ...[0x01, 0, 0, 0, 0, 0, 0, 0],
    );
    expect(decodeEvents(bytes)).toEqual([{ time: 1_000_002, type: 2, code: 8, value: -1 }]);
  });

  test("encodes what it decodes", () => {
    expect(decodeEvents(encodeEvent(EV.LED, 1, -5))).toEqual([
      { time: 0, type: EV.LED, code: 1, value: -5 },
    ]);
  });

  test("finds a bit in sysfs's words, the highest word first", () => {
    expect(hasBit("1 40000000", 30)).toBe(true);
    expect(hasBit("1 40000000", 64)).toBe(true);
    expect(hasBit("1 40000000", 31)).toBe(false);
    expect(hasBit("40000000", 64)).toBe(false);
  });
});

function presses(...keys: readonly (readonly [name: string, value: number])[]): InputEvent[] {
  return keys.map(([name, value]) => ({
    time: 0,
    type: EV.KEY,
    code: LINUX_KEYS.get(name) ?? -1,
    value,
  }));
}

describe("keys", () => {
  test("has every code of linux/input-event-codes.h once", () => {
    expect(LINUX_KEYS.size).toBe(126);
    expect(new Set(LINUX_KEYS.values()).size).toBe(126);
    const known = {
      Escape: 1,
      KeyA: 30,
      Slash: 53,
      F12: 88,
      Insert: 110,
      MetaRight: 126,
      F24: 194,
    };
    for (const [name, code] of Object.entries(known)) expect(LINUX_KEYS.get(name)).toBe(code);
  });

  test("reads text with Shift, and shows what is still down", () => {
    const held = presses(["ShiftRight", 1], ["KeyA", 1], ["KeyA", 0], ["Quote", 1], ["Quote", 0]);
    expect(typedText(held)).toBe('A"<still down: 54>');
    expect(typedText(presses(["KeyZ", 1], ["KeyZ", 0], ["Enter", 1], ["Enter", 0]))).toBe("z\n");
    expect(typedText(presses(["F1", 1], ["F1", 0]))).toBe("<59>");
  });

  test("its text has every printable character, doubles, and the length asked for", () => {
    const text = printableText(1024);
    expect(text).toHaveLength(1024);
    expect(new Set(text).size).toBe(95);
    expect(text).toMatch(/^[ -~]*(.)\1[ -~]*$/);
  });
});

/** Eight vertical bars of 64 pixels, as limited-range YUYV of a full-colour test picture. */
function bars(matrix: RawFrame["matrix"]): RawFrame {
  const colours = [
    ...[
      [235, 128, 128],
      [210, 16, 146],
      [170, 166, 16],
      [145, 54, 34],
    ],
    ...[
      [106, 202, 222],
      [81, 90, 240],
      [41, 240, 110],
      [16, 128, 128],
    ],
  ];
  const width = 64 * colours.length;
  const height = 64;
  const row = colours.flatMap(([y = 0, u = 0, v = 0]) => Array(32).fill([y, u, y, v]).flat());
  const bytes = new Uint8Array(Array(height).fill(row).flat());
  return { width, height, stride: width * 2, matrix, bytes };
}

describe("picture", () => {
  test("YUYV becomes the colours that BT.601 defines", () => {
    const picture = fromYuyv(bars("bt601"));
    expect(pixel(picture, 32, 32)).toEqual([255, 255, 255]);
    expect(pixel(picture, 480, 32)).toEqual([0, 0, 0]);
    const [red = 0, green = 255, blue = 255] = pixel(picture, 5 * 64 + 32, 32);
    expect([red >= 253, green <= 2, blue <= 2]).toEqual([true, true, true]);
  });

  test("reads a PPM, and refuses one that is cut short", () => {
    const header = new TextEncoder().encode("P6\n2 1\n255\n");
    const ppm = Uint8Array.of(...header, 1, 2, 3, 4, 5, 6);
    expect(pixel(parsePpm(ppm), 1, 0)).toEqual([4, 5, 6]);
    expect(() => parsePpm(ppm.subarray(0, -1))).toThrow("PPM of 5 bytes");
  });

  const good = fromYuyv(bars("bt601"));
  const changed = (change: (rgb: Uint8Array) => Uint8Array): Picture => ({
    ...good,
    rgb: change(good.rgb.slice()),
  });

  test("takes the small differences that JPEG makes", () => {
    const noisy = changed((rgb) => rgb.map((value) => (value < 128 ? value + 2 : value - 2)));
    samePicture(noisy, good);
  });

  const wrongs: Record<string, () => Picture> = {
    "the wrong matrix": () => fromYuyv(bars("bt709")),
    "red and blue swapped": () =>
      changed((rgb) => rgb.map((_, at) => rgb[at + 2 - 2 * (at % 3)] ?? 0)),
    "limited range taken for full": () => changed((rgb) => rgb.map((v) => 16 + (v * 219) / 255)),
    "one strip of 16 rows black": () => changed((rgb) => rgb.fill(0, 512 * 3 * 16, 512 * 3 * 32)),
    "another size": () => ({ ...good, width: 256, height: 128 }),
  };
  test.each(Object.keys(wrongs))("refuses %s", (name) => {
    const picture = wrongs[name]?.() ?? good;
    expect(() => samePicture(picture, good)).toThrow();
  });
});

test("same tells both values", () => {
  expect(() => same("keys", [1], [2])).toThrow("keys: got [1], wanted [2]");
});
