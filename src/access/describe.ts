import type { TokenRow } from "./token-index.ts";

/** A token as the API and `linkrd token list --json` show it; a stable shape. Times in RFC 3339. */
export function describeToken(row: TokenRow) {
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
