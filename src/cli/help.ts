/** What linkrd tells of its commands, out of their table. */
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";

export const CONFIG_DEFAULT = "/etc/linkrd";
export const STATE_DEFAULT = "/var/lib/linkrd";

const PLACES = {
  config: { value: "DIR", help: `where linkrd.toml and access.toml are; ${CONFIG_DEFAULT}` },
  state: { value: "DIR", help: `what the device may lose, and the socket; ${STATE_DEFAULT}` },
} as const;

/** One command as it is called, with its options. */
export function usageOf({ name, operands, options }: Command): string {
  const flags = Object.entries(options).map(([option, { value }]) =>
    value === undefined ? `[--${option}]` : `[--${option} ${value}]`,
  );
  return ["linkrd", name, operands, ...flags].filter((word) => word !== "").join(" ");
}

/**
 * Lines for who asked with `words`: about the one command that these name, the family of commands
 * that they begin, such as `token`, or else about all. A word "help" in front is left aside.
 */
export function helpOf(words: readonly string[]): readonly string[] {
  const [first, second] = words[0] === "help" ? words.slice(1) : words;
  const one = COMMANDS.find(({ name }) => name === first || name === `${first} ${second}`);
  if (one !== undefined) return aboutOne(one);
  const family = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (family.length > 0) return list(family);
  return [
    "linkrd: a KVM over IP that scripts can trust",
    "",
    ...list(COMMANDS),
    "",
    `Every command takes --config DIR (${CONFIG_DEFAULT}) and --state DIR (${STATE_DEFAULT}).`,
    "linkrd COMMAND --help tells what its options are.",
  ];
}

function aboutOne(command: Command): readonly string[] {
  const options = Object.entries({ ...command.options, ...PLACES });
  const flags = options.map(([name, { value }]: [string, { readonly value?: string }]) => {
    return value === undefined ? `--${name}` : `--${name} ${value}`;
  });
  const width = Math.max(...flags.map((flag) => flag.length));
  return [
    usageOf(command),
    "",
    `  ${command.help}`,
    "",
    ...options.map(([, { help }], index) => `  ${(flags[index] ?? "").padEnd(width)}  ${help}`),
  ];
}

function list(commands: readonly Command[]): readonly string[] {
  const usages = commands.map(usageOf);
  const width = Math.min(60, Math.max(...usages.map((usage) => usage.length)));
  return commands.map(({ help }, index) => `  ${(usages[index] ?? "").padEnd(width)}  ${help}`);
}
