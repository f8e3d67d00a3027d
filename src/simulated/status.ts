import type { Style } from "../drawing/colour.ts";
import type { TextArea } from "../drawing/text.ts";
import type { Console } from "./console.ts";
import type { Keyboard } from "./keyboard.ts";
import type { Palette } from "./palette.ts";
import type { Pointer } from "./pointer.ts";

/** All that the screen shows of the host, apart from the clock. */
export interface HostState {
  readonly console: Console;
  readonly keyboard: Keyboard;
  readonly pointer: Pointer;
  /** Names of the last keys pressed, newest first. */
  readonly recent: readonly string[];
}

interface Segment {
  readonly text: string;
  readonly style: Style;
}

/** One thing that the status strip shows; fields that matter most come first. */
export interface Field {
  readonly label: string;
  readonly columns: number;
  segments(state: HostState): readonly Segment[];
}

/** Where a field goes: its line of fields from 0, its first column. */
export interface Placed {
  readonly field: Field;
  readonly line: number;
  readonly column: number;
}

const BUTTONS = ["L", "R", "M", "B", "F"];
const MODIFIERS = ["Ctrl", "Shift", "Alt", "Meta"];
const POINTER_COLUMNS = "x 4095  y 2159".length;
const WHEEL_COLUMNS = "V +99999  H +99999".length;

/** The fields of the strip. @param roomy lamps are wider than their text */
export function statusFields(palette: Palette, roomy: boolean): readonly Field[] {
  const lamps = (label: string, names: readonly string[], lit: (state: HostState) => number) => {
    const texts = names.map((name) => (roomy ? ` ${name} ` : name));
    return {
      label,
      columns: texts.join(" ").length,
      segments: (state: HostState) => {
        const bits = lit(state);
        return texts.flatMap((text, bit) => [
          { text, style: bits & (1 << bit) ? palette.lampOn : palette.lampOff },
          { text: " ", style: palette.bar },
        ]);
      },
    };
  };
  const text = (label: string, columns: number, show: (state: HostState) => string) => ({
    label,
    columns,
    segments: (state: HostState) => [
      { text: show(state).padEnd(columns).slice(0, columns), style: palette.bar },
    ],
  });
  return [
    text("pointer", POINTER_COLUMNS, ({ pointer }) => position(pointer)),
    lamps("buttons", BUTTONS, ({ pointer }) => pointer.buttons),
    text("wheel", WHEEL_COLUMNS, ({ pointer }) => wheels(pointer)),
    lamps("left modifiers", MODIFIERS, ({ keyboard }) => keyboard.modifiers & 0x0f),
    lamps("right modifiers", MODIFIERS, ({ keyboard }) => keyboard.modifiers >> 4),
    lamps("LEDs", ["Num", "Caps", "Scroll"], ({ keyboard }) => keyboard.leds),
  ];
}

/**
 * Puts fields side by side, as many as fit, and spreads what is left of a line between them. A
 * field that finds no room is left out.
 * @param columns characters a line @param lines lines of fields there may be
 */
export function flow(fields: readonly Field[], columns: number, lines: number): Placed[] {
  const gap = 2;
  const rows: Field[][] = [];
  const used = (row: readonly Field[]) => row.reduce((sum, field) => sum + field.columns + gap, 0);
  for (const field of fields) {
    const row = rows.find((candidate) => used(candidate) + field.columns <= columns);
    if (row !== undefined) row.push(field);
    else if (rows.length < lines && field.columns <= columns) rows.push([field]);
  }
  return rows.flatMap((row, line) => {
    const spare = columns - (used(row) - gap);
    const extra = row.length < 3 ? 0 : Math.floor(spare / (row.length - 1));
    let column = 0;
    return row.map((field) => {
      const placed = { field, line, column };
      column += field.columns + gap + extra;
      return placed;
    });
  });
}

/** Shows a field's value from row and column on. */
export function showField(
  area: TextArea,
  row: number,
  column: number,
  segments: readonly Segment[],
): void {
  let at = column;
  for (const segment of segments) at = area.put(row, at, segment.text, segment.style);
}

function position({ x, y }: Pointer): string {
  return `x ${String(x).padEnd(4)}  y ${y}`;
}

function wheels({ wheel, pan }: Pointer): string {
  return `V ${signed(wheel).padEnd(6)}  H ${signed(pan)}`;
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
