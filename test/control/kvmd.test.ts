import { describe, expect, test } from "bun:test";
import {
  buttonOf,
  keyEvents,
  moveEvent,
  nudgeEvent,
  printed,
  shortcutEvents,
  squashed,
  usageOf,
  wheelEvent,
} from "../../src/control/kvmd.ts";
import { layoutOf } from "../../src/hid/layout.ts";
import { mouseReports, pointerReport } from "../../src/hid/reports.ts";
import { createRandom } from "../hid/random.ts";

const US = layoutOf("us");

test("finish lets go of a key that goes down, and of none that is for others", () => {
  const down = { kind: "key", usage: 0x04, pressed: true } as const;
  const up = { ...down, pressed: false };
  expect(keyEvents(0x04, true, true)).toEqual([down, up]);
  expect(keyEvents(0x04, true, false)).toEqual([down]);
  expect(keyEvents(0x04, false, true)).toEqual([up]);
  for (const usage of [0x46, 0xe0, 0xe7]) {
    expect(keyEvents(usage, true, true)).toEqual([{ ...down, usage }]);
  }
});

test("a shortcut goes down in order and up in reverse, with a pause before each", () => {
  const events = shortcutEvents([0xe0, 0x04]);
  const keys = events.flatMap((event) =>
    event.kind === "key" ? [[event.usage, event.pressed]] : [],
  );
  expect(keys).toEqual([
    [0xe0, true],
    [0x04, true],
    [0x04, false],
    [0xe0, false],
  ]);
  expect(events.filter((_, at) => at % 2 === 0)).toEqual(
    Array(4).fill({ kind: "delay", milliseconds: 50 }),
  );
});

test("positions run from edge to edge, with 0 in the middle", () => {
  const bytesAt = (at: number) => {
    const event = moveEvent(at, at);
    if (event.kind !== "move") throw new Error(event.kind);
    return pointerReport(0, event.x, event.y, 0, 0).bytes.toHex();
  };
  expect(bytesAt(-32768)).toBe("00000000000000");
  expect(bytesAt(0)).toBe("00004000400000");
  expect(bytesAt(32767)).toBe("00ff7fff7f0000");
});

test("wheels turn up and to the right, as kvmd's do", () => {
  expect(wheelEvent({ x: 3, y: 4 })).toEqual({ kind: "wheel", wheel: 4, pan: 3 });
  expect(nudgeEvent({ x: 3, y: -4 })).toEqual({ kind: "nudge", dx: 3, dy: -4 });
});

test("names and numbers of keys and buttons", () => {
  expect([usageOf("KeyA"), usageOf(30), usageOf("keya"), usageOf(0)]).toEqual([
    ...[0x04, 0x04],
    ...[undefined, undefined],
  ]);
  const numbers = Array.from({ length: 9 }, (_, at) => buttonOf(0x10f + at));
  expect(numbers).toEqual([undefined, 1, 2, 4, 8, 16, 16, 8, undefined]);
  expect([buttonOf("up"), buttonOf("down")]).toEqual([8, 16]);
});

describe("squashing", () => {
  test("sums until a report is full, and says nothing of nothing", () => {
    const of = (...deltas: [number, number][]) =>
      squashed(deltas.map(([x, y]) => ({ x, y }))).map(({ x, y }) => [x, y]);
    expect(of()).toEqual([]);
    expect(of([1, 2], [-1, -2])).toEqual([]);
    expect(of([100, 0], [27, 0])).toEqual([[127, 0]]);
    expect(of([100, 0], [28, 1], [1, 1])).toEqual([
      [100, 0],
      [29, 2],
    ]);
    expect(of([0, -127], [0, -1])).toEqual([
      [0, -127],
      [0, -1],
    ]);
  });

  test("keeps every sum, and each fits into one report", () => {
    const below = createRandom(7);
    for (let times = 0; times < 200; times++) {
      const deltas = Array.from({ length: below(40) }, () => ({
        x: below(255) - 127,
        y: below(255) - 127,
      }));
      const sum = (list: readonly { x: number; y: number }[]) =>
        list.reduce((total, { x, y }) => [(total[0] ?? 0) + x, (total[1] ?? 0) + y], [0, 0]);
      const sums = squashed(deltas);
      expect(sum(sums)).toEqual(sum(deltas));
      for (const { x, y } of sums) expect(mouseReports(0, x, y, 0, 0)).toHaveLength(1);
    }
  });
});

describe("a printed text", () => {
  test("is cut into turns of 1024 characters, and says what was left out", () => {
    const batches = [...printed("é".repeat(1024) + "a".repeat(1025), US, 0)].flat();
    const counts = batches.map(
      (event) => event.kind === "text" && [event.characters, event.skipped],
    );
    expect(counts).toEqual([
      [0, 1024],
      [1024, 0],
      [1, 0],
    ]);
  });

  test("takes a minute a turn at most, however slow", () => {
    for (const pauseMs of [1, 20, 999, 5000, 60_000]) {
      const turns = [...printed("a".repeat(300), US, pauseMs)].flat();
      const characters = turns.map((event) => (event.kind === "text" ? event.characters : 0));
      expect(characters.reduce((sum, count) => sum + count, 0)).toBe(300);
      expect(Math.max(...characters) === 1 || 2 * pauseMs * Math.max(...characters) <= 60_000).toBe(
        true,
      );
    }
  });

  test("keeps a quote that the layout has, and makes another plain", () => {
    const strokes = (text: string, name: "us" | "de") =>
      [...printed(text, layoutOf(name), 0)]
        .flat()
        .flatMap((event) => (event.kind === "text" ? event.strokes : []));
    expect(strokes("„–", "us")).toEqual(strokes('"-', "us"));
    expect(strokes("„", "de")).not.toEqual(strokes('"', "de"));
  });
});
