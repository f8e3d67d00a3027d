import { describe, expect, test } from "bun:test";
import type { Batch } from "../../../src/control/events.ts";
import { readMessage } from "../../../src/http/kvmd/message.ts";
import { createRandom } from "../../hid/random.ts";

/** The events of a message; undefined for what is let be. */
function eventsOf(message: Uint8Array | string): Batch | undefined {
  const read = readMessage(message);
  return read?.kind === "input" ? read.events : undefined;
}

function json(event_type: string, event: unknown): string {
  return JSON.stringify({ event_type, event });
}

const DOWN = { kind: "key", usage: 0x04, pressed: true } as const;
const UP = { kind: "key", usage: 0x04, pressed: false } as const;
const MIDDLE = { kind: "move", x: 0x8000 / 0xffff, y: 0x8000 / 0xffff } as const;

describe("bytes", () => {
  // As a client of kvmd's sends them, in hexadecimal.
  test.each<[string, string, Batch]>([
    ["a key goes down", "01 01 4b6579 41", [DOWN]],
    ["a key comes up", "01 00 4b6579 41", [UP]],
    ["a key is finished", "01 03 4b6579 41", [DOWN, UP]],
    ["a modifier is not", "01 03 53686966744c656674", [{ ...DOWN, usage: 0xe1 }]],
    ["Linux's number of a key", "01 81 001e", [DOWN]],
    ["and of its release", "01 80 001e", [UP]],
    ["and finished", "01 83 001e", [DOWN, UP]],
    ["a button goes down", "02 01 6c656674", [{ kind: "button", button: 1, pressed: true }]],
    ["a side button comes up", "02 00 7570", [{ kind: "button", button: 8, pressed: false }]],
    ["Linux's number of a button", "02 81 0112", [{ kind: "button", button: 4, pressed: true }]],
    ["the pointer to the middle", "03 0000 0000", [MIDDLE]],
    ["to the top left", "03 8000 8000", [{ kind: "move", x: 0, y: 0 }]],
    ["to the bottom right", "03 7fff 7fff", [{ kind: "move", x: 1, y: 1 }]],
    ["the mouse by 1 and −1", "04 00 01ff", [{ kind: "nudge", dx: 1, dy: -1 }]],
    ["by −128, which is too far", "04 00 8000", [{ kind: "nudge", dx: -127, dy: 0 }]],
    [
      "twice",
      "04 00 0102 0304",
      [
        { kind: "nudge", dx: 1, dy: 2 },
        { kind: "nudge", dx: 3, dy: 4 },
      ],
    ],
    ["twice at once", "04 01 0102 0304", [{ kind: "nudge", dx: 4, dy: 6 }]],
    ["the wheel up", "05 00 0001", [{ kind: "wheel", wheel: 1, pan: 0 }]],
    [
      "squashed as far as it goes",
      "05 01 007f 0001",
      [
        { kind: "wheel", wheel: 127, pan: 0 },
        { kind: "wheel", wheel: 1, pan: 0 },
      ],
    ],
  ])("%s", (_, hex, events) => {
    expect(eventsOf(Uint8Array.fromHex(hex.replaceAll(" ", "")))).toEqual(events);
  });

  test("a ping is answered by one byte, and nothing ends it", () => {
    expect(readMessage(Uint8Array.of(0))).toEqual({ kind: "ping", pong: Uint8Array.of(255) });
    expect(readMessage(new Uint8Array())).toEqual({ kind: "end" });
  });

  test.each([
    ...["01", "0101", "0101 6b657961", "0181", "0181 00", "0181 001e 00", "0181 ffff", "0101 ff"],
    ...[
      "02",
      "0201",
      "0201 6e6f6e65",
      "0281 0000",
      "0281 0117",
      "03",
      "03 000000",
      "03 0000000000",
    ],
    ...["04", "0400", "0400 01", "0400 010203", "0401 0000", "0500 01", "06 00", "c8", "ff 01"],
  ])("%s is let be", (hex) => {
    expect(readMessage(Uint8Array.fromHex(hex.replaceAll(" ", "")))).toBeUndefined();
  });
});

