import { Fault } from "../base/fault.ts";
import { nearest } from "../base/nearest.ts";

/**
 * The query of `url`, in which every name is one of `names` and stands once.
 *
 * @throws Fault `bad_request` that names the parameter
 */
export function readQuery<const Name extends string>(
  url: string,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  if (!url.includes("?")) return found;
  for (const [given, value] of new URL(url).searchParams) {
    const name = names.find((known) => known === given);
    if (name === undefined) throw unknown(given, names);
    if (found[name] !== undefined) throw new Fault("bad_request", `${name}: give it once`);
    found[name] = value;
  }
  return found;
}

function unknown(given: string, names: readonly string[]): Fault {
  const shown = given.slice(0, 32);
  const near = nearest(given, names);
  const remedy = near === undefined ? "leave it out" : `did you mean ${near}?`;
  return new Fault("bad_request", `${shown}: unknown query parameter: ${remedy}`, {
    details: { parameter: shown },
  });
}

/**
 * `text` as a whole number from `min` to `max`.
 *
 * @throws Fault `bad_request` that names the parameter
 */
export function integerOf(parameter: string, text: string, min: number, max: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new Fault("bad_request", `${parameter}: give a whole number from ${min} to ${max}`, {
    details: { parameter },
  });
}
