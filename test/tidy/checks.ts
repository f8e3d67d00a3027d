/** What a file may not contain and how large it may be. Each check gives a sentence a finding. */
import { ENTRIES } from "./imports.ts";
import { mask } from "./mask.ts";

/** Findings about one file, as `path:line: what is wrong: what to do`. */
export type Check = (path: string, text: string) => string[];

const COLUMNS_MAX = 100;
const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;

/** Tables of data are as long and wide as their data. */
const DATA = /^test\/golden\/|^bun\.lock$|^LICENSE$|\.(?:snap|svg|html|css|json)$/;

/** Findings made here are about these very words, so the words stand here in pieces. */
const SELF = /^test\/tidy\//;

interface Banned {
  readonly pattern: RegExp;
  /** The files in which it is banned. */
  readonly where: RegExp;
  /** Those of them that may have it. */
  readonly except?: RegExp;
  readonly instead: string;
  /** Look in comments and strings too. */
  readonly anywhere?: true;
}

const CODE = /^(?:src|test|scripts)\/.*\.tsx?$/;
const SOURCE = /^src\/.*\.tsx?$/;

export const BANNED: readonly Banned[] = [
  {
    pattern: /\btoBuffer\b/,
    where: CODE,
    instead: "it may free foreign memory: use toArrayBuffer",
  },
  { pattern: /\btoArrayBuffer\b/, where: SOURCE, except: /^src\/ffi\//, instead: "ask src/ffi" },
  { pattern: /\bJSCallback\b/, where: CODE, instead: "it corrupts the heap: poll in a worker" },
  {
    pattern: /\bconsole\.(?:log|info|debug|warn|error|trace|table|dir)\b/,
    where: SOURCE,
    instead: "take a Log, or return what main prints",
  },
  {
    pattern: /\bprocess\.(?:argv|env|exit|exitCode|stdin|stdout|stderr)\b|\bBun\.(?:argv|env)\b/,
    where: SOURCE,
    except: /^src\/main\.ts$/,
    instead: "only src/main.ts may: take it as a parameter",
  },
  { pattern: /\beval\s*\(|\bnew Function\b/, where: CODE, instead: "write the code" },
  { pattern: /(?<![.\w])any\b(?!\s*[(:=])/, where: CODE, instead: "use unknown, and look" },
  { pattern: /\bsetInterval\b/, where: CODE, instead: "loop and await: runs never overlap" },
  { pattern: /\bMath\.random\b/, where: CODE, instead: "use node:crypto, or a seed in tests" },
  { pattern: /^export default\b/, where: CODE, except: /\.d\.ts$/, instead: "export it by name" },
  {
    pattern: /^export\b[^;"'=(]*\bfrom\s*["']/m,
    where: CODE,
    instead: "import it from where it is made",
  },
  { pattern: /^(?:export )?(?:let|var)\b/, where: SOURCE, instead: "pass state in as a part" },
  {
    pattern:
      /^(?:export )?const \w+(?::[^=]+)? = (?:\[\]|\{\}|new (?:Weak)?(?:Map|Set)(?:<.*>)?\(\))/,
    where: SOURCE,
    instead: "state of a module is global: pass it in as a part",
  },
  {
    pattern: /\.(?:only|skip|todo)\s*\(/,
    where: /\.test\.ts$/,
    instead: "a test runs, or is not there",
  },
  {
    pattern: /\b(?:Bun\.sleep|sleepSync|setTimeout)\b/,
    where: /\.test\.ts$/,
    instead: "await the condition",
  },
  {
    pattern: new RegExp(`@ts-(?:${"ig"}nore|${"no"}check|${"ex"}pect-error)|${"bio"}me-ignore`),
    where: CODE,
    instead: "make the types say it",
    anywhere: true,
  },
  {
    pattern: new RegExp(`\\b(?:${"FIX"}ME|${"TO"}DO|${"X"}XX)\\b`),
    where: /./,
    except: DATA,
    instead: "do it, or file an issue",
    anywhere: true,
  },
  {
    pattern: new RegExp(`(?<![\\w.~-])/(?:${"wo"}rk|${"fa"}rm)/|/\\.${"libr"}ary\\b`),
    where: /./,
    instead: "a path of one machine: name it relative to the tree",
    anywhere: true,
  },
  {
    pattern: new RegExp(`registry\\.${"npm"}js|deb\\.${"deb"}ian`),
    where: /./,
    instead: "leave the choice of a mirror to the machine",
    anywhere: true,
  },
];

/** Calls and words that {@link BANNED} has, each with what to use instead. */
export function checkBanned(path: string, text: string): string[] {
  if (SELF.test(path)) return [];
  const rows = BANNED.filter(({ where, except }) => where.test(path) && !except?.test(path));
  const code = /\.tsx?$/.test(path) ? mask(text) : text;
  return rows.flatMap(({ pattern, instead, anywhere }) => {
    const flags = [...new Set(`${pattern.flags}gm`)].join("");
    const matches = [...(anywhere ? text : code).matchAll(new RegExp(pattern, flags))];
    return matches.map((match) => {
      const found = match[0].trim().replace(/\s+/g, " ");
      return `${path}:${lineAt(text, match.index)}: ${found} is banned: ${instead}`;
    });
  });
}

/** Lines over 100 columns that could be broken, and files over 400 lines. */
export function checkSize(path: string, text: string): string[] {
  if (DATA.test(path)) return [];
  const lines = text.replace(/\n$/, "").split("\n");
  const findings = lines.flatMap((line, at) => {
    const columns = [...line].length;
    const unbreakable = /^\W*https?:\S+$/.test(line) || (path.endsWith(".md") && /^\|/.test(line));
    return columns > COLUMNS_MAX && !unbreakable
      ? [`${path}:${at + 1}: ${columns} columns: break the line at ${COLUMNS_MAX}`]
      : [];
  });
  if (lines.length > FILE_LINES_MAX && /\.(?:tsx?|c|h|sh)$/.test(path)) {
    findings.push(`${path}: ${lines.length} lines: split it, ${FILE_LINES_MAX} is the most`);
  }
  return findings;
}

/**
 * Functions over 70 lines, in TypeScript and C. The formatter's layout is relied on: a body ends at
 * the first line that begins with its brace at the indentation of its head. A `describe` is no
 * function in this sense.
 */
export function checkFunctions(path: string, text: string): string[] {
  if (!/\.(?:tsx?|c)$/.test(path)) return [];
  const lines = mask(text).split("\n");
  return lines.flatMap((line, at) => {
    if (!opensFunction(line)) return [];
    const indentation = line.search(/\S/);
    const isLevel = (other: string) => other.search(/\S/) === indentation;
    const head = line.trimStart().startsWith(")")
      ? lines.findLastIndex((other, above) => above < at && isLevel(other))
      : at;
    if (/^\s*describe\b/.test(lines[head] ?? "")) return [];
    const last = lines.findIndex((other, below) => below > at && isLevel(other));
    const length = last - head + 1;
    if (length <= FUNCTION_LINES_MAX) return [];
    return [
      `${path}:${head + 1}: a function of ${length} lines: split it at ${FUNCTION_LINES_MAX}`,
    ];
  });
}

function opensFunction(line: string): boolean {
  if (!/\{\s*$/.test(line)) return false;
  if (/=>\s*\{\s*$/.test(line) || /\bfunction\b/.test(line)) return true;
  const isControl = /^\s*(?:\}\s*)?(?:if|else|for|while|do|switch|try|catch|finally|case)\b/;
  const isType = /^\s*(?:export )?(?:abstract )?(?:class|interface|type|declare|struct|enum)\b/;
  return /\)[^=()]*\{\s*$/.test(line) && !isControl.test(line) && !isType.test(line);
}

/**
 * What would run at import: statements at the top of a file of src/ that declare nothing, awaits,
 * and constants made by calling something that reaches out of the program. Entries are there to
 * run.
 */
export function checkTopLevel(path: string, text: string): string[] {
  if (!SOURCE.test(path) || ENTRIES.includes(path)) return [];
  let depth = 0;
  return mask(text)
    .split("\n")
    .flatMap((line, at) => {
      const isTop = depth === 0 && /^[^\s`)\]}]/.test(line);
      depth += count(line, /[([{]/g) - count(line, /[)\]}]/g);
      if (!isTop || isHarmless(line, text)) return [];
      const found = text.split("\n")[at] ?? "";
      return [`${path}:${at + 1}: ${found} runs at import: do it in a function`];
    });
}

const DECLARATION = new RegExp(
  "^(?:export )?(?:declare )?(?:import|export|const|(?:async )?function" +
    "|(?:abstract )?class|interface|type|module)(?![\\w(.])",
);

function isHarmless(line: string, text: string): boolean {
  if (!DECLARATION.test(line)) return false;
  if (/^(?:export )?const\b.*=\s*await\b/.test(line)) return false;
  const callee = /^(?:export )?const\b[^=]*=\s*(?:new )?([\w$]+)(?:\.[\w$]+)*(?:<[^(]*>)?\(/.exec(
    line,
  )?.[1];
  if (callee === undefined) return true;
  const outside = new RegExp(
    `^import\\b[^;]*\\b${callee}\\b[^;]*from "(?:bun:|node:(?!path"))`,
    "m",
  );
  const reachesOut = /^(?:Bun|process|fetch|setTimeout|setImmediate|queueMicrotask|Worker)$/;
  return !reachesOut.test(callee) && !outside.test(text);
}

/** Rooms of `paths` that the document does not name as `src/room/`. */
export function checkDocument(document: string, text: string, paths: Iterable<string>): string[] {
  const rooms = new Set([...paths].flatMap((path) => /^src\/[^/]+\//.exec(path) ?? []));
  return [...rooms]
    .filter((room) => !text.includes(room))
    .map((room) => `${document}: says nothing of ${room}`);
}

function count(line: string, pattern: RegExp): number {
  return line.match(pattern)?.length ?? 0;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
