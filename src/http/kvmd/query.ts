/** kvmd's validators as parameters of a query, which readLooseQuery reads. */
import { strictObject } from "valibot";
import type { FaultCode } from "../../base/fault.ts";
import type { RouteDoc } from "../doc.ts";
import type { JsonSchema, Parameter, Parameters } from "../query.ts";
import {
  type Range,
  validBool,
  validClamped,
  validFloat,
  validInteger,
  validList,
  validOneOf,
} from "./validate.ts";

/** Faults of what keys and mouse are used for. */
export const ACTING = ["conflict", "no_hid", "too_many"] as const satisfies readonly FaultCode[];

/** The doc of an action that has nothing to tell. */
export function actionDoc<Known extends Parameters>(
  summary: string,
  query: Known,
  faults: readonly FaultCode[] = [],
): RouteDoc & { readonly query: Known } {
  const answers = { 200: { about: "Done.", json: strictObject({}) } };
  return { tag: "PiKVM", summary, query, answers, faults };
}

/** `parameter`, which may be left out: it is `fallback` then. */
export function optional<Value, Fallback extends Value | undefined>(
  { about, schema, parse }: Parameter<Value>,
  fallback: Fallback,
): Parameter<Value | Fallback> {
  return {
    about,
    schema: fallback === undefined ? schema : { ...schema, default: fallback },
    parse: (text, name) => (text === undefined ? fallback : parse(text, name)),
  };
}

export function bool(about: string): Parameter<boolean> {
  return required(about, { type: "boolean" }, validBool);
}

/** @param kind what kvmd calls it, such as `stream FPS` */
export function integer(about: string, kind: string, range: Range = {}): Parameter<number> {
  const schema = { type: "integer", ...bounds(range) };
  return required(about, schema, (text) => validInteger(text, kind, range));
}

export function float(about: string, kind: string, range: Range = {}): Parameter<number> {
  const schema = { type: "number", ...bounds(range) };
  return required(about, schema, (text) => validFloat(text, kind, range));
}

/** A whole number that is moved into its range. */
export function clamped(about: string, kind: string, min: number, max: number): Parameter<number> {
  const told = `${about} Moved into ${min} to ${max}.`;
  return required(told, { type: "integer" }, (text) => validClamped(text, kind, min, max));
}

export function oneOf<const Variant extends string>(
  about: string,
  kind: string,
  variants: readonly Variant[],
  exact = false,
): Parameter<Variant> {
  const schema = { enum: variants };
  return required(about, schema, (text) => validOneOf(text, kind, variants, exact));
}

/** Items between commas or blanks. */
export function list<Item>(
  about: string,
  kind: string,
  valid: (item: string) => Item,
  charactersMax?: number,
): Parameter<Item[]> {
  const read = (text: string | undefined) => validList(text, kind, valid, charactersMax);
  return required(about, { type: "string" }, read);
}

/** A parameter of another kind. @param valid refuses undefined, for what has to be given */
export function required<Value>(
  about: string,
  schema: JsonSchema,
  valid: (text: string | undefined) => Value,
): Parameter<Value> {
  return { about, schema, required: true, parse: (text) => valid(text) };
}

function bounds({ min, max }: Range): JsonSchema {
  return {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
}
