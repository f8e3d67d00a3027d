/** What PiKVM's API says of keys and mouse, as events: what one call gives is a batch. */
import { LIMITS } from "../base/limits.ts";
import { USAGES_OF_EVDEV } from "../hid/evdev.ts";
import { isModifier, KEY_USAGES } from "../hid/keys.ts";
import { type Layout, strokesOf } from "../hid/layout.ts";
import type { Batch, ControlEvent } from "./events.ts";

/** kvmd's 126 names of keys, and those that it lacks. */
export const KEY_NAMES: readonly string[] = [...KEY_USAGES.keys()];

/** Bits of buttons by kvmd's names; what it calls up and down are the side buttons. */
const BUTTONS = { left: 1, right: 2, middle: 4, up: 8, down: 16 } as const;

export type ButtonName = keyof typeof BUTTONS;

export const BUTTON_NAMES = Object.keys(BUTTONS) as readonly ButtonName[];

/** The same bits from BTN_LEFT on: left, right, middle, side, extra, forward, back. */
const EVDEV_BUTTON_FIRST = 0x110;
const EVDEV_BUTTONS = [1, 2, 4, 8, 16, 16, 8] as const;

/** Where a position lies: the lowest is the left or top edge, the highest the other one. */
export const POSITION = { min: -32768, max: 32767 } as const;
export const DELTA = { min: -127, max: 127 } as const;

/** Held down, it makes another key a command to the kernel (SysRq). */
const PRINT_SCREEN = 0x46;
const SHORTCUT_PAUSE_MS = 50;

/** The usage of a key by its name, or by Linux's number of it; undefined when there is none. */
export function usageOf(key: string | number): number | undefined {
  return typeof key === "string" ? KEY_USAGES.get(key) : USAGES_OF_EVDEV.get(key);
}

/** The bit of a button by kvmd's name, or by Linux's number of it; undefined when there is none. */
export function buttonOf(button: ButtonName | number): number | undefined {
  if (typeof button === "string") return BUTTONS[button];
  return EVDEV_BUTTONS[button - EVDEV_BUTTON_FIRST];
}

/**
 * A key goes down or up. With `finish`, one that goes down comes up at once, save a modifier and
 * PrintScreen: they are for other keys.
 */
export function keyEvents(usage: number, pressed: boolean, finish: boolean): Batch {
  const press: ControlEvent = { kind: "key", usage, pressed };
  const isForOthers = isModifier(usage) || usage === PRINT_SCREEN;
  if (!pressed || !finish || isForOthers) return [press];
  return [press, { kind: "key", usage, pressed: false }];
}

/** Keys go down in order and up in reverse, with a pause before each. */
export function shortcutEvents(usages: readonly number[]): Batch {
  const pause = { kind: "delay", milliseconds: SHORTCUT_PAUSE_MS } as const;
  const press = (pressed: boolean) => (usage: number) =>
    [pause, { kind: "key", usage, pressed }] as const;
  return [...usages.flatMap(press(true)), ...usages.toReversed().flatMap(press(false))];
}

/** The pointer goes to a position; (0, 0) is the middle. */
export function moveEvent(x: number, y: number): ControlEvent {
  const fraction = (at: number) => (at - POSITION.min) / (POSITION.max - POSITION.min);
  return { kind: "move", x: fraction(x), y: fraction(y) };
}

/** How far something moves: pixels to the right and down, or steps of the wheels. */
export interface Delta {
  readonly x: number;
  readonly y: number;
}

export function nudgeEvent({ x, y }: Delta): ControlEvent {
  return { kind: "nudge", dx: x, dy: y };
}

/** The wheels turn; y + is up. */
export function wheelEvent({ x, y }: Delta): ControlEvent {
  return { kind: "wheel", wheel: y, pan: x };
}

/** As few deltas as make the same sums, as long as each fits into a report; none of nothing. */
export function squashed(deltas: readonly Delta[]): readonly Delta[] {
  const sums: Delta[] = [];
  let sum: Delta = { x: 0, y: 0 };
  for (const { x, y } of deltas) {
    const next = { x: sum.x + x, y: sum.y + y };
    const fits = Math.abs(next.x) <= DELTA.max && Math.abs(next.y) <= DELTA.max;
    if (!fits) sums.push(sum);
    sum = fits ? next : { x, y };
  }
  return sum.x === 0 && sum.y === 0 ? sums : [...sums, sum];
}

/** What stands for a character that a layout lacks; kvmd's clients paste from word processors. */
const PLAINER: ReadonlyMap<string, string> = new Map([
  ...[..."‚‘’"].map((quote) => [quote, "'"] as const),
  ...[..."„“”"].map((quote) => [quote, '"'] as const),
  ["–", "-"],
]);

/** A text that is typed slowly lets others have a turn after about so long. */
const SLOW_TURN_MS = 60_000;
/** Reports of a character at most: two strokes of two. */
const REPORTS_OF_CHARACTER = 4;

/**
 * A text of any length as batches that are run one after the other. What `layout` cannot make is
 * left out. @param pauseMs how long to wait before each report
 */
export function* printed(text: string, layout: Layout, pauseMs: number): Generator<Batch> {
  const characters = [...text].map((character) =>
    layout.strokes.has(character) ? character : (PLAINER.get(character) ?? character),
  );
  const inTurn = Math.floor(SLOW_TURN_MS / (REPORTS_OF_CHARACTER * pauseMs));
  const size = Math.max(1, Math.min(LIMITS.text_characters_max, inTurn));
  for (let from = 0; from < characters.length; from += size) {
    const part = characters.slice(from, from + size);
    const { strokes, missing } = strokesOf(part, layout);
    const skipped = missing.length;
    yield [{ kind: "text", strokes, characters: part.length - skipped, skipped, pauseMs }];
  }
}
