/** Seeded random numbers in [0, 1): mulberry32, small and good enough to shuffle tests. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SCALARS = [
  "1",
  "-17",
  "0xDEAD_BEEF",
  "3.5e-2",
  "-inf",
  "true",
  "false",
  "1979-05-27T07:32:00Z",
  "1979-05-27 07:32:00.5",
  "1979-05-27",
  "07:32:00",
  '""',
  "''",
  '"x\\"]}#,=\\\\"',
  "'\\]}#,='",
  '"é😀\\u00e9"',
  '"""\n[a]\n# "" \\""" \n"""""',
  "'''[[b]]\r\n'' = ''''",
  '"""a \\\n   b"""',
];

const WRITTEN_KEYS = (serial: number): string[] => [
  `k${serial}`,
  `-_${serial}`,
  `"k ${serial} \\" ] = # \\t"`,
  `'k ${serial} \\ ]} "'`,
  `"\\u00e9${serial}"`,
];

/** A valid TOML text of every kind of layout: each key is new, lest a table be defined twice. */
export function generateToml(next: () => number): string {
  const below = (bound: number) => Math.floor(next() * bound);
  const pick = (from: readonly string[]) => from[below(from.length)] ?? "";
  const newline = next() < 0.3 ? "\r\n" : "\n";
  const blank = () => pick(["", "", " ", "\t ", newline, ` # ]}"'=${newline} `]);
  const space = () => pick(["", " ", "\t"]);
  let serial = 0;
  const bareKey = () => pick(WRITTEN_KEYS(serial++));
  const key = () => Array.from({ length: 1 + below(3) }, bareKey).join(`${space()}.${space()}`);
  const list = (depth: number, item: () => string): string => {
    const count = below(4);
    const items = Array.from({ length: count }, () => `${blank()}${item()}${blank()}`).join(",");
    return `${items}${count > 0 && next() < 0.3 ? "," : ""}${depth === 0 ? blank() : ""}`;
  };
  const value = (depth: number): string => {
    const shape = depth > 3 ? 1 : next();
    if (shape < 0.15) return `[${list(depth, () => value(depth + 1))}]`;
    if (shape < 0.3) return `{${list(depth, () => pair(depth + 1))}}`;
    return pick(SCALARS);
  };
  const pair = (depth: number) => `${space()}${key()}${space()}=${space()}${value(depth)}`;
  const line = (content: string) =>
    `${space()}${content}${space()}${pick(["", "# c [x] = '"])}${newline}${pick(["", newline])}`;

  const arrays = ["t", "t.'u v'", "t.'u v'.w"];
  let open = 0;
  const header = () => {
    if (next() < 0.3) return `[${space()}${key()}${space()}]`;
    if (open > 0 && next() < 0.3) return `[${arrays[below(open)]}.${bareKey()}]`;
    const level = Math.min(below(arrays.length), open);
    open = level + 1;
    return `[[${space()}${arrays[level]}${space()}]]`;
  };
  const block = () => Array.from({ length: below(5) }, () => line(pair(0))).join("");
  const blocks = Array.from({ length: below(8) }, () => line(header()) + block());
  const mark = next() < 0.2 ? "\uFEFF" : "";
  return `${mark}${block()}${blocks.join("")}${pick(["", "# last"])}`;
}
