/**
 * Layouts: which strokes make a character on the host, given the layout that the host is set to.
 */
import { Fault } from "../base/fault.ts";

/** One press and release of a key while exactly these modifiers are down (boot report bit mask). */
export interface Stroke {
  readonly usage: number;
  readonly modifiers: number;
}

/** Strokes by one-character string. A character behind a dead key takes more than one stroke. */
export type Layout = ReadonlyMap<string, readonly Stroke[]>;

const SHIFT_LEFT = 0x02;

/** The first usage of a row of keys, with the characters made without Shift and with it. */
const US_ROWS: readonly (readonly [first: number, plain: string, shifted: string])[] = [
  [0x04, "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  [0x1e, "1234567890", "!@#$%^&*()"],
  [0x28, "\n", ""],
  [0x2b, "\t ", ""],
  [0x2d, "-=[]\\", "_+{}|"],
  [0x33, ";'`,./", ':"~<>?'],
];

function row(characters: string, first: number, modifiers: number) {
  return [...characters].map(
    (character, index) => [character, [{ usage: first + index, modifiers }]] as const,
  );
}

/** The US layout: Tab, Enter (as line feed) and the characters 32…126. */
export const US_LAYOUT: Layout = new Map(
  US_ROWS.flatMap(([first, plain, shifted]) => [
    ...row(plain, first, 0),
    ...row(shifted, first, SHIFT_LEFT),
  ]),
);

/**
 * The strokes that type `text` on a host set to `layout`. @throws Fault `bad_request` that names
 * the first character without strokes by its index and never repeats it: a text may be a password
 */
export function strokesOf(text: string, layout: Layout): readonly Stroke[] {
  return [...text].flatMap((character, index) => {
    const strokes = layout.get(character);
    if (strokes !== undefined) return strokes;
    const problem = `the keyboard layout has no key for the character at index ${index}`;
    throw new Fault("bad_request", `${problem}: leave it out`, { details: { character: index } });
  });
}
