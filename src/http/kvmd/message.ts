/** What a client of PiKVM's WebSocket says: JSON, or bytes with the most significant one first. */
import { Fault } from "../../base/fault.ts";
import type { Batch, ControlEvent } from "../../control/events.ts";
import {
  BUTTON_NAMES,
  buttonOf,
  DELTA,
  type Delta,
  KEY_NAMES,
  keyEvents,
  moveEvent,
  nudgeEvent,
  POSITION,
  squashed,
  usageOf,
  wheelEvent,
} from "../../control/kvmd.ts";
import { validBool, validClamped, validOneOf, whenGiven } from "./validate.ts";

export type ClientMessage =
  /** Is answered at once. */
  | { readonly kind: "ping"; readonly pong: Uint8Array | string }
  | { readonly kind: "input"; readonly events: Batch }
  /** Without a byte it ends the connection. */
  | { readonly kind: "end" };

const PONG = JSON.stringify({ event_type: "pong", event: {} });
const PONG_BYTE = 255;
const FLAG = { state: 0b01, squash: 0b01, finish: 0b10, raw: 0b1000_0000 } as const;
const NAME_BYTES_MAX = 32;

/** The message; undefined for what nobody understands, which kvmd lets be. */
export function readMessage(message: Uint8Array | string): ClientMessage | undefined {
  try {
    return typeof message === "string" ? readText(message) : readBytes(message);
  } catch (error) {
    // Of JSON, of a validator of kvmd's, and of a view beyond its end.
    if (error instanceof SyntaxError || error instanceof Fault) return undefined;
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readText(text: string): ClientMessage | undefined {
  const { event_type, event } = membersOf(JSON.parse(text));
  if (typeof event !== "object" || event === null || Array.isArray(event)) return undefined;
  if (event_type === "ping") return { kind: "ping", pong: PONG };
  const events = typeof event_type === "string" ? textEvents(event_type, membersOf(event)) : [];
  return events.length === 0 ? undefined : { kind: "input", events };
}

type Members = Readonly<Record<string, unknown>>;

function textEvents(type: string, event: Members): Batch {
  switch (type) {
    case "key": {
      const name = validOneOf(wordOf(event["key"]), "Keyboard key", KEY_NAMES, true);
      const finish = whenGiven(wordOf(event["finish"]), false, validBool);
      return keyOf(name, validBool(wordOf(event["state"])), finish);
    }
    case "mouse_button": {
      const name = validOneOf(wordOf(event["button"]), "Mouse button", BUTTON_NAMES);
      return buttonEvents(buttonOf(name), validBool(wordOf(event["state"])));
    }
    case "mouse_move": {
      const { x, y } = membersOf(event["to"]);
      const at = (value: unknown) =>
        validClamped(wordOf(value), "Mouse move", POSITION.min, POSITION.max);
      return [moveEvent(at(x), at(y))];
    }
    case "mouse_relative":
      return textDeltas(event).map(nudgeEvent);
    case "mouse_wheel":
      return textDeltas(event).map(wheelEvent);
    default:
      return [];
  }
}

function textDeltas({ delta, squash }: Members): readonly Delta[] {
  const along = (value: unknown) =>
    validClamped(wordOf(value), "Mouse delta", DELTA.min, DELTA.max);
  const deltas = (Array.isArray(delta) ? delta : [delta]).map((each: unknown) => {
    const { x, y } = membersOf(each);
    return { x: along(x), y: along(y) };
  });
  return whenGiven(wordOf(squash), false, validBool) ? squashed(deltas) : deltas;
}

function readBytes(bytes: Uint8Array): ClientMessage | undefined {
  const [operation] = bytes;
  if (operation === undefined) return { kind: "end" };
  if (operation === 0) return { kind: "ping", pong: Uint8Array.of(PONG_BYTE) };
  const events = byteEvents(operation, bytes.subarray(1));
  return events.length === 0 ? undefined : { kind: "input", events };
}

function byteEvents(operation: number, payload: Uint8Array): Batch {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const [flags = 0] = payload;
  const isDown = (flags & FLAG.state) !== 0;
  switch (operation) {
    case 1:
      return keyOf(nameOf(payload, view), isDown, (flags & FLAG.finish) !== 0);
    case 2: {
      const name = nameOf(payload, view);
      const known =
        typeof name === "string" ? validOneOf(name, "Mouse button", BUTTON_NAMES) : name;
      return buttonEvents(buttonOf(known), isDown);
    }
    case 3:
      return payload.length === 4 ? [moveEvent(view.getInt16(0), view.getInt16(2))] : [];
    case 4:
      return byteDeltas(view).map(nudgeEvent);
    case 5:
      return byteDeltas(view).map(wheelEvent);
    default:
      return [];
  }
}

/** A key or a button: its name, or Linux's number of it. */
function nameOf(payload: Uint8Array, view: DataView): string | number {
  const isRaw = ((payload[0] ?? 0) & FLAG.raw) !== 0;
  if (isRaw) return payload.length === 3 ? view.getUint16(1) : 0;
  return Buffer.from(payload.subarray(1, 1 + NAME_BYTES_MAX))
    .toString("latin1")
    .trim();
}

function byteDeltas(view: DataView): readonly Delta[] {
  const count = (view.byteLength - 1) / 2;
  if (!Number.isInteger(count)) return [];
  const along = (at: number) => Math.max(DELTA.min, view.getInt8(at));
  const deltas = Array.from({ length: count }, (_, at) => {
    return { x: along(1 + 2 * at), y: along(2 + 2 * at) };
  });
  return (view.getUint8(0) & FLAG.squash) !== 0 ? squashed(deltas) : deltas;
}

function keyOf(key: string | number, isDown: boolean, finish: boolean): Batch {
  const usage = usageOf(key);
  return usage === undefined ? [] : keyEvents(usage, isDown, finish);
}

function buttonEvents(button: number | undefined, pressed: boolean): readonly ControlEvent[] {
  return button === undefined ? [] : [{ kind: "button", button, pressed }];
}

/** What kvmd's validators look at: they take numbers and booleans for the texts of them. */
function wordOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}
