import type { TokenRow } from "./token-index.ts";

export interface TokenDescription extends Pick<TokenRow, "name" | "user" | "status" | "abilities"> {
  readonly created: string | null;
  readonly expires: string | null;
  readonly revoked: string | null;
  readonly last_used: string | null;
  readonly last_used_from: string | null;
}

/** A token as the API and `linkrd token list --json` show it; a stable shape. Times in RFC 3339. */
export function describeToken(row: TokenRow): TokenDescription {
  return {
    name: row.name,
    user: row.user,
    status: row.status,
    abilities: row.abilities,
    created: timeOf(row.created),
    expires: timeOf(row.expires),
    revoked: timeOf(row.revoked),
    last_used: timeOf(row.lastUsed?.at),
    last_used_from: row.lastUsed?.from ?? null,
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
