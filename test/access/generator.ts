/** Valid access.toml texts in every layout a person may give them, cut where their parts begin. */

/** A run of text; `owner` is the block (`token/3`) that goes when it is deleted. */
export interface Segment {
  readonly owner: string | undefined;
  readonly text: string;
}

export interface Generated {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly newline: string;
  /** Names in the order of the file. */
  readonly tokens: readonly string[];
  readonly users: readonly string[];
  /** Whether the blocks are `[[…]]` or elements of an array in lines, or in one line. */
  readonly style: "blocks" | "lines" | "one line";
}

export const HASH = `$argon2id$v=19$m=19456,t=2,p=1$${"c2FsdA".repeat(3)}$${"aGFzaA".repeat(7)}`;

type Pick = <Item>(from: readonly [Item, ...Item[]]) => Item;

export function generateAccess(next: () => number): Generated {
  const pick: Pick = (from) => from[Math.floor(next() * from.length)] ?? from[0];
  const newline = next() < 0.3 ? "\r\n" : "\n";
  const style = pick(["blocks", "blocks", "lines", "one line"] as const);
  const count = Math.floor(next() * 5);
  const tokens = Array.from({ length: count }, (_, at) => `t-${at}`);
  const users = Array.from({ length: Math.floor(next() * 3) }, (_, at) => `user${at}`);
  const parts = { pick, newline, next };
  const segments: Segment[] = [];
  if (next() < 0.1) segments.push({ owner: undefined, text: "\uFEFF" });
  segments.push({ owner: undefined, text: top(parts) });
  const named = [
    ...tokens.map((name, at) => ({ table: "token", name, at })),
    ...users.map((name, at) => ({ table: "user", name, at })),
  ];
  if (style === "blocks") {
    const order = next() < 0.5 ? named : interleaved(named, next);
    for (const { table, name, at } of order) segments.push(...header(parts, table, name, at));
  } else {
    for (const table of ["token", "user"]) {
      const mine = named.filter((item) => item.table === table);
      segments.push(...array(parts, table, mine, style === "lines"));
    }
  }
  if (next() < 0.3) segments.push({ owner: undefined, text: `${newline}# the end${newline}` });
  const ending = segments.at(-1);
  if (ending !== undefined && next() < 0.2) {
    segments[segments.length - 1] = { ...ending, text: ending.text.replace(/(\r?\n)+$/, "") };
  }
  const text = segments.map((segment) => segment.text).join("");
  return { text, segments, newline, tokens, users, style };
}

interface Parts {
  readonly pick: Pick;
  readonly newline: string;
  readonly next: () => number;
}

function top({ pick, newline }: Parts): string {
  const head = pick(["", `# access of linkrd${newline}${newline}`, `# é [[token]]${newline}`]);
  const foreign = pick([
    "",
    `site.name = "rack 4" # dotted${newline}`,
    `"a.b" = { c.d = 1 }${newline}`,
  ]);
  const key = pick(["version", '"version"', "'version'"]);
  const version = `${key} = 1${pick(["", " # of the file"])}`;
  return `${head}${foreign}${version}${newline}${pick(["", newline])}`;
}

/** Pairs of a token or user: key as it may be written, and value. */
function pairs({ pick, next }: Parts, table: string, name: string, at: number): [string, string][] {
  const quote = (text: string) => pick([`"${text}"`, `'${text}'`]);
  const digest = at.toString(16).padStart(64, "0");
  const named: [string, string] = [pick(["name", '"name"']), quote(name)];
  const rest: [string, string][] =
    table === "user"
      ? [
          ["password", quote(pick(["", HASH]))],
          ["totp", quote(pick(["", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"]))],
        ]
      : [
          ["sha256", quote(digest)],
          ["user", pick(['"admin"', '"""\nadmin"""', "'''# x\n[[token]]'''"])],
          ["abilities", pick(["[]", '["view"]', '[\n  "view", # see\n  # and\n  "control",\n]'])],
          ["expires", pick(["2027-02-19T00:00:00Z", "2027-02-19", "2027-02-19 01:00:00+01:00"])],
          ["notes.team", '"ops # 1"'],
        ];
  const kept = rest.filter(([key]) => key === "sha256" || next() < 0.6);
  return next() < 0.5 ? [named, ...kept] : [...kept, named];
}

function header(parts: Parts, table: string, name: string, at: number): Segment[] {
  const { pick, newline, next } = parts;
  const owner = `${table}/${name}`;
  const indent = pick(["", "", "  ", "\t"]);
  const comment = (text: string) => (next() < 0.4 ? `${indent}# ${text} ${name}${newline}` : "");
  const lines = pairs(parts, table, name, at).map(([key, value]) => {
    const side = pick(["", "", ` # ${key} of ${name}`]);
    const between = next() < 0.1 ? newline : "";
    return `${comment("about a key of")}${between}${indent}${key} = ${value}${side}${newline}`;
  });
  const heading = pick([`[[${table}]]`, `[[ "${table}" ]] # heading`]);
  const below =
    next() < 0.2 && table === "token" ? `[token.limits]${newline}rate = 3${newline}` : "";
  const end = comment("# revoked in") + below;
  const body = `${comment("for")}${heading}${newline}${lines.join("")}${end}`;
  const free = pick(["", "", `# free comment after ${name}${newline}${newline}`]);
  return [
    { owner, text: body },
    { owner: undefined, text: newline + free },
  ];
}

function array(
  parts: Parts,
  table: string,
  items: readonly { readonly name: string; readonly at: number }[],
  lines: boolean,
): Segment[] {
  const { pick, newline, next } = parts;
  const segments: Segment[] = [{ owner: undefined, text: `${table} = [${lines ? newline : ""}` }];
  items.forEach(({ name, at }, index) => {
    const owner = `${table}/${name}`;
    const inline = pairs(parts, table, name, at)
      .filter(([, value]) => !value.includes("\n"))
      .map(([key, value]) => `${key}=${value}`);
    const element = `{${pick([" ", ""])}${inline.join(", ")}${pick([" ", ""])}}`;
    const last = index === items.length - 1;
    const comma = last && next() < 0.5 ? "" : ",";
    if (!lines) {
      segments.push({ owner, text: element + (last ? "" : ", ") });
      return;
    }
    const above = next() < 0.3 ? `  # about ${name}${newline}` : "";
    const side = next() < 0.3 ? ` # beside ${name}` : "";
    segments.push({ owner, text: `${above}  ${element}${comma}${side}${newline}` });
    const free = `${newline}  # free after ${name}${newline}${newline}`;
    if (next() < 0.2) segments.push({ owner: undefined, text: free });
  });
  segments.push({ owner: undefined, text: `]${newline}` });
  return segments;
}

function interleaved<Item>(items: readonly Item[], next: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, key: next() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
