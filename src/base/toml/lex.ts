/** The tokens of TOML (toml.io v1.1) that the layout scanner must step over or read as keys. */

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\x1b",
};

/** The first offset from `from` on where `pattern` (with the flag `g`) matches, else the end. */
export function search(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** The offset after the string, of any of the four kinds, whose opening quote stands at `start`. */
export function stringEnd(text: string, start: number): number {
  const quote = text[start] ?? '"';
  const triple = quote.repeat(3);
  const long = text.startsWith(triple, start);
  let at = start + (long ? 3 : 1);
  while (at < text.length) {
    if (text[at] === "\\" && quote === '"') {
      at += 2;
    } else if (!long && text[at] === quote) {
      return at + 1;
    } else if (long && text.startsWith(triple, at)) {
      // One or two quotes just before the closing three are part of the string.
      if (text[at + 3] === quote) at += 1;
      if (text[at + 3] === quote) at += 1;
      return at + 3;
    } else {
      at += 1;
    }
  }
  return text.length;
}

/** The offset after a number, a boolean or a date, which may hold one space. */
export function bareEnd(text: string, start: number): number {
  const end = search(text, /[,\]}#\r\n]/g, start);
  return Math.max(
    start + text.slice(start, end).trimEnd().length,
    Math.min(start + 1, text.length),
  );
}

/** The characters a basic string's inside stands for; a key never spans lines. */
export function unescapeBasic(inside: string): string {
  return inside.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g,
    (_whole, two?: string, four?: string, eight?: string, letter?: string) => {
      if (letter !== undefined) return ESCAPES[letter] ?? letter;
      return String.fromCodePoint(Number.parseInt(two ?? four ?? eight ?? "0", 16));
    },
  );
}
