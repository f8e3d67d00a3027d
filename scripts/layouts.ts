/**
 * Writes src/hid/layouts.txt from Debian's xkb-data: `make layouts`. Packages are fetched and
 * unpacked under build/, never installed; libxkbcommon's own compiler resolves the includes, and
 * its header tells which character a key symbol is.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAYOUT_NAMES, type LayoutName } from "../src/base/layout-names.ts";
import { DEAD, KEY_ROWS, NONE } from "../src/hid/layout.ts";
import { xkbName } from "./xkb-names.ts";

const ROOT = join(import.meta.dir, "..");
const FOLDER = join(ROOT, "build/layouts");
const PACKAGES = ["xkb-data", "libxkbcommon-tools", "libxkbcommon-dev"];

/** xkb's names of the keys of KEY_ROWS. */
const XKB_KEYS: readonly (readonly string[])[] = [
  ["TLDE", ...numbered("AE", 13)],
  numbered("AD", 12),
  [...numbered("AC", 11), "BKSL"],
  ["LSGT", ...numbered("AB", 11), "SPCE"],
];

/** The combining mark of each dead key that Unicode composes with. */
const MARKS: ReadonlyMap<string, number> = new Map([
  ...([
    ["grave", 0x300],
    ["acute", 0x301],
    ["circumflex", 0x302],
    ["tilde", 0x303],
  ] as const),
  ...([
    ["macron", 0x304],
    ["breve", 0x306],
    ["abovedot", 0x307],
    ["diaeresis", 0x308],
  ] as const),
  ...([
    ["hook", 0x309],
    ["abovering", 0x30a],
    ["doubleacute", 0x30b],
    ["caron", 0x30c],
  ] as const),
  ...([
    ["horn", 0x31b],
    ["belowdot", 0x323],
    ["belowcomma", 0x326],
  ] as const),
  ...([
    ["cedilla", 0x327],
    ["ogonek", 0x328],
  ] as const),
]);

function numbered(row: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${row}${`${index + 1}`.padStart(2, "0")}`);
}

function run(command: readonly string[], cwd = ROOT): string {
  const { stdout, stderr, success } = Bun.spawnSync([...command], { cwd });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout.toString();
}

/** Fetches and unpacks the packages. @returns the version of xkb-data */
function fetchPackages(): string {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  run(["apt-get", "download", "-qq", ...PACKAGES], FOLDER);
  const files = readdirSync(FOLDER);
  for (const file of files) run(["dpkg", "-x", file, "."], FOLDER);
  const data = files.find((file) => file.startsWith("xkb-data")) ?? "";
  return run(["dpkg-deb", "-f", join(FOLDER, data), "Version"]).trim();
}

/**
 * What each key symbol types, by the comments of libxkbcommon's header; where those are in
 * parentheses, it is only nearly so.
 */
function readKeysyms(): ReadonlyMap<string, string> {
  const header = readFileSync(join(FOLDER, "usr/include/xkbcommon/xkbcommon-keysyms.h"), "utf8");
  const lines = header.matchAll(/^#define XKB_KEY_(\w+) .*\/\* U\+([0-9A-F]{4,6}) /gm);
  return new Map(
    [...lines].map(([, name = "", hex = ""]) => [name, String.fromCodePoint(parseInt(hex, 16))]),
  );
}

/** The key symbols of each key, by xkb's name of it, level by level. */
function compileKeymap(name: LayoutName): ReadonlyMap<string, readonly string[]> {
  const [layout, variant] = xkbName(name);
  const tools = readdirSync(join(FOLDER, "usr"), { recursive: true, encoding: "utf8" });
  const compiler = tools.find((path) => path.endsWith("xkbcli-compile-keymap")) ?? "";
  const dump = run([
    join(FOLDER, "usr", compiler),
    ...["--include", join(FOLDER, "usr/share/X11/xkb")],
    ...["--layout", layout, ...(variant === "" ? [] : ["--variant", variant])],
  ]);
  const keys = dump.slice(dump.indexOf("xkb_symbols")).matchAll(/^\tkey <(\w+)>\s*\{([^}]*)\};/gm);
  return new Map(
    [...keys].map(([, key = "", body = ""]) => {
      const [, symbols = ""] = /(?:^|=)\s*\[([^\]]*)\]/.exec(body) ?? [];
      return [key, symbols.split(",").map((symbol) => symbol.trim())];
    }),
  );
}

/** What a key symbol types, a dead key as DEAD and its mark; NONE for what types nothing. */
function characterOf(symbol: string, keysyms: ReadonlyMap<string, string>): string {
  const mark = MARKS.get(/^dead_(\w+)$/.exec(symbol)?.[1] ?? "");
  if (mark !== undefined) return DEAD + String.fromCodePoint(mark);
  const [, hex] = /^U([0-9A-F]{4,6})$/.exec(symbol) ?? [];
  const character =
    hex === undefined ? keysyms.get(symbol) : String.fromCodePoint(parseInt(hex, 16));
  // What cannot be seen has no place in a table that people read, and hosts differ in what they
  // make of Arabic ligatures.
  return character === undefined || /[\s\p{C}\ufb50-\ufeff]/u.test(character) ? NONE : character;
}

function describe(name: LayoutName, keysyms: ReadonlyMap<string, string>): string {
  const keymap = compileKeymap(name);
  const levels = keymap.get("RALT")?.includes("ISO_Level3_Shift") === true ? 4 : 2;
  const typed = (key: string) => {
    const characters = (keymap.get(key) ?? []).slice(0, levels);
    return characters.map((symbol) => characterOf(symbol, keysyms));
  };
  const elsewhere = XKB_KEYS.flat().filter((key) => key !== "LSGT");
  const made = new Set(elsewhere.flatMap((key) => typed(key).slice(0, 2)));
  const rows = XKB_KEYS.map((row) =>
    row
      .map((key) => {
        const characters = typed(key);
        // xkb-data gives every layout the key beside the left Shift, also where no keyboard has it.
        const isSpare = key === "LSGT" && characters.slice(0, 2).every((one) => made.has(one));
        return isSpare ? NONE : trim(characters);
      })
      .join(" "),
  );
  const caps = keymap.get("CAPS") ?? [];
  const lock = ["caps", "shift+caps"][caps.indexOf("Caps_Lock")] ?? "";
  return [`[${name}] ${lock}`.trimEnd(), ...rows].join("\n");
}

/** Leaves out what a lower level of the same key types, and levels without anything at the end. */
function trim(characters: readonly string[]): string {
  const once = characters.map((one, level) => (characters.indexOf(one) < level ? NONE : one));
  return once.join("").replace(new RegExp(`${NONE}+$`), "") || NONE;
}

const version = fetchPackages();
const keysyms = readKeysyms();
if (XKB_KEYS.some((row, index) => row.length !== KEY_ROWS[index]?.length)) {
  throw new Error("the rows of keys differ from those of src/hid/layout.ts");
}
const header = `# Keyboard layouts of Debian's xkb-data ${version} (NOTICE), by scripts/layouts.ts.
# Each has the four rows of keys; each key what it types alone, with Shift, with AltGr, and with
# both. ${DEAD} and a mark is a dead key; ${NONE} is nothing.
`;
const sections = LAYOUT_NAMES.map((name) => describe(name, keysyms));
writeFileSync(join(ROOT, "src/hid/layouts.txt"), [header, ...sections, ""].join("\n"));
