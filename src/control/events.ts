/**
 * The event language of `POST /api/public/control`: `{"events": [EVENT, …]}`, each event an array
 * whose first element is its kind. A batch is checked whole before anything of it is done.
 */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { nearest } from "../base/nearest.ts";
import { KEY_USAGES } from "../hid/keys.ts";
import { describe, Elements, quote } from "./elements.ts";

/**
 * One thing to do, in the terms of HID: usages for keys, `wheel` + up and `pan` + right, `x` and
 * `y` from 0 to 1. `buttons` is the state of all five after the event.
 */
export type ControlEvent =
  | { readonly kind: "key"; readonly usage: number; readonly pressed: boolean }
  | ({ readonly kind: "pointer"; readonly x: number; readonly y: number } & ButtonsAndWheels)
  | ({ readonly kind: "mouse"; readonly dx: number; readonly dy: number } & ButtonsAndWheels)
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "delay"; readonly milliseconds: number };

interface ButtonsAndWheels {
  readonly buttons: number;
  readonly wheel: number;
  readonly pan: number;
}

export type Batch = readonly ControlEvent[];

interface Kind {
  /** Names of the elements after the kind, in order. */
  readonly elements: readonly string[];
  readonly read: (from: Elements) => ControlEvent;
}

/** Five buttons: left, right, middle, back, forward. */
const BUTTONS_MAX = 0b11111;

const KINDS: ReadonlyMap<unknown, Kind> = new Map<string, Kind>([
  [
    "keyboard",
    {
      elements: ["code", "pressed"],
      read: (from) => ({ kind: "key", usage: usage(from, 1), pressed: from.boolean(2, "pressed") }),
    },
  ],
  [
    "mouse_abs",
    {
      elements: ["buttons", "x", "y", "wheelY", "wheelX"],
      read: (from) => ({
        kind: "pointer",
        buttons: from.integer(1, "buttons", 0, BUTTONS_MAX),
        x: from.fraction(2, "x"),
        y: from.fraction(3, "y"),
        ...wheels(from),
      }),
    },
  ],
  [
    "mouse_rel",
    {
      elements: ["buttons", "dx", "dy", "wheelY", "wheelX"],
      read: (from) => ({
        kind: "mouse",
        buttons: from.integer(1, "buttons", 0, BUTTONS_MAX),
        dx: from.integer(2, "dx", -LIMITS.relative_pixels_max, LIMITS.relative_pixels_max),
        dy: from.integer(3, "dy", -LIMITS.relative_pixels_max, LIMITS.relative_pixels_max),
        ...wheels(from),
      }),
    },
  ],
  ["text", { elements: ["string"], read: (from) => ({ kind: "text", text: text(from, 1) }) }],
  [
    "delay",
    {
      elements: ["ms"],
      read: (from) => ({
        kind: "delay",
        milliseconds: from.integer(1, "ms", 0, LIMITS.batch_duration_ms_max),
      }),
    },
  ],
]);

/**
 * The batch of a request body, as `JSON.parse` gave it. Members of the body beside `events` are
 * left alone. @throws Fault `bad_request` that names the first thing wrong as
 * `events[event][element]`, with the indices in its details; it repeats at most 32 characters of
 * input, and nothing of a text.
 */
export function parseBatch(body: unknown): Batch {
  const events = typeof body === "object" && body !== null && "events" in body ? body.events : null;
  if (!Array.isArray(events)) {
    throw new Fault("bad_request", 'the body must be an object {"events": [EVENT, …]}');
  }
  if (events.length > LIMITS.batch_events_max) {
    const most = LIMITS.batch_events_max;
    throw new Fault("bad_request", `events has ${events.length} events: send at most ${most}`);
  }
  const batch = events.map(parseEvent);
  checkDuration(batch);
  return batch;
}

function parseEvent(event: unknown, index: number): ControlEvent {
  if (!Array.isArray(event)) {
    const sentence = `an event must be an array such as ["text","hello"], got ${describe(event)}`;
    throw new Fault("bad_request", `events[${index}]: ${sentence}`, { details: { event: index } });
  }
  const from = new Elements(event, index);
  const name: unknown = event[0];
  const kind = KINDS.get(name);
  if (kind === undefined) {
    const known = [...KINDS.keys()].join(", ");
    return from.refuse(0, `the kind must be one of ${known}, got ${describe(name)}`);
  }
  const count = 1 + kind.elements.length;
  if (from.length !== count) {
    const shape = `["${String(name)}", ${kind.elements.join(", ")}]`;
    const got = `an event of ${count} elements was expected, ${shape}, got ${from.length}`;
    return from.refuse(Math.min(from.length, count), got);
  }
  return kind.read(from);
}

function usage(from: Elements, element: number): number {
  const code = from.string(element, "code");
  const found = KEY_USAGES.get(code);
  if (found !== undefined) return found;
  const meant = nearest(code, [...KEY_USAGES.keys()]);
  const hint = meant === undefined ? "use a W3C KeyboardEvent.code" : `did you mean ${meant}?`;
  return from.refuse(element, `no key has the code ${quote(code)}: ${hint}`);
}

/** Both wheels, from the API's signs (+ down, + right) to those of HID (+ up, + right). */
function wheels(from: Elements): { readonly wheel: number; readonly pan: number } {
  const steps = LIMITS.wheel_steps_max;
  return {
    wheel: 0 - from.integer(4, "wheelY", -steps, steps),
    pan: from.integer(5, "wheelX", -steps, steps),
  };
}

/** A text of characters that can be typed. It may be a password, so it is never repeated. */
function text(from: Elements, element: number): string {
  const value = from.text(element);
  const characters = [...value];
  if (characters.length > LIMITS.text_characters_max) {
    const sentence = `a text has at most ${LIMITS.text_characters_max} characters`;
    return from.refuse(element, `${sentence}, got ${characters.length}: split it`);
  }
  const character = characters.findIndex((one) => !isTypable(one.codePointAt(0) ?? 0));
  if (character === -1) return value;
  const sentence = `the character at index ${character} cannot be typed`;
  return from.refuse(element, `${sentence}: only Tab (9), Enter (10) and 32…126 can`, {
    character,
  });
}

function isTypable(codePoint: number): boolean {
  return codePoint === 9 || codePoint === 10 || (codePoint >= 32 && codePoint <= 126);
}

function checkDuration(batch: Batch): void {
  let total = 0;
  for (const [index, event] of batch.entries()) {
    if (event.kind !== "delay") continue;
    total += event.milliseconds;
    if (total <= LIMITS.batch_duration_ms_max) continue;
    const most = `the delays of a batch last at most ${LIMITS.batch_duration_ms_max} ms`;
    throw new Fault("bad_request", `events[${index}][1]: ${most} together, got ${total} by here`, {
      details: { event: index, element: 1 },
    });
  }
}
