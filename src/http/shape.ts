import { type GenericSchema, getDotPath, type InferOutput, safeParse } from "valibot";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { readJson } from "./body.ts";

/** valibot's names of kinds, for people. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["string", "a string"],
  ["number", "a number"],
  ["boolean", "true or false"],
  ["Array", "an array"],
  ["Object", "an object"],
]);

/**
 * The JSON object in a request's body, as `schema` has it.
 *
 * @throws Fault `bad_request` that names the key and never its value, `body_too_large`
 */
export async function readObject<const Schema extends GenericSchema>(
  request: Request,
  schema: Schema,
): Promise<InferOutput<Schema>> {
  const result = safeParse(schema, await readJson(request));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const key = getDotPath(issue) ?? "";
  if (key === "") throw new Fault("bad_request", "the body must be a JSON object: see README");
  const isUnknown = issue.type === "strict_object" && issue.expected === "never";
  const name = isUnknown ? key.slice(0, LIMITS.input_echo_characters_max) : key;
  const isMissing = issue.received === "undefined";
  const wanted = KINDS.get(issue.expected ?? "") ?? issue.expected ?? "another value";
  const remedy = isMissing ? "it is missing" : `give ${wanted}`;
  const what = isUnknown ? "unknown key: leave it out" : remedy;
  throw new Fault("bad_request", `${name}: ${what}`, { details: { key: name } });
}
