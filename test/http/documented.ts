/** Holds answers against the API document. */
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import type { OpenApi, Operation } from "../../src/http/openapi.ts";
import type { JsonSchema } from "../../src/http/query.ts";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty of what is not read. */
  readonly body: string;
}

/** The operation that a request is, and the path that the document has it under. */
export function operationFor(
  document: OpenApi,
  { method, path }: Asked,
): { readonly path: string; readonly operation: Operation } | undefined {
  const [given = ""] = path.split("?");
  const found = Object.entries(document.paths).find(([template]) => {
    return new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(given);
  });
  const operation = found?.[1][method === "HEAD" ? "get" : method.toLowerCase()];
  return found && operation && { path: found[0], operation };
}

/**
 * Throws when the document has the request, but not this status, content type or JSON. Members that
 * it does not tell are refused too, where it does not say that there may be more.
 */
export function checkAnswer(document: OpenApi, asked: Asked, answered: Answered): void {
  const known = operationFor(document, asked);
  if (known === undefined) return;
  const { status, headers, body } = answered;
  const what = `${asked.method} ${asked.path}: ${status}`;
  const response = resolved(document, known.operation.responses[status] ?? {});
  if (!("description" in response)) throw new Error(`${what} is not in the document`);
  const content = (response["content"] ?? {}) as Record<string, { schema?: JsonSchema }>;
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  const types = Object.keys(content);
  if (type === "" ? types.length > 0 : !types.includes(type)) {
    throw new Error(`${what} is of type "${type}", the document has ${types.join(", ") || "none"}`);
  }
  const schema = content[type]?.schema && resolved(document, content[type].schema);
  if (schema === undefined || body === "") return;
  const validate = validatorOf(schema);
  if (validate(JSON.parse(body))) return;
  const errors = validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
  throw new Error(`${what} is not as documented: ${errors?.join(", ")}: ${body.slice(0, 400)}`);
}

/** To compile a schema takes longer than most tests; those of a document stay the same objects. */
const validators = new WeakMap<JsonSchema, ValidateFunction>();

function validatorOf(schema: JsonSchema): ValidateFunction {
  const made = validators.get(schema);
  if (made !== undefined) return made;
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(closed(schema));
  validators.set(schema, validate);
  return validate;
}

/** What stands at a reference into the components, or the object itself. */
function resolved(document: OpenApi, object: JsonSchema): JsonSchema {
  const [, kind = "", name = ""] = /^#\/components\/(\w+)\/(\w+)$/.exec(`${object["$ref"]}`) ?? [];
  const of = document.components[kind] as Record<string, JsonSchema> | undefined;
  return of?.[name] ?? object;
}

/** A schema whose objects have the members alone that they tell. */
function closed(schema: JsonSchema): JsonSchema;
function closed(value: unknown): unknown;
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  const isOpen = inner["additionalProperties"] !== undefined;
  return "properties" in inner && !isOpen ? { ...inner, additionalProperties: false } : inner;
}