describe("JSON", () => {
  test.each<[string, unknown, Batch]>([
    ["key", { key: "KeyA", state: true }, [DOWN]],
    ["key", { key: " KeyA ", state: "true", finish: "YES" }, [DOWN, UP]],
    ["key", { key: "KeyA", state: 0, finish: 1 }, [UP]],
    ["mouse_button", { button: "LEFT", state: 1 }, [{ kind: "button", button: 1, pressed: true }]],
    ["mouse_move", { to: { x: 0, y: "0" } }, [MIDDLE]],
    ["mouse_move", { to: { x: -99_999, y: 99_999 } }, [{ kind: "move", x: 0, y: 1 }]],
    ["mouse_relative", { delta: { x: 1, y: -200 } }, [{ kind: "nudge", dx: 1, dy: -127 }]],
    [
      "mouse_relative",
      {
        delta: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
        squash: "1",
      },
      [{ kind: "nudge", dx: 4, dy: 6 }],
    ],
    [
      "mouse_wheel",
      {
        delta: [
          { x: 1, y: 2 },
          { x: 0, y: 0 },
        ],
        squash: false,
      },
      [
        { kind: "wheel", wheel: 2, pan: 1 },
        { kind: "wheel", wheel: 0, pan: 0 },
      ],
    ],
  ])("%s, %#", (type, event, events) => {
    expect(eventsOf(json(type, event))).toEqual(events);
  });

  test("a ping is answered by a pong", () => {
    const pong = '{"event_type":"pong","event":{}}';
    expect(readMessage(json("ping", {}))).toEqual({ kind: "ping", pong });
  });

  test.each<string>([
    ...["", "{", "null", "[]", "1", '"ping"', "{}", '{"event_type":"ping"}'],
    ...[json("ping", null), json("ping", []), json("ping", "x"), '{"event":{}}'],
    ...[json("nothing", {}), json("toString", {}), '{"event_type":7,"event":{}}'],
    ...[json("key", {}), json("key", { key: "KeyA" }), json("key", { key: "keya", state: 1 })],
    ...[json("key", { key: 4, state: 1 }), json("key", { key: "KeyA", state: "down" })],
    ...[json("key", { key: "KeyA", state: null }), json("key", { key: ["KeyA"], state: 1 })],
    ...[json("key", { key: "KeyA".repeat(99), state: 1 }), json("key", { key: "__proto__" })],
    ...[json("mouse_button", { button: "side", state: 1 }), json("mouse_button", { state: 1 })],
    ...[json("mouse_move", {}), json("mouse_move", { to: 7 }), json("mouse_move", { to: {} })],
    ...[json("mouse_move", { to: { x: 1.5, y: 0 } }), json("mouse_move", { to: { x: 1 } })],
    ...[json("mouse_relative", {}), json("mouse_relative", { delta: [] })],
    ...[json("mouse_relative", { delta: [{ x: 1, y: 1 }, null] })],
    ...[json("mouse_relative", { delta: { x: 1, y: 1 }, squash: "maybe" })],
    ...[json("mouse_wheel", { delta: { x: true, y: 1 } }), json("mouse_wheel", { delta: "1" })],
  ])("%s is let be", (text) => {
    expect(readMessage(text)).toBeUndefined();
  });
});

test("whatever comes is read without a fault, and gives nothing that a report cannot hold", () => {
  const below = createRandom(42);
  const samples = ["01014b657941", "02016c656674", "0300000000", "040001ff", "0501007f0001"];
  for (let times = 0; times < 20_000; times++) {
    const sample = Uint8Array.fromHex(samples[below(samples.length)] ?? "");
    const bytes = below(3) === 0 ? sample : new Uint8Array(below(40)).map(() => below(256));
    for (let changes = below(4); changes > 0; changes--) bytes[below(bytes.length)] = below(256);
    const message = below(4) === 0 ? Buffer.from(bytes).toString("latin1") : bytes;
    for (const event of eventsOf(message) ?? []) {
      if (event.kind === "move") {
        expect(Math.min(event.x, event.y)).toBeGreaterThanOrEqual(0);
        expect(Math.max(event.x, event.y)).toBeLessThanOrEqual(1);
      }
      if (event.kind === "wheel") expect(Math.abs(event.wheel)).toBeLessThanOrEqual(127);
    }
  }
});
