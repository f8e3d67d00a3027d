import type { Context } from "hono";
import type { Ability } from "../access/token.ts";
import type { Fault } from "../base/fault.ts";

/** Who a request comes from. */
export type Identity =
  | { readonly kind: "token"; readonly name: string; readonly abilities: readonly Ability[] }
  /** Over the unix socket: whoever may open it is trusted, as root over SSH is. */
  | { readonly kind: "local" };

/** What the server tells the app about a request besides the request itself. */
export interface RequestFacts {
  /** The client's address, or undefined on the unix socket. */
  readonly peer: string | undefined;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** Lets this request take as long as it takes: its own bounds hold it. */
  readonly unhurried: () => void;
}

/** The app's types, for hono. */
export interface Env {
  Bindings: RequestFacts;
  Variables: { identity: Identity };
}

/** How a family of routes answers: its envelope, its errors, and what it says to a stranger. */
export interface Dialect {
  /** An answer to a fault, expected or not. */
  fault(fault: Fault): Response;
  /** An answer to a request without a good credential, or without the ability it needs. */
  refuse(refusal: Refusal): Response;
}

export type Refusal = "no credential" | "bad credential" | { readonly missing: Ability };

/** One door. Without `access` it does not compile. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** The ability that the caller needs. */
  readonly access: Ability;
  readonly dialect: Dialect;
  readonly handler: (context: Context<Env>) => Response | Promise<Response>;
}
