import type { Token } from "../access/document.ts";
import type { Status } from "../access/token.ts";
import type { Identity } from "./route.ts";

/** What is asked of the token store. */
export interface TokenVerifier {
  verify(text: string): { readonly token: Token; readonly status: Status } | undefined;
  noteUse(token: Token, from: string): void;
}

/**
 * Who sends `request`: the identity; "none" when it names nobody; "bad" when what it says is wrong,
 * malformed, expired or revoked, which are not told apart.
 *
 * @param peer the client's address; undefined on the unix socket, whose peer is trusted
 */
export function identify(
  request: Request,
  peer: string | undefined,
  tokens: TokenVerifier,
): Identity | "none" | "bad" {
  if (peer === undefined) return { kind: "local" };
  const header = request.headers.get("authorization");
  if (header === null) return "none";
  const text = credentialOf(header);
  const known = text === undefined ? undefined : tokens.verify(text);
  if (known === undefined || known.status !== "Active") return "bad";
  tokens.noteUse(known.token, peer);
  const { name, abilities } = known.token;
  return { kind: "token", name, abilities };
}

/**
 * The token in an Authorization header: `token T`, `Bearer T` (RFC 6750), or the password of HTTP
 * Basic (RFC 7617). Scheme names have no case. Two headers arrive joined by a comma, which no token
 * has, so they match nothing and are refused.
 */
function credentialOf(header: string): string | undefined {
  const [, scheme, value] = /^([A-Za-z]+) ([^\s,]+)$/.exec(header) ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  const name = scheme.toLowerCase();
  if (name === "token" || name === "bearer") return value;
  if (name !== "basic") return undefined;
  const pair = Buffer.from(value, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon < 0 ? undefined : pair.slice(colon + 1);
}
