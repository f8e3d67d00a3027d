/** JSON Schema of a batch (events.ts), for the API document. A test holds the two together. */
import { LIMITS } from "../base/limits.ts";
import { KEY_USAGES } from "../hid/keys.ts";

const { relative_pixels_max: PIXELS, wheel_steps_max: STEPS } = LIMITS;

const BUTTONS = integer(0, 31, "What is down: bit 0 left, 1 right, 2 middle, 3 and 4 the sides.");
const WHEELS = [
  integer(-STEPS, STEPS, "wheelY, + is down"),
  integer(-STEPS, STEPS, "wheelX, + is right"),
];
const FRACTION = { type: "number", minimum: 0, maximum: 1 };

const EVENTS = [
  event("keyboard", [
    { description: "W3C KeyboardEvent.code", enum: [...KEY_USAGES.keys()] },
    { description: "pressed", type: "boolean" },
  ]),
  event("mouse_abs", [
    BUTTONS,
    { ...FRACTION, description: "x, from the left" },
    { ...FRACTION, description: "y, from the top" },
    ...WHEELS,
  ]),
  event("mouse_rel", [
    BUTTONS,
    integer(-PIXELS, PIXELS, "dx, + is right"),
    integer(-PIXELS, PIXELS, "dy, + is down"),
    ...WHEELS,
  ]),
  event("text", [
    {
      description: "What the host's layout can make.",
      type: "string",
      maxLength: LIMITS.text_characters_max,
    },
  ]),
  event("delay", [integer(0, LIMITS.batch_duration_ms_max, "milliseconds")]),
];

export const BATCH_SCHEMA = {
  type: "object",
  properties: {
    events: { type: "array", maxItems: LIMITS.batch_events_max, items: { oneOf: EVENTS } },
  },
  required: ["events"],
} as const;

function event(kind: string, elements: readonly object[]): object {
  const size = 1 + elements.length;
  return {
    title: kind,
    type: "array",
    prefixItems: [{ const: kind }, ...elements],
    minItems: size,
    maxItems: size,
  };
}

function integer(minimum: number, maximum: number, description: string): object {
  return { type: "integer", minimum, maximum, description };
}
