import { isTokenText } from "../../access/token.ts";
import { Fault } from "../../base/fault.ts";
import { fromAuthorization, fromCookie, fromKvmdHeaders } from "../credentials.ts";
import type { JsonSchema } from "../query.ts";
import type { Dialect } from "../route.ts";
import { validPassword, validSessionText, validUser } from "./validate.ts";

/**
 * The kvmd whose API this is, as GET /api/info and the WebSocket tell it: clients compare it with
 * what they need. 4.197 is the one that linkrd was held against.
 */
export const KVMD_VERSION = { major: 4, minor: 197 } as const;

/** What kvmd's clients find in `result.error`, and some of them in `error_msg`. */
const ERRORS: Readonly<Record<number, readonly [error: string, message?: string]>> = {
  400: ["ValidatorError"],
  401: ["UnauthorizedError", "Unauthorized"],
  403: ["ForbiddenError"],
  409: ["ConflictError"],
  421: ["MisdirectedError"],
  429: ["TooManyRequestsError"],
  503: ["UnavailableError", "Service Unavailable"],
  507: ["StorageError"],
};
/** What never reaches kvmd's own code is answered by its server, in plain text. */
const PLAIN: Readonly<Record<number, string>> = {
  404: "404: Not Found",
  405: "405: Method Not Allowed",
  413: "413: Request Entity Too Large",
};

/** The routes that PiKVM's clients know, by how their paths begin. */
const SUBJECTS = "auth|info|log|hid|streamer|atx|msd|gpio|switch|export|media|redfish|ws";
const PATHS = new RegExp(`^/(?:api/(?:${SUBJECTS})|streamer|redfish)(?:/|$)`);

/** A refusal that kvmd's clients know by a name of its own, such as `AtxDisabledError`. */
export class KvmdFault extends Fault {
  readonly error: string;

  constructor(error: string, message: string, code: "bad_request" | "conflict" = "bad_request") {
    super(code, message);
    this.error = error;
  }
}

export function isKvmdPath(path: string): boolean {
  return PATHS.test(path);
}

/**
 * Where kvmd's server leads on to from a `url` with doubled slashes or one at its end; undefined
 * when that is none of `paths`.
 */
export function straightened(url: string, paths: ReadonlySet<string>): string | undefined {
  const { pathname, search } = new URL(url);
  const path = pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  const isMeant = path !== pathname && isKvmdPath(path) && paths.has(path);
  return isMeant ? `${path}${search}` : undefined;
}

/** An answer in kvmd's envelope. */
export function kvmdReply(result: Readonly<Record<string, unknown>>, status = 200): Response {
  return kvmdDocument({ ok: status === 200, result }, status);
}

/** JSON without an envelope, printed as kvmd prints all of it: four blanks, and keys in order. */
export function kvmdDocument(value: Readonly<Record<string, unknown>>, status = 200): Response {
  return new Response(JSON.stringify(sorted(value), null, 4), {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}

/** PiKVM's routes: its codes, and the first credential that there is decides. */
export const kvmd: Dialect = {
  credential: (headers) => {
    const found = fromKvmdHeaders(headers) ?? fromCookie(headers) ?? fromAuthorization(headers);
    // kvmd does not see what it cannot read.
    if (found === "malformed") return undefined;
    if (found?.kind === "token" && !isTokenText(found.text)) return undefined;
    if (found?.kind === "password") {
      return { ...found, user: validUser(found.user), password: validPassword(found.password) };
    }
    if (found?.kind === "session") return { ...found, text: validSessionText(found.text) };
    return found;
  },
  fault: (fault) => {
    if (fault instanceof KvmdFault) return answer(fault.status, fault.error, fault.message);
    // kvmd never says that the host takes no input, so no client of it waits for certain words.
    if (fault.code === "no_hid") return answer(fault.status, "UnavailableError", fault.message);
    return failed(fault.status, fault.message);
  },
  refuse: (refusal) => {
    if (refusal === "no credential") return failed(401, "Unauthorized");
    return failed(403, "Forbidden");
  },
  document: {
    name: "PiKVM",
    takesPasswords: true,
    codes: false,
    envelope: (result) => envelope(true, result),
    fault: envelope(false, {
      type: "object",
      properties: {
        error: { type: "string", description: "Such as `ValidatorError`." },
        error_msg: { type: "string" },
      },
      required: ["error", "error_msg"],
    }),
  },
};

function envelope(ok: boolean, result: JsonSchema): JsonSchema {
  return {
    type: "object",
    properties: { ok: { const: ok }, result },
    required: ["ok", "result"],
  };
}

function failed(status: number, message: string): Response {
  const plain = PLAIN[status];
  if (plain !== undefined) {
    // Said in so many words, or an answer to HEAD would lack it.
    return new Response(plain, {
      status,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }
  const [error, fixed] = ERRORS[status] ?? ["InternalError"];
  return answer(status, error, fixed ?? message);
}

function answer(status: number, error: string, message: string): Response {
  return kvmdReply({ error, error_msg: message }, status);
}

/** The same value with the keys of all its objects in order; arrays keep theirs. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
