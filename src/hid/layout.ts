/**
 * Layouts: which strokes make a character on the host, given the layout that the host is set to.
 *
 * layouts.txt has what each key types; from that, `layoutOf` makes the way to each character. What
 * no key types is made with a dead key: pressed first, it puts its mark on the letter that follows,
 * and stands alone before a space.
 */
import type { LayoutName } from "../base/layout-names.ts";
import { CAPS_LOCK } from "./caps-lock.ts";
import table from "./layouts.txt" with { type: "text" };

/** One press and release of a key while exactly these modifiers are down (boot report bit mask). */
export interface Stroke {
  readonly usage: number;
  readonly modifiers: number;
}

export interface Layout {
  readonly name: LayoutName;
  /** By one-character string. A character behind a dead key takes more than one stroke. */
  readonly strokes: ReadonlyMap<string, readonly Stroke[]>;
  /** Turns Caps Lock on and off; undefined where no key does. */
  readonly capsLock: Stroke | undefined;
}

/** What a text takes on a host with some layout. */
export interface Typing {
  readonly strokes: readonly Stroke[];
  /** Indices of the characters that the layout has no strokes for. */
  readonly missing: readonly number[];
}

const SHIFT_LEFT = 0x02;
const ALT_RIGHT = 0x40;
/** The levels of a key, in the order of layouts.txt, with the modifiers that reach them. */
const LEVELS = [
  [0, 0],
  [1, SHIFT_LEFT],
  [2, ALT_RIGHT],
  [3, ALT_RIGHT | SHIFT_LEFT],
] as const;

const QUOTE = 0x34;
const SPACE: Stroke = { usage: 0x2c, modifiers: 0 };

/** Keys that type the same in every layout. */
const FIXED: readonly (readonly [string, readonly Stroke[]])[] = [
  ["\n", [{ usage: 0x28, modifiers: 0 }]],
  ["\t", [{ usage: 0x2b, modifiers: 0 }]],
  [" ", [SPACE]],
];

/** Usages of the keys of each row of layouts.txt; Backquote to Slash, Space last. */
export const KEY_ROWS: readonly (readonly number[])[] = [
  [0x35, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2d, 0x2e, 0x89],
  [0x14, 0x1a, 0x08, 0x15, 0x17, 0x1c, 0x18, 0x0c, 0x12, 0x13, 0x2f, 0x30],
  [0x04, 0x16, 0x07, 0x09, 0x0a, 0x0b, 0x0d, 0x0e, 0x0f, 0x33, 0x34, 0x31],
  [0x64, 0x1d, 0x1b, 0x06, 0x19, 0x05, 0x11, 0x10, 0x36, 0x37, 0x38, 0x87, 0x2c],
];

/** Before a mark in layouts.txt: the key is dead. */
export const DEAD = "◌";
/** In layouts.txt: the key types nothing at this level. */
export const NONE = "□";

/** What a dead key and a space type, by its mark. */
const ALONE: ReadonlyMap<string, string> = new Map([
  ...([
    ["\u0300", "`"],
    ["\u0301", "'"],
    ["\u0302", "^"],
    ["\u0303", "~"],
  ] as const),
  ...([
    ["\u0308", '"'],
    ["\u0306", "˘"],
    ["\u0307", "˙"],
    ["\u030b", "˝"],
  ] as const),
  ...([
    ["\u030c", "ˇ"],
    ["\u0327", "¸"],
    ["\u0328", "˛"],
  ] as const),
]);

/** The layout of that name. It is made anew by each call: keep it. */
export function layoutOf(name: LayoutName): Layout {
  const [head = "", ...rows] = sectionOf(name);
  const strokes = new Map(FIXED);
  const direct = new Map<string, Stroke>();
  const dead = new Map<string, Stroke>();
  const take = (character: string, made: readonly Stroke[]) => {
    if (!strokes.has(character)) strokes.set(character, made);
  };
  // Systems agree least on what AltGr makes, so what dead keys make without it goes first.
  for (const levels of [LEVELS.slice(0, 2), LEVELS.slice(2)]) {
    for (const [typed, stroke] of keysOf(rows, levels)) {
      const found = typed.startsWith(DEAD) ? dead : direct;
      const one = typed.replace(DEAD, "");
      if (!found.has(one)) found.set(one, stroke);
    }
    for (const [character, stroke] of direct) take(character, [stroke]);
    for (const [character, made] of composed(direct, dead)) take(character, made);
  }
  return { name, strokes, capsLock: capsLockOf(head) };
}

/** The strokes that type `characters` on a host set to `layout`, and what cannot be typed. */
export function strokesOf(characters: Iterable<string>, layout: Layout): Typing {
  const strokes: Stroke[] = [];
  const missing: number[] = [];
  let index = 0;
  for (const character of characters) {
    const made = layout.strokes.get(character);
    if (made === undefined) missing.push(index);
    else strokes.push(...made);
    index++;
  }
  return { strokes, missing };
}

/** The lines of a layout: its head, then its four rows. */
function sectionOf(name: LayoutName): readonly string[] {
  const lines = table.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`[${name}]`));
  return lines.slice(start, start + 1 + KEY_ROWS.length);
}

function capsLockOf(head: string): Stroke | undefined {
  if (head.endsWith(" shift+caps")) return { usage: CAPS_LOCK, modifiers: SHIFT_LEFT };
  return head.endsWith(" caps") ? { usage: CAPS_LOCK, modifiers: 0 } : undefined;
}

/** What each key types at the given levels, the lower level first; a dead key with DEAD before. */
function* keysOf(
  rows: readonly string[],
  levels: readonly (readonly [level: number, modifiers: number])[],
): Generator<readonly [string, Stroke]> {
  const pattern = new RegExp(`${DEAD}?.`, "gu");
  for (const [level, modifiers] of levels) {
    for (const [index, row] of rows.entries()) {
      for (const [at, key] of row.split(" ").entries()) {
        const typed = key.match(pattern)?.[level] ?? NONE;
        const usage = KEY_ROWS[index]?.[at];
        if (typed !== NONE && usage !== undefined) yield [typed, { usage, modifiers }];
      }
    }
  }
}

/**
 * Before a space, some systems make ´ and ¨ of a dead acute and a dead diaeresis, others ' and ".
 * All make the latter where a US keyboard has them.
 */
function isDisputed(alone: string, { usage }: Stroke): boolean {
  return (alone === "'" || alone === '"') && usage !== QUOTE;
}

/** What dead keys make of letters that bear no mark yet, and of the space. */
function* composed(
  direct: ReadonlyMap<string, Stroke>,
  dead: ReadonlyMap<string, Stroke>,
): Generator<readonly [string, readonly Stroke[]]> {
  for (const [mark, press] of dead) {
    const alone = ALONE.get(mark);
    if (alone !== undefined && !isDisputed(alone, press)) {
      yield [alone, [press, SPACE]];
    }
    for (const [letter, stroke] of direct) {
      if (letter.normalize("NFKD") !== letter || !/\p{L}/u.test(letter)) continue;
      const character = (letter + mark).normalize("NFC");
      if ([...character].length === 1) yield [character, [press, stroke]];
    }
  }
}
