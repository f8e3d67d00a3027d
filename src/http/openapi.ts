/** The OpenAPI 3.1 document of the route table (spec.openapis.org/oas/v3.1.1). */
import { STATUS_CODES } from "node:http";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { FAULTS, Fault, type FaultCode } from "../base/fault.ts";
import { type Answer, type OtherBody, type RouteDoc, TAGS } from "./doc.ts";
import type { JsonSchema, Parameters } from "./query.ts";
import type { Access, Dialect, DialectDocument, Route } from "./route.ts";

/** How a request says who sends it. */
const SCHEMES = {
  token: {
    type: "http",
    scheme: "bearer",
    description: "A token; `Authorization: token T` and as the password of Basic go as well.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "auth_token",
    description: "What POST /api/auth/login sets.",
  },
  password: {
    type: "http",
    scheme: "basic",
    description: "Name and password; with a second factor its code is appended to the password.",
  },
  user: { type: "apiKey", in: "header", name: "X-KVMD-User", description: "Name." },
  passwd: { type: "apiKey", in: "header", name: "X-KVMD-Passwd", description: "Password." },
} as const;

const ABOUT = `A KVM over IP that scripts can trust. Three dialects share one set of faults: \
\`/api/public/*\` answers in Linkr's envelope, PiKVM's routes as kvmd does, and the rest in plain \
JSON with RFC 9457 problems. Every GET can be asked with HEAD.`;

