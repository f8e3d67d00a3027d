import type { Context } from "hono";
import type { Identity } from "../access/identity.ts";
import type { Ability } from "../access/token.ts";
import type { Fault } from "../base/fault.ts";
import type { Credential } from "./credentials.ts";
import type { RouteDoc } from "./doc.ts";
import type { JsonSchema } from "./query.ts";
import type { SocketHandler } from "./socket.ts";

/** What the server tells the app about a request besides the request itself. */
export interface RequestFacts {
  /** The client's address, or undefined on the unix socket. */
  readonly peer: string | undefined;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /**
   * Makes a WebSocket of this request. @returns the answer that the handler has to give, or
   * undefined when the request does not ask for one
   */
  readonly upgrade: (handler: SocketHandler) => Response | undefined;
  /** Lets this request take as long as it takes: its own bounds hold it. */
  readonly unhurried: () => void;
}

/** The app's types, for hono. An open route has no identity, what is no route has no pattern. */
export interface Env {
  Bindings: RequestFacts;
  Variables: { identity: Identity; pattern?: string };
}

/** How a family of routes is spoken to and answers. */
export interface Dialect {
  /** The credential that counts, of those that a request has. */
  credential(headers: Headers): Credential | "malformed" | undefined;
  /** An answer to a fault, expected or not. */
  fault(fault: Fault): Response;
  /** An answer to a request without a good credential, or without the ability it needs. */
  refuse(refusal: Refusal): Response;
  readonly document: DialectDocument;
}

/** What the API document tells of a dialect. */
export interface DialectDocument {
  /** Of its answers to faults. */
  readonly name: string;
  /** Whether a user's password opens its routes, besides tokens and sessions. */
  readonly takesPasswords: boolean;
  /** Whether its answers have the code of a fault. */
  readonly codes: boolean;
  /** What it puts around the JSON of an answer. */
  envelope(json: JsonSchema): JsonSchema;
  /** Its JSON answer to a fault. */
  readonly fault: JsonSchema;
}

export type Refusal =
  | "no credential"
  | "bad credential"
  | { readonly missing: Ability | "session" };

/**
 * What the caller needs: an ability, which users have all of, or one of several; a session, since a
 * token shall never make or change tokens, users or settings; a person, who has a session or the
 * unix socket; any credential; nothing.
 */
export type Access =
  | Ability
  | readonly [Ability, ...Ability[]]
  | "session"
  | "person"
  | "credential"
  | "open";

/** One door. Without `access` and `doc` it does not compile. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly access: Access;
  readonly dialect: Dialect;
  /** Files of the page, and further spellings of a path, are not told of in the document. */
  readonly doc: RouteDoc | "page" | "alias";
  readonly handler: (context: Context<Env>) => Response | Promise<Response>;
}
