/**
 * Lines, blanks and comments around the entries of a TOML text: where a splice may begin and end.
 */

/** What stands in `start…end` of a text gives way to `insert`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** `text` with all of `splices`, which must not overlap. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let result = text;
  for (const { start, end, insert } of splices.toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + insert + result.slice(end);
  }
  return result;
}

/** The offset where the line around `at` begins; a byte order mark stays outside the first line. */
export function lineStart(text: string, at: number): number {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return start === 0 && text.startsWith("\uFEFF") ? 1 : start;
}

/** The offset after the newline of the line around `at`. */
export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline + 1;
}

/** The newline used around `at`: that of its line, else the one that the file has already. */
export function newlineAt(text: string, at: number): string {
  const end = lineEnd(text, at);
  if (text[end - 1] !== "\n") return text.includes("\r\n") ? "\r\n" : "\n";
  return text[end - 2] === "\r" ? "\r\n" : "\n";
}

/** The white space that the line around `at` begins with. */
export function indentAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, at), at))?.[0] ?? "";
}

/** Whether nothing but white space stands before `at` in its line. */
export function beginsLine(text: string, at: number): boolean {
  return text.slice(lineStart(text, at), at).trim() === "";
}

/** Whether nothing but white space and a comment follows `at` in its line. */
export function endsLine(text: string, at: number): boolean {
  return /^[ \t]*(?:#.*)?\r?\n?$/.test(text.slice(at, lineEnd(text, at)));
}

/** The offset of the first thing from `at` on that is neither white space nor a comment. */
export function skipBlank(text: string, at: number): number {
  let offset = at;
  while (offset < text.length) {
    const character = text[offset] ?? "";
    if (character === "#") offset = lineEnd(text, offset);
    else if (/\s/.test(character)) offset += 1;
    else break;
  }
  return offset;
}

/**
 * Where the comment that belongs to the line around `at` begins: comment lines directly above it,
 * with no blank line between. It does not reach into the line of `floor`, where another thing ends.
 */
export function commentStart(text: string, at: number, floor: number): number {
  let start = lineStart(text, at);
  while (start > floor) {
    const above = lineStart(text, start - 1);
    if (above < floor || above === start || !isComment(text, above)) break;
    start = above;
  }
  return start;
}

/**
 * The end of the lines that belong to what ends at `at`: its line and the comment lines directly
 * below, unless these stand directly above `next`, where another block begins.
 */
export function commentEnd(text: string, at: number, next: number): number {
  const own = lineEnd(text, at);
  let end = own;
  while (end < next && isComment(text, end)) end = lineEnd(text, end);
  return end < text.length && end === lineStart(text, next) ? own : end;
}

/**
 * `start…end`, whole lines, widened by the blank line that parted them from what stays: the one
 * above where a blank line or the end follows, or the one below at the top of the file.
 */
export function withBlankLine(text: string, start: number, end: number): Splice {
  const top = lineStart(text, 0);
  const below = end >= text.length || isBlank(text, end);
  const above = start > top ? lineStart(text, start - 1) : start;
  if (below && above < start && isBlank(text, above)) return { start: above, end, insert: "" };
  if (below && start === top) return { start, end: lineEnd(text, end), insert: "" };
  return { start, end, insert: "" };
}

function isComment(text: string, start: number): boolean {
  return /^[ \t]*#/.test(text.slice(start, lineEnd(text, start)));
}

function isBlank(text: string, start: number): boolean {
  return text.slice(start, lineEnd(text, start)).trim() === "";
}