/** An operation of the document, as far as our own page reads it. */
export interface Operation {
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description?: string;
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly ParameterObject[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<Record<string, JsonSchema>>;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: "query" | "path";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

interface Described extends Route {
  readonly doc: RouteDoc;
}

/** By path, and then by method in lower case. */
export type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

export interface OpenApi {
  readonly openapi: "3.1.1";
  readonly info: JsonSchema;
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Paths;
  readonly components: JsonSchema;
}

/** @param version of linkrd */
export function openApiOf(routes: readonly Route[], version: string): OpenApi {
  const responses = new Map<string, JsonSchema>();
  const paths: Record<string, Record<string, Operation>> = {};
  const described = routes.flatMap((route) => {
    return typeof route.doc === "string" ? [] : { ...route, doc: route.doc };
  });
  for (const route of described) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const operations = paths[path] ?? {};
    operations[route.method.toLowerCase()] = operationOf(route, responses);
    paths[path] = operations;
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "linkrd",
      version,
      description: ABOUT,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "The device that the document comes from." }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: SCHEMES,
      schemas: Object.fromEntries(
        described.map(({ dialect: { document } }) => [`${document.name}Fault`, document.fault]),
      ),
      responses: Object.fromEntries([...responses].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

function operationOf(route: Described, responses: Map<string, JsonSchema>): Operation {
  const { method, path, access, dialect, doc } = route;
  const answers = Object.entries(doc.answers).map(([status, answer]) => {
    return [status, responseOf(answer, dialect)] as const;
  });
  const faults = refOfFaults(route, responses);
  return {
    tags: [doc.tag],
    summary: doc.summary,
    ...(doc.about === undefined ? {} : { description: doc.about }),
    operationId: method.toLowerCase() + path.replaceAll(/[^a-z]+(\w?)/gi, (_, next) => upper(next)),
    security: securityOf(access, dialect),
    parameters: [...pathParameters(doc.path ?? {}), ...queryParameters(doc.query ?? {})],
    ...(doc.body === undefined ? {} : { requestBody: bodyOf(doc.body) }),
    responses: { ...Object.fromEntries(faults), ...Object.fromEntries(answers) },
  };
}

function upper(letter: string): string {
  return letter.toUpperCase();
}

/** Of a token with an ability the ability is told as the role that it needs. */
function securityOf(access: Access, { document }: Dialect): Operation["security"] {
  if (access === "open") return [];
  if (access === "session" || access === "person") return [{ session: [] }];
  const abilities = typeof access === "string" ? [access] : access;
  const tokens =
    access === "credential" ? [{ token: [] }] : abilities.map((one) => ({ token: [one] }));
  const own = [...tokens, { session: [] }];
  return document.takesPasswords ? [...own, { password: [] }, { user: [], passwd: [] }] : own;
}

function pathParameters(names: Readonly<Record<string, JsonSchema>>): ParameterObject[] {
  return Object.entries(names).map(([name, schema]) => ({
    name,
    in: "path",
    required: true,
    schema,
  }));
}

function queryParameters(parameters: Parameters): ParameterObject[] {
  return Object.entries(parameters).map(([name, { about, schema, required = false }]) => ({
    name,
    in: "query",
    required,
    description: about,
    schema,
  }));
}

function bodyOf(body: GenericSchema | OtherBody): Required<Operation>["requestBody"] {
  if (!("types" in body)) return { required: true, content: jsonOf(schemaOf(body, "input")) };
  return { required: true, content: contentOf(body.types, body.schema) };
}

function responseOf({ about, json, types, headers }: Answer, dialect: Dialect): JsonSchema {
  const described = Object.entries(headers ?? {}).map(([name, description]) => {
    return [name, { description, schema: { type: "string" } }] as const;
  });
  const content = {
    ...contentOf(types ?? []),
    ...(json === undefined ? {} : jsonOf(dialect.document.envelope(schemaOf(json, "output")))),
  };
  return {
    description: about,
    ...(described.length === 0 ? {} : { headers: Object.fromEntries(described) }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

/** By status, references to what `dialect` answers to each fault that there can be. */
function refOfFaults(
  { method, access, dialect, doc }: Described,
  responses: Map<string, JsonSchema>,
): Map<string, JsonSchema> {
  const reads =
    doc.query !== undefined || doc.body !== undefined || dialect.document.takesPasswords;
  const codes: readonly FaultCode[] = [
    // Plain HTTP where it is not answered, pages of other sites, names that are not the device's.
    "no_permission",
    "misdirected",
    "internal",
    ...(access === "open" ? [] : (["too_many"] as const)),
    ...(reads ? (["bad_request"] as const) : []),
    ...(method !== "GET" && doc.body !== undefined ? (["body_too_large"] as const) : []),
    ...(doc.faults ?? []),
  ];
  const answered = codes.map((code) => dialect.fault(new Fault(code, "an example")));
  if (access !== "open") {
    answered.push(dialect.refuse("no credential"), dialect.refuse("bad credential"));
  }
  return new Map(
    answered.map((response) => {
      const { status } = response;
      const name = `${dialect.document.name}${status}`;
      if (!responses.has(name)) responses.set(name, faultOf(response, dialect));
      return [`${status}`, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function faultOf({ status, headers }: Response, { document }: Dialect): JsonSchema {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  const codes = Object.entries(FAULTS).flatMap(([code, row]) =>
    row.status === status ? code : [],
  );
  const told = document.codes ? `: ${codes.map((code) => `\`${code}\``).join(", ")}` : "";
  const header = "Retry-After";
  const about = { description: "When to try again, in seconds.", schema: { type: "integer" } };
  return {
    description: `${STATUS_CODES[status] ?? "A fault"}${told}.`,
    ...(status === 409 || status === 429 ? { headers: { [header]: about } } : {}),
    content: { [type]: type.includes("json") ? { schema: { $ref: refOfFault(document) } } : {} },
  };
}

function refOfFault({ name }: DialectDocument): string {
  return `#/components/schemas/${name}Fault`;
}

function jsonOf(schema: JsonSchema): Content {
  return { "application/json": { schema } };
}

function contentOf(types: readonly string[], schema?: JsonSchema): Content {
  return Object.fromEntries(types.map((type) => [type, schema === undefined ? {} : { schema }]));
}

function schemaOf(schema: GenericSchema, typeMode: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode,
    // A matter of TypeScript alone.
    ignoreActions: ["readonly"],
  });
  return rest;
}
