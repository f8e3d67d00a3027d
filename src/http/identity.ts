import type { Authority } from "../access/authority.ts";
import type { Identity } from "../access/identity.ts";
import type { Credential } from "./credentials.ts";

/** The address that what a peer does is counted under; the unix socket has none. */
export function addressOf(peer: string | undefined): string {
  return peer ?? "local";
}

/**
 * Who sends a request: the identity; "none" when it names nobody; "bad" when what it says is wrong,
 * malformed, expired or revoked, which are not told apart. A Fault `too_many` when a token or
 * somebody who tries passwords asks too often.
 *
 * @param from where it comes from
 */
export async function identify(
  authority: Authority,
  credential: Credential | "malformed" | undefined,
  from: string,
): Promise<Identity | "none" | "bad"> {
  if (credential === undefined) return "none";
  if (credential === "malformed") return "bad";
  switch (credential.kind) {
    case "token":
      return identifyToken(authority, credential.text, from);
    case "session": {
      const session = authority.sessions.find(credential.text);
      if (session === undefined) return "bad";
      return { kind: "session", user: session.user, key: session.key };
    }
    case "password": {
      const user = await authority.login.check({ ...credential, from });
      return user === undefined ? "bad" : { kind: "password", user: user.name };
    }
  }
}

function identifyToken(authority: Authority, text: string, from: string): Identity | "bad" {
  const { store, tokenRate, tokenChecks, audit } = authority;
  const known = store.verify(text);
  tokenChecks.add(known?.status ?? "Unknown");
  if (known?.status !== "Active") {
    const who = known?.token.name ?? "unknown";
    const about = known?.status ?? "not a token of this device";
    audit.noteOnce({ event: "token-use", who, from, about, outcome: "refused" });
    return "bad";
  }
  const { name, sha256, abilities } = known.token;
  tokenRate.take(sha256);
  store.noteUse(known.token, from);
  return { kind: "token", name, sha256, abilities };
}
