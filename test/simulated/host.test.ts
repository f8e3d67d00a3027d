import { describe, expect, test } from "bun:test";
import type { Endpoint } from "../../src/hid/descriptors.ts";
import { SimulatedHost } from "../../src/simulated/host.ts";
import { createPalette } from "../../src/simulated/palette.ts";
import { Planes } from "../../src/video/planes.ts";
import { NOON, NOTHING, picture, press, random, readText, type } from "./read.ts";

const SIZES = [
  [160, 120],
  [321, 241],
  [641, 479],
  [1280, 720],
  [1920, 1080],
  [4096, 2160],
] as const;

/** The row of values of the line in which a field is. */
function fieldText(host: SimulatedHost, planes: Planes, label: string): string {
  const { layout } = host;
  const placed = layout.fields.find(({ field }) => field.label === label);
  const place = layout.fieldTexts[placed?.line ?? -1];
  if (placed === undefined || place === undefined) throw new Error(`no field ${label}`);
  const row = readText(planes, place, layout.face)[layout.roomy ? 1 : 0] ?? "";
  return row.slice(placed.column, placed.column + placed.field.columns);
}

/** Which lamps of a field are lit, by the luma of their paper: a lamp's first pixel is paper. */
function litLamps(host: SimulatedHost, planes: Planes, label: string): string[] {
  const { layout } = host;
  const placed = layout.fields.find(({ field }) => field.label === label);
  const place = layout.fieldTexts[placed?.line ?? -1];
  if (placed === undefined || place === undefined) throw new Error(`no field ${label}`);
  const on = createPalette().lampOn.paper;
  const y = place.y + (layout.roomy ? layout.face.height : 0);
  const lit: string[] = [];
  let column = placed.column;
  for (const { text } of placed.field.segments(host.state)) {
    const x = place.x + column * layout.face.width;
    if (planes.y[y * planes.strideY + x] === on.y) {
      expect(planes.v[(y >> 1) * planes.strideC + (x >> 1)]).toBe(on.v);
      lit.push(text.trim());
    }
    column += text.length;
  }
  return lit;
}

describe.each(SIZES)("at %ix%i", (width, height) => {
  /** The pointer is moved to the lower right corner: it covers none of what is read. */
  function create(): SimulatedHost {
    const host = new SimulatedHost({ width, height });
    host.report("pointer", Uint8Array.of(0, 0xff, 0x7f, 0xff, 0x7f, 0, 0));
    return host;
  }

  test("typed text stands in the pixels", () => {
    const host = create();
    type(host, "echo 'Hi, #1!'\n~{|}");
    const { consoleText, face } = host.layout;
    const shown = readText(picture(host, width, height), consoleText, face);
    const typed = shown.slice(shown.findIndex((row) => row.startsWith("$ ")));
    expect(typed.slice(0, 2)).toEqual(["$ echo 'Hi, #1!'", "$ ~{|}"]);
    expect(
      shown
        .map((row) => row.trimEnd())
        .join("\n")
        .trimEnd(),
    ).toBe(
      host.state.console
        .view()
        .map((row) => row.trimEnd())
        .join("\n"),
    );
  });

  test("the clock and the frame number stand in the bar", () => {
    const host = create();
    const planes = picture(host, width, height, { wallMs: 3_600_000 * 5 + 61_000, frame: 42 });
    const [bar = ""] = readText(planes, host.layout.barText, host.layout.face);
    expect(bar).toContain("frame 42  05:01:01");
  });

  test("the pointer's tip is where the reports put it", () => {
    const host = create();
    const black = createPalette().pointerEdge.y;
    host.report("pointer", Uint8Array.of(0, 0x00, 0x20, 0x00, 0x30, 0, 0));
    host.report("mouse", Uint8Array.of(0, 3, 0xfe, 0, 0));
    const { x, y } = host.state.pointer;
    const planes = picture(host, width, height);
    expect(planes.y[y * planes.strideY + x]).toBe(black);
    expect(fieldText(host, planes, "pointer").trimEnd()).toBe(`x ${String(x).padEnd(4)}  y ${y}`);
  });

  test("draws the same picture for the same reports, however often it drew before", () => {
    const next = random(width);
    const byte = (below: number) => Math.floor(next() * below);
    const busy = create();
    const planes = new Planes(width, height);
    const sent: [Endpoint, Uint8Array][] = [];
    for (let step = 0; step < 60; step++) {
      const kind = byte(4);
      const report: [Endpoint, Uint8Array] =
        kind === 0
          ? ["pointer", Uint8Array.of(byte(32), byte(256), byte(128), byte(256), byte(128), 1, 2)]
          : kind === 1
            ? ["mouse", Uint8Array.of(byte(32), byte(256), byte(256), byte(256), byte(256))]
            : ["keyboard", Uint8Array.of(byte(8) ? 0 : byte(256), 0, byte(0x66), 0, 0, 0, 0, 0)];
      sent.push(report);
      busy.report(...report);
      if (byte(3) === 0) busy.draw(planes, { wallMs: step * 777, frame: step });
    }
    const fresh = create();
    for (const report of sent) fresh.report(...report);
    busy.draw(planes, NOON);
    const { y, u, v } = picture(fresh, width, height);
    expect(Buffer.compare(planes.y, y)).toBe(0);
    expect(Buffer.compare(planes.u, u)).toBe(0);
    expect(Buffer.compare(planes.v, v)).toBe(0);
    const again = picture(busy, width, height);
    expect(Buffer.compare(again.y, y)).toBe(0);
  });
});

