import { describe, expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { type Batch, parseBatch as parse } from "../../src/control/events.ts";
import { layoutOf } from "../../src/hid/layout.ts";

const US = layoutOf("us");

function parseBatch(body: unknown, skip = false): Batch {
  return parse(body, { layout: US, skip });
}

/** The message of the refusal of a batch of these events, with its details. */
function refusal(...events: readonly unknown[]): [string, unknown] {
  return refusalOf({ events });
}

function refusalOf(body: unknown): [string, unknown] {
  try {
    parseBatch(body);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "bad_request") throw error;
    return [error.message, error.details];
  }
  throw new Error("nothing was refused");
}

describe("what is taken", () => {
  test("all five kinds, in the terms of HID", () => {
    const events = [
      ["keyboard", "KeyA", true],
      ["keyboard", "MetaLeft", false],
      ["mouse_abs", 31, 0, 1, -20, 20],
      ["mouse_abs", 0, 0.5, 1e-9, 0, 0],
      ["mouse_rel", 5, -32767, 32767, 20, -20],
      ["text", "a~ \t\n"],
      ["text", ""],
      ["delay", 0],
    ];
    expect(parseBatch({ events })).toEqual([
      { kind: "key", usage: 0x04, pressed: true },
      { kind: "key", usage: 0xe3, pressed: false },
      { kind: "pointer", buttons: 31, x: 0, y: 1, wheel: 20, pan: 20 },
      { kind: "pointer", buttons: 0, x: 0.5, y: 1e-9, wheel: 0, pan: 0 },
      { kind: "mouse", buttons: 5, dx: -32767, dy: 32767, wheel: -20, pan: -20 },
      {
        kind: "text",
        strokes: [
          { usage: 0x04, modifiers: 0 },
          { usage: 0x35, modifiers: 2 },
          { usage: 0x2c, modifiers: 0 },
          { usage: 0x2b, modifiers: 0 },
          { usage: 0x28, modifiers: 0 },
        ],
        characters: 5,
        skipped: 0,
      },
      { kind: "text", strokes: [], characters: 0, skipped: 0 },
      { kind: "delay", milliseconds: 0 },
    ]);
  });

  test("no events, 1024 events, 1024 characters, ten minutes of delay", () => {
    expect(parseBatch({ events: [] })).toEqual([]);
    expect(parseBatch({ events: Array(1024).fill(["text", "x"]) })).toHaveLength(1024);
    expect(parseBatch({ events: [["text", "x".repeat(1024)]] })).toHaveLength(1);
    expect(parseBatch({ events: Array(10).fill(["delay", 60_000]) })).toHaveLength(10);
  });

  test("the vendor's way of typing a long text in pieces", () => {
    const pieces = Array.from({ length: 35 }, () => [
      ["text", "a".repeat(30)],
      ["delay", 1000],
    ]);
    expect(parseBatch({ events: pieces.flat() })).toHaveLength(70);
  });
});

test("what the layout cannot make is skipped where that is asked for, and counted", () => {
  expect(parseBatch({ events: [["text", "é1\r😀"]] }, true)).toEqual([
    { kind: "text", strokes: [{ usage: 0x1e, modifiers: 0 }], characters: 1, skipped: 3 },
  ]);
});

