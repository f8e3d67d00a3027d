/**
 * The event language of `POST /api/public/control`: `{"events": [EVENT, …]}`, each event an array
 * whose first element is its kind. A batch is checked whole before anything of it is done.
 */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { nearest } from "../base/nearest.ts";
import { KEY_USAGES } from "../hid/keys.ts";
import { type Layout, type Stroke, strokesOf } from "../hid/layout.ts";
import { describe, Elements, quote } from "./elements.ts";

/**
 * One thing to do, in the terms of HID: usages for keys, `wheel` + up and `pan` + right, `x` and
 * `y` from 0 to 1. `buttons` is the state of all five after the event; `button` is the bit of one,
 * and the events of kvmd's language, which have it, leave the others as they are.
 */
export type ControlEvent =
  | { readonly kind: "key"; readonly usage: number; readonly pressed: boolean }
  | ({ readonly kind: "pointer"; readonly x: number; readonly y: number } & ButtonsAndWheels)
  | ({ readonly kind: "mouse"; readonly dx: number; readonly dy: number } & ButtonsAndWheels)
  | { readonly kind: "move"; readonly x: number; readonly y: number }
  | { readonly kind: "nudge"; readonly dx: number; readonly dy: number }
  | { readonly kind: "button"; readonly button: number; readonly pressed: boolean }
  | ({ readonly kind: "wheel" } & Wheels)
  | { readonly kind: "release" }
  | TextEvent
  | { readonly kind: "delay"; readonly milliseconds: number };

/** A text as the strokes that type it; it may be a password, so the text itself is not kept. */
interface TextEvent {
  readonly kind: "text";
  readonly strokes: readonly Stroke[];
  readonly characters: number;
  /** Characters left out, because the layout cannot make them. */
  readonly skipped: number;
  /** How long to wait before each report, for hosts that are slow to look. */
  readonly pauseMs?: number;
}

/** How texts are typed. */
export interface TextOptions {
  /** The layout that the host is set to. */
  readonly layout: Layout;
  /** Whether characters that it cannot make are left out, rather than the batch refused. */
  readonly skip: boolean;
}

interface Wheels {
  readonly wheel: number;
  readonly pan: number;
}

interface ButtonsAndWheels extends Wheels {
  readonly buttons: number;
}

export type Batch = readonly ControlEvent[];

interface Kind {
  /** Names of the elements after the kind, in order. */
  readonly elements: readonly string[];
  readonly read: (from: Elements, texts: TextOptions) => ControlEvent;
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
  ["text", { elements: ["string"], read: (from, texts) => text(from, 1, texts) }],
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
 * input, and of a text only the code points that cannot be typed.
 */
export function parseBatch(body: unknown, texts: TextOptions): Batch {
  const events = typeof body === "object" && body !== null && "events" in body ? body.events : null;
  if (!Array.isArray(events)) {
    throw new Fault("bad_request", 'the body must be an object {"events": [EVENT, …]}');
  }
  if (events.length > LIMITS.batch_events_max) {
    const most = LIMITS.batch_events_max;
    throw new Fault("bad_request", `events has ${events.length} events: send at most ${most}`);
  }
  const batch = events.map((event, index) => parseEvent(event, index, texts));
  checkDuration(batch);
  return batch;
}

function parseEvent(event: unknown, index: number, texts: TextOptions): ControlEvent {
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
  return kind.read(from, texts);
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
function wheels(from: Elements): Wheels {
  const steps = LIMITS.wheel_steps_max;
  return {
    wheel: 0 - from.integer(4, "wheelY", -steps, steps),
    pan: from.integer(5, "wheelX", -steps, steps),
  };
}

/** A text, as long as may be, whose characters the layout can make, unless they may be skipped. */
function text(from: Elements, element: number, { layout, skip }: TextOptions): TextEvent {
  const characters = [...from.text(element)];
  if (characters.length > LIMITS.text_characters_max) {
    const sentence = `a text has at most ${LIMITS.text_characters_max} characters`;
    return from.refuse(element, `${sentence}, got ${characters.length}: split it`);
  }
  const { strokes, missing } = strokesOf(characters, layout);
  if (missing.length === 0 || skip) {
    const skipped = missing.length;
    return { kind: "text", strokes, characters: characters.length - skipped, skipped };
  }
  const shown = missing.slice(0, LIMITS.characters_named_max).map((index) => {
    const hex = (characters[index]?.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return { index, code_point: `U+${hex.padStart(4, "0")}` };
  });
  const named = shown.map(({ index, code_point }) => `${code_point} at index ${index}`).join(", ");
  const more = missing.length - shown.length;
  const sentence = `the layout ${layout.name} cannot make ${named}`;
  const rest = more > 0 ? ` and ${more} more` : "";
  const details = { character: missing[0], characters: shown };
  return from.refuse(element, `${sentence}${rest}: leave out, or skip=1`, details);
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
