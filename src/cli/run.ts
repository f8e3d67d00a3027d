import { join } from "node:path";
import { parseArgs } from "node:util";
import { Fault } from "../base/fault.ts";
import { printable } from "../base/log.ts";
import { nearest } from "../base/nearest.ts";
import type { Call, Command, Places, Surroundings } from "./command.ts";
import { COMMANDS } from "./commands.ts";

const CONFIG_DEFAULT = "/etc/linkrd";
const STATE_DEFAULT = "/var/lib/linkrd";
const SOCKET_DEFAULT = "/run/linkrd/linkrd.sock";

/**
 * Runs one command line. @returns the exit status: 0 done, 1 failed, 2 wrong use or bad config
 *
 * What fails is told as one line on standard error, `linkrd: what is wrong: what to do`.
 */
export async function runCommandLine(words: readonly string[], io: Surroundings): Promise<number> {
  try {
    if (words.length === 0 || words[0] === "help" || words.includes("--help")) {
      for (const line of helpLines()) io.print(line);
      return words.length === 0 ? 2 : 0;
    }
    const command = findCommand(words);
    await command.run(parseCall(command, words, io));
    return 0;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    for (const line of error.message.split("\n")) io.warn(`linkrd: ${line}`);
    return error.exit;
  }
}

function findCommand(words: readonly string[]): Command {
  // --config and --state may also stand before the command.
  const plain = words.filter((word, index) => {
    return !word.startsWith("-") && !/^--(?:config|state)$/.test(words[index - 1] ?? "");
  });
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

/** One command as it is called, with its options. */
export function usageOf({ name, operands, options }: Command): string {
  const flags = Object.entries(options).map(([option, { value }]) =>
    value === undefined ? `[--${option}]` : `[--${option} ${value}]`,
  );
  return ["linkrd", name, operands, ...flags].filter((word) => word !== "").join(" ");
}

function helpLines(): string[] {
  const usages = COMMANDS.map(usageOf);
  const width = Math.min(60, Math.max(...usages.map((usage) => usage.length)));
  return [
    "linkrd: a KVM over IP that scripts can trust",
    "",
    ...COMMANDS.map(({ help }, index) => `  ${(usages[index] ?? "").padEnd(width)}  ${help}`),
    "",
    `Every command takes --config DIR (${CONFIG_DEFAULT}) and --state DIR (${STATE_DEFAULT}).`,
  ];
}