describe("the status strip", () => {
  const width = 1280;
  const height = 720;

  test("lights the buttons that are held, and the pointer changes colour", () => {
    const host = new SimulatedHost({ width, height });
    const body = () => {
      const planes = picture(host, width, height);
      const { x, y } = host.state.pointer;
      return planes.y[(y + 3) * planes.strideY + x + 1];
    };
    expect(litLamps(host, picture(host, width, height), "buttons")).toEqual([]);
    expect(body()).toBe(255);
    host.report("mouse", Uint8Array.of(0x15, 0, 0, 0, 0));
    expect(litLamps(host, picture(host, width, height), "buttons")).toEqual(["L", "M", "F"]);
    expect(body()).toBe(createPalette().pointerPressed.y);
  });

  test("counts both wheels", () => {
    const host = new SimulatedHost({ width, height });
    host.report("mouse", Uint8Array.of(0, 0, 0, 5, 0xfd));
    expect(fieldText(host, picture(host, width, height), "wheel")).toBe("V +5      H -3    ");
    for (let count = 0; count < 99; count++) {
      host.report("mouse", Uint8Array.of(0, 0, 0, 0x81, 0x81));
    }
    expect(fieldText(host, picture(host, width, height), "wheel")).toBe("V -12568  H -12576");
  });

  test("lights the LEDs and the modifiers of each side", () => {
    const host = new SimulatedHost({ width, height });
    press(host, 0, 0x39);
    press(host, 0, 0x47);
    host.report("keyboard", Uint8Array.of(0x83, 0, 0, 0, 0, 0, 0, 0));
    const planes = picture(host, width, height);
    expect(host.leds).toBe(6);
    expect(litLamps(host, planes, "LEDs")).toEqual(["Caps", "Scroll"]);
    expect(litLamps(host, planes, "left modifiers")).toEqual(["Ctrl", "Shift"]);
    expect(litLamps(host, planes, "right modifiers")).toEqual(["Meta"]);
  });

  test("names the last keys, newest first", () => {
    const host = new SimulatedHost({ width, height });
    press(host, 0, 0x3a);
    press(host, 0x05, 0x4c);
    const { keysText, face } = host.layout;
    const [keys = ""] = readText(picture(host, width, height), keysText, face);
    expect(keys).toBe("last keys   Ctrl+Alt+Delete  F1");
  });
});

test("a report of a wrong length is counted and changes nothing", () => {
  const host = new SimulatedHost({ width: 320, height: 240 });
  const before = picture(host, 320, 240);
  host.report("keyboard", Uint8Array.of(0, 0, 4, 0, 0, 0, 0));
  host.report("pointer", NOTHING);
  host.report("mouse", Uint8Array.of());
  expect(host.malformed).toBe(3);
  expect(picture(host, 320, 240)).toEqual(before);
});

test("1024 characters typed in one go are all there", () => {
  const host = new SimulatedHost({ width: 1920, height: 1080 });
  const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index));
  const text = printable.repeat(11).slice(0, 1024);
  type(host, text);
  host.report("pointer", Uint8Array.of(0, 0xff, 0x7f, 0xff, 0x7f, 0, 0));
  const { consoleText, face } = host.layout;
  const rows = readText(picture(host, 1920, 1080), consoleText, face);
  const shown = rows.map((row) => row.padEnd(consoleText.columns)).join("");
  expect(shown).toContain(`$ ${text}`);
});

test("sizes too small to show much still draw", () => {
  const next = random(99);
  for (let round = 0; round < 100; round++) {
    const width = 1 + Math.floor(next() * 200);
    const height = 1 + Math.floor(next() * 200);
    const host = new SimulatedHost({ width, height });
    type(host, "hello\n");
    host.report("mouse", Uint8Array.of(1, 0x7f, 0x7f, 1, 1));
    const planes = picture(host, width, height);
    expect(planes.u.subarray(0, planes.chromaWidth).every((value) => value > 0)).toBe(true);
  }
});

test("planes of another size are refused", () => {
  const host = new SimulatedHost({ width: 320, height: 240 });
  expect(() => host.draw(new Planes(320, 242), NOON)).toThrow("make the planes of the screen's");
});
