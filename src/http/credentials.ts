/** What a request says about who sends it, as yet unproven. */
import { isTokenText } from "../access/token.ts";

export type Credential =
  | { readonly kind: "token"; readonly text: string }
  | { readonly kind: "session"; readonly text: string }
  | {
      readonly kind: "password";
      readonly user: string;
      readonly password: string;
      readonly way: "header" | "basic";
    };

/** The cookie of a session, by kvmd's name. */
export const COOKIE = "auth_token";

/** kvmd's own headers; a user that is empty counts as absent. */
export function fromKvmdHeaders(headers: Headers): Credential | undefined {
  const user = headers.get("x-kvmd-user") ?? "";
  if (user === "") return undefined;
  return {
    kind: "password",
    user,
    password: utf8(headers.get("x-kvmd-passwd") ?? ""),
    way: "header",
  };
}

/** A client sends UTF-8; the runtime makes one character of each of its bytes (ISO 8859-1). */
function utf8(value: string): string {
  return decode(Buffer.from(value, "latin1")) ?? value;
}

/** The first cookie of our name; an empty one counts as absent. */
export function fromCookie(headers: Headers): Credential | undefined {
  const pairs = (headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const mine = pairs.find((pair) => pair.startsWith(`${COOKIE}=`));
  const text = mine?.slice(COOKIE.length + 1) ?? "";
  return text === "" ? undefined : { kind: "session", text };
}

/**
 * The Authorization header: `token T`, `Bearer T` (RFC 6750), or HTTP Basic (RFC 7617) with a
 * password or a token in its place. Scheme names have no case. Two headers arrive joined by a
 * comma, which none of these has, so they are malformed.
 */
export function fromAuthorization(headers: Headers): Credential | "malformed" | undefined {
  const header = headers.get("authorization");
  if (header === null) return undefined;
  const [, scheme, value] = /^([A-Za-z]+) ([^\s,]+)$/.exec(header) ?? [];
  if (scheme === undefined || value === undefined) return "malformed";
  const name = scheme.toLowerCase();
  if (name === "basic") return fromBasic(value);
  const isToken = name === "token" || name === "bearer";
  return isToken ? { kind: "token", text: value } : "malformed";
}

/** Split at the first colon: a password may have more. */
function fromBasic(value: string): Credential | "malformed" {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return "malformed";
  const pair = decode(Buffer.from(value, "base64"));
  const colon = pair?.indexOf(":") ?? -1;
  if (pair === undefined || colon < 0) return "malformed";
  const [user, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
  if (isTokenText(password)) return { kind: "token", text: password };
  return { kind: "password", user, password, way: "basic" };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
