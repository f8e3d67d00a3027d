/** Parameters of a query: each is read by what the API document says about it. */
import { Fault } from "../base/fault.ts";
import { nearest } from "../base/nearest.ts";

/** JSON Schema, draft 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Parameter<Value> {
  /** For people, in a sentence. */
  readonly about: string;
  readonly schema: JsonSchema;
  /** Has to be given: `parse` refuses undefined. */
  readonly required?: true;
  /**
   * @param text undefined when the parameter is not given
   * @throws Fault `bad_request` that names the parameter
   */
  readonly parse: (text: string | undefined, name: string) => Value;
}

/** By the names that they have in the query. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

export type Query<Known extends Parameters> = {
  readonly [Name in keyof Known]: Known[Name] extends Parameter<infer Value> ? Value : never;
};

/**
 * The query of `url`, in which every name is one of `known` and stands once.
 *
 * @throws Fault `bad_request` that names the parameter
 */
export function readQuery<Known extends Parameters>(url: string, known: Known): Query<Known> {
  const names = Object.keys(known);
  const found = new Map<string, string>();
  // Most requests have none, and a URL takes longer to parse than all the rest of this.
  const all = url.includes("?") ? new URL(url).searchParams : [];
  for (const [given, value] of all) {
    if (!names.includes(given)) throw unknown(given, names);
    if (found.has(given)) throw new Fault("bad_request", `${given}: give it once`);
    found.set(given, value);
  }
  return parsed(known, (name) => found.get(name));
}

/** As kvmd reads: of what is given twice the first, and nothing of what it does not know. */
export function readLooseQuery<Known extends Parameters>(url: string, known: Known): Query<Known> {
  const { searchParams } = new URL(url);
  return parsed(known, (name) => searchParams.get(name) ?? undefined);
}

function parsed<Known extends Parameters>(
  known: Known,
  textOf: (name: string) => string | undefined,
): Query<Known> {
  const values = Object.entries(known).map(([name, parameter]) => {
    return [name, parameter.parse(textOf(name), name)] as const;
  });
  return Object.fromEntries(values) as Query<Known>;
}

function unknown(given: string, names: readonly string[]): Fault {
  const shown = given.slice(0, 32);
  const near = nearest(given, names);
  const remedy = near === undefined ? "leave it out" : `did you mean ${near}?`;
  return new Fault("bad_request", `${shown}: unknown query parameter: ${remedy}`, {
    details: { parameter: shown },
  });
}

/** A Fault `bad_request` that names the parameter. */
export function refused(parameter: string, remedy: string): Fault {
  return new Fault("bad_request", `${parameter}: ${remedy}`, { details: { parameter } });
}

/** A parameter that may be left out. */
export function parameter<Value>(
  about: string,
  schema: JsonSchema,
  parse: (text: string, name: string) => Value,
): Parameter<Value | undefined> {
  const read = (text: string | undefined, name: string) => {
    return text === undefined ? undefined : parse(text, name);
  };
  return { about, schema, parse: read };
}

/** A whole number. */
export function integer(about: string, min: number, max: number): Parameter<number | undefined> {
  const schema = { type: "integer", minimum: min, maximum: max };
  return parameter(about, schema, (text, name) => integerOf(name, text, min, max));
}

/** 1 or 0; left out, it is 0. */
export function flag(about: string): Parameter<boolean> {
  return {
    about,
    schema: { type: "integer", enum: [0, 1], default: 0 },
    parse: (text = "0", name) => {
      if (text === "0" || text === "1") return text === "1";
      throw refused(name, "give 0 or 1");
    },
  };
}

/** The one word that there is. @param what for the refusal: "wait for" */
export function word<const Word extends string>(
  about: string,
  only: Word,
  what: string,
): Parameter<Word | undefined> {
  return parameter(about, { const: only }, (text, name) => {
    if (text === only) return only;
    throw refused(name, `the one thing to ${what} is ${only}`);
  });
}

/**
 * `text` as a whole number from `min` to `max`.
 *
 * @throws Fault `bad_request` that names the parameter
 */
export function integerOf(name: string, text: string, min: number, max: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw refused(name, `give a whole number from ${min} to ${max}`);
}