describe("what is refused", () => {
  test("a body that is not an object with a list of events", () => {
    const expected = 'the body must be an object {"events": [EVENT, …]}';
    for (const body of [null, "text", 5, [], {}, { events: {} }, { Events: [] }]) {
      expect(refusalOf(body)).toEqual([expected, {}]);
    }
  });

  test("more than 1024 events", () => {
    const [message] = refusal(...Array(1025).fill(["delay", 0]));
    expect(message).toBe("events has 1025 events: send at most 1024");
  });

  test("an event that is no array or has no kind", () => {
    expect(refusal(["delay", 1], { kind: "delay" })).toEqual([
      'events[1]: an event must be an array such as ["text","hello"], got an object',
      { event: 1 },
    ]);
    const kinds = "keyboard, mouse_abs, mouse_rel, text, delay";
    for (const [event, got] of [
      [[], "nothing"],
      [["mouse", 0], '"mouse"'],
      [["__proto__"], '"__proto__"'],
      [[null], "null"],
    ] as const) {
      expect(refusal(event)).toEqual([
        `events[0][0]: the kind must be one of ${kinds}, got ${got}`,
        { event: 0, element: 0 },
      ]);
    }
  });

  test("missing and surplus elements", () => {
    const expected = 'an event of 3 elements was expected, ["keyboard", code, pressed]';
    expect(refusal(["keyboard", "KeyA"])).toEqual([
      `events[0][2]: ${expected}, got 2`,
      { event: 0, element: 2 },
    ]);
    expect(refusal(["keyboard", "KeyA", true, 1, 2])).toEqual([
      `events[0][3]: ${expected}, got 5`,
      { event: 0, element: 3 },
    ]);
    expect(refusal(["mouse_abs", 0, 0, 0, 0])[1]).toEqual({ event: 0, element: 5 });
    expect(refusal(["delay", 1, 1])[1]).toEqual({ event: 0, element: 2 });
  });

  test("an unknown key, with the nearest known one", () => {
    expect(refusal(["keyboard", "keya", true])).toEqual([
      'events[0][1]: no key has the code "keya": did you mean KeyA?',
      { event: 0, element: 1 },
    ]);
    expect(refusal(["keyboard", "%", true])[0]).toBe(
      'events[0][1]: no key has the code "%": use a W3C KeyboardEvent.code',
    );
    expect(refusal(["keyboard", 4, true])[0]).toBe("events[0][1]: code must be a string, got 4");
  });

  test.each([
    [["keyboard", "KeyA", 1], 2, "pressed must be true or false, got 1"],
    [["mouse_abs", 32, 0, 0, 0, 0], 1, "buttons must be an integer from 0 to 31, got 32"],
    [["mouse_abs", -1, 0, 0, 0, 0], 1, "buttons must be an integer from 0 to 31, got -1"],
    [["mouse_abs", 0.5, 0, 0, 0, 0], 1, "buttons must be an integer from 0 to 31, got 0.5"],
    [["mouse_abs", 0, 1.2, 0, 0, 0], 2, "x must be a number from 0 to 1, got 1.2"],
    [["mouse_abs", 0, 0, -0.1, 0, 0], 3, "y must be a number from 0 to 1, got -0.1"],
    [["mouse_abs", 0, Number.NaN, 0, 0, 0], 2, "x must be a number from 0 to 1, got NaN"],
    [["mouse_abs", 0, 0, "1", 0, 0], 3, 'y must be a number from 0 to 1, got "1"'],
    [["mouse_abs", 0, 0, 0, 21, 0], 4, "wheelY must be an integer from -20 to 20, got 21"],
    [["mouse_abs", 0, 0, 0, 0, -21], 5, "wheelX must be an integer from -20 to 20, got -21"],
    [["mouse_rel", 0, 1.5, 0, 0, 0], 2, "dx must be an integer from -32767 to 32767, got 1.5"],
    [
      ["mouse_rel", 0, 0, Number.POSITIVE_INFINITY, 0, 0],
      3,
      "dy must be an integer from -32767 to 32767, got Infinity",
    ],
    [["mouse_rel", 0, 0, 0, [], 0], 4, "wheelY must be an integer from -20 to 20, got an array"],
    [["delay", -1], 1, "ms must be an integer from 0 to 600000, got -1"],
    [["delay", 600_001], 1, "ms must be an integer from 0 to 600000, got 600001"],
  ])("%j", (event, element, sentence) => {
    const expected = [`events[1][${element}]: ${sentence}`, { event: 1, element }];
    expect(refusal(["delay", 1], event) as unknown[]).toEqual(expected);
  });

  test("text with a character that the layout cannot make, without repeating the others", () => {
    const bads = {
      "U+00C8": "\u00c8",
      "U+000D": "\r",
      "U+007F": "\u007f",
      "U+0000": "\0",
      "U+D800": "\ud800",
      "U+1F600": "😀",
    };
    for (const [code_point, bad] of Object.entries(bads)) {
      const because = `the layout us cannot make ${code_point} at index 4: leave out, or skip=1`;
      expect(refusal(["text", `pass${bad}word`])).toEqual([
        `events[0][1]: ${because}`,
        { event: 0, element: 1, character: 4, characters: [{ index: 4, code_point }] },
      ]);
    }
  });

  test("of many such characters, the first eight and how many more", () => {
    const [message, details] = refusal(["text", `a${"é".repeat(1000)}`]);
    expect(message).toEndWith("U+00E9 at index 8 and 992 more: leave out, or skip=1");
    expect(message).toContain("make U+00E9 at index 1, U+00E9 at index 2,");
    expect(details).toMatchObject({ character: 1, characters: { length: 8 } });
  });

  test("text that is too long or no string, without repeating it", () => {
    expect(refusal(["text", "x".repeat(1025)])[0]).toBe(
      "events[0][1]: a text has at most 1024 characters, got 1025: split it",
    );
    expect(refusal(["text", 12345])[0]).toBe("events[0][1]: a text must be a string");
  });

  test("delays of more than ten minutes together, where they pass the bound", () => {
    expect(refusal(["delay", 600_000], ["text", ""], ["delay", 1])).toEqual([
      "events[2][1]: the delays of a batch last at most 600000 ms together, got 600001 by here",
      { event: 2, element: 1 },
    ]);
  });

  test("input is repeated by 32 characters at most, with control characters escaped", () => {
    expect(refusal([`\u0007${"k".repeat(1000)}`])[0]).toEndWith(`got "\\u0007${"k".repeat(31)}"…`);
    expect(refusal(["delay", "é".repeat(40)])[0]).toEndWith(`got "${"é".repeat(32)}"…`);
  });
});
