import { expect, test } from "bun:test";
import Ajv2020 from "ajv/dist/2020.js";
import { LIMITS } from "../../src/base/limits.ts";
import { BATCH_SCHEMA } from "../../src/control/batch-schema.ts";
import { parseBatch } from "../../src/control/events.ts";
import { KEY_USAGES } from "../../src/hid/keys.ts";
import { layoutOf } from "../../src/hid/layout.ts";

const validate = new Ajv2020({ strict: false }).compile(BATCH_SCHEMA);

function isTaken(body: unknown): boolean {
  try {
    parseBatch(body, { layout: layoutOf("us"), skip: true });
    return true;
  } catch {
    return false;
  }
}

const GOOD: readonly unknown[][] = [
  ...[...KEY_USAGES.keys()].map((code) => ["keyboard", code, true]),
  ["mouse_abs", 0, 0, 0, 0, 0],
  ["mouse_abs", 31, 1, 1, LIMITS.wheel_steps_max, -LIMITS.wheel_steps_max],
  ["mouse_rel", 31, LIMITS.relative_pixels_max, -LIMITS.relative_pixels_max, 0, 0],
  ["text", ""],
  ["text", "😀".repeat(LIMITS.text_characters_max)],
  ["delay", LIMITS.batch_duration_ms_max],
];

/** What stands in the place of an element: some fit, most do not. */
const OTHERS = [-1, 0, 1, 0.5, 21, -21, 32, 32768, 600_001, null, true, "KeyA", "text", [], {}];

test("the schema takes what the parser takes, and refuses what it refuses", () => {
  const changed = GOOD.flatMap((event) => [
    event,
    event.slice(0, -1),
    [...event, 0],
    ...event.flatMap((_, at) => OTHERS.map((other) => event.with(at, other))),
  ]);
  const many = Array.from({ length: LIMITS.batch_events_max }, () => ["delay", 0]);
  const tooLong = ["text", "x".repeat(LIMITS.text_characters_max + 1)];
  const bodies = [
    ...changed.map((event) => ({ events: [event] })),
    { events: [tooLong] },
    { events: many },
    { events: [...many, ["delay", 0]] },
    { events: [], more: 1 },
    {},
    [],
    { events: {} },
  ];
  const verdicts = bodies.map((body) => [validate(body), isTaken(body)] as const);
  const differing = bodies.filter((_, at) => verdicts[at]?.[0] !== verdicts[at]?.[1]);
  expect(differing.map((body) => JSON.stringify(body).slice(0, 80))).toEqual([]);
  expect(verdicts.filter(([taken]) => taken).length).toBeGreaterThan(GOOD.length);
});
