import { type GenericSchema, getDotPath, type InferOutput, safeParse } from "valibot";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { readJson } from "./body.ts";

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
  const remedy = isMissing ? "it is missing" : `give ${issue.expected ?? "another value"}`;
  const what = isUnknown ? "unknown key: leave it out" : remedy;
  throw new Fault("bad_request", `${name}: ${what}`, { details: { key: name } });
}
