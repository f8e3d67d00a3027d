import { join } from "node:path";
import { parseArgs } from "node:util";
import { Fault } from "../base/fault.ts";
import { printable } from "../base/log.ts";
import { nearest } from "../base/nearest.ts";
import type { Call, Command, Places, Surroundings } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { CONFIG_DEFAULT, helpOf, STATE_DEFAULT, usageOf } from "./help.ts";

const SOCKET_DEFAULT = "/run/linkrd/linkrd.sock";

/**
 * Runs one command line. @returns the exit status: 0 done, 1 failed, 2 wrong use or bad config
 *
 * What fails is told as one line on standard error, `linkrd: what is wrong: what to do`.
 */
export async function runCommandLine(words: readonly string[], io: Surroundings): Promise<number> {
  try {
    const asked = words.slice(0, words.includes("--") ? words.indexOf("--") : words.length);
    if (words.length === 0 || asked[0] === "help" || asked.some(isHelp)) {
      for (const line of helpOf(plainWords(asked))) io.print(line);
      return words.length === 0 ? 2 : 0;
    }
    const named = words[0] === "--version" ? ["version", ...words.slice(1)] : words;
    const command = findCommand(named);
    await command.run(parseCall(command, named, io));
    return 0;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { remedy } = error.details;
    const message = typeof remedy === "string" ? `${error.message}: ${remedy}` : error.message;
    for (const line of message.split("\n")) io.warn(`linkrd: ${line}`);
    return error.exit;
  }
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

/** Words that are no options; --config and --state may also stand before the command. */
function plainWords(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => {
    return !word.startsWith("-") && !/^--(?:config|state)$/.test(words[index - 1] ?? "");
  });
}

function findCommand(words: readonly string[]): Command {
  const plain = plainWords(words);
  const found = COMMANDS.find(
    ({ name }) => plain.slice(0, name.split(" ").length).join(" ") === name,
  );
  if (found !== undefined) return found;
  const [first] = plain;
  if (first === undefined) throw new Fault("usage", "no command: linkrd help lists them");
  const family = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (family.length > 0) {
    const choices = family.map(({ name }) => name.slice(first.length + 1)).join(", ");
    throw new Fault("usage", `${first}: which one?: ${choices}`);
  }
  const near = nearest(
    first,
    COMMANDS.map(({ name }) => name.split(" ")[0] ?? ""),
  );
  const remedy = near === undefined ? "linkrd help lists them" : `did you mean ${near}?`;
  throw new Fault("usage", `${printable(first.slice(0, 32))}: unknown command: ${remedy}`);
}

function parseCall(command: Command, words: readonly string[], io: Surroundings): Call {
  const takesValue = new Map([
    ["config", true],
    ["state", true],
    ...Object.entries(command.options).map(([name, { value }]) => [name, !!value] as const),
  ]);
  const options = Object.fromEntries(
    [...takesValue].map(([name, takes]) => [name, { type: takes ? "string" : "boolean" } as const]),
  );
  // Not strict: the faults are told in our own words, with the usage and the nearest name.
  const { tokens, positionals } = parseArgs({
    args: [...words],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const refuse = (what: string) => new Fault("usage", `${what}: usage: ${usageOf(command)}`);
  const values = new Map<string, string | boolean>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const takes = takesValue.get(name);
    if (takes === undefined) throw refuse(unknownOption(rawName, command, [...takesValue.keys()]));
    if (values.has(name)) throw refuse(`${rawName} is given twice`);
    const isMissing =
      value === undefined || value === "" || (!inlineValue && value.startsWith("-"));
    if (takes && isMissing) throw refuse(`${rawName} takes a value`);
    if (!takes && value !== undefined) throw refuse(`${rawName} takes no value`);
    values.set(name, value ?? true);
  }
  const operands = positionals.slice(command.name.split(" ").length);
  const wanted = command.operands.split(" ").filter((word) => word !== "");
  const least = wanted.filter((word) => !word.startsWith("[")).length;
  if (operands.length < least || operands.length > wanted.length) {
    throw new Fault("usage", `usage: ${usageOf(command)}`);
  }
  const given = Object.fromEntries(values);
  return { places: placesOf(given), operands, options: given, io };
}

function unknownOption(given: string, { operands }: Command, names: readonly string[]): string {
  const near = nearest(given.replace(/^-+/, ""), names);
  const dashed = operands === "" ? "" : `, put -- before ${operands} if it is meant as that`;
  const hint = near === undefined ? dashed : `, did you mean --${near}?`;
  return `${printable(given.slice(0, 32))} is no option here${hint}`;
}

function placesOf(options: Call["options"]): Places {
  const { config, state } = options as { config?: string; state?: string };
  return {
    config: config ?? CONFIG_DEFAULT,
    state: state ?? STATE_DEFAULT,
    socket: state === undefined ? SOCKET_DEFAULT : join(state, "linkrd.sock"),
  };
}
