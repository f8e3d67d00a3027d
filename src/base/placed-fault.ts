/** A fault in a text that a person wrote: where it is, what it is, and the line it is in. */
import { printable } from "./log.ts";

export interface PlacedFault {
  readonly file: string;
  /** 1-based; columns count UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  /** What is wrong and, after a colon, what to do about it. */
  readonly message: string;
  /** The line in question with its number, and under it a caret at the column. */
  readonly frame: string;
}

/** Wide enough for a line of ours, and a minified one does not flood the terminal. */
const FRAME_CHARACTERS_MAX = 80;

/** A fault at `place` of `text`, which is drawn from there. */
export function placedFault(
  file: string,
  text: string,
  place: { readonly line: number; readonly column: number },
  message: string,
): PlacedFault {
  const { line, column } = place;
  return { file, line, column, message, frame: codeFrame(text, line, column) };
}

/** `file:line:column: message` and the frame below it, without a final newline. */
export function renderPlacedFault(fault: PlacedFault): string {
  const head = `${fault.file}:${fault.line}:${fault.column}: ${printable(fault.message)}`;
  return `${head}\n${fault.frame}`;
}

/**
 * Line `line` of `text` with its number, and a caret under `column`. Of a long line only the part
 * around the column is drawn; what could drive a terminal is drawn as escapes.
 */
export function codeFrame(text: string, line: number, column: number): string {
  const source = (text.split("\n", line)[line - 1] ?? "").replace(/^\uFEFF|\r$/g, "");
  const first = Math.max(0, Math.min(column - 1, source.length) - FRAME_CHARACTERS_MAX / 2);
  const shown = (from: number, to: number) =>
    printable(source.slice(from, to).replaceAll("\t", " "));
  const cut = first > 0 ? "…" : "";
  const before = cut + shown(first, column - 1);
  const after = shown(column - 1, first + FRAME_CHARACTERS_MAX);
  const rest = source.length > first + FRAME_CHARACTERS_MAX ? "…" : "";
  const gutter = " ".repeat(String(line).length);
  return `  ${line} | ${before}${after}${rest}\n  ${gutter} | ${" ".repeat(before.length)}^`;
}
