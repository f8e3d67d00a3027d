import { openAccess } from "../access/open.ts";
import type { AccessStore } from "../access/store.ts";
import { parseExpiry } from "../access/token.ts";
import { createLog } from "../base/log.ts";
import type { Call } from "./command.ts";
import { table } from "./table.ts";

/** Who made a token on the command line: nobody logged in, the shell is what is trusted. */
const MADE_BY = "cli";

/** Runs `task` on access.toml, with or without a daemon beside; a running one sees the change. */
export async function withAccess<Result>(
  { places, io }: Call,
  task: (store: AccessStore) => Promise<Result>,
): Promise<Result> {
  const { config, state } = places;
  const log = createLog(() => "warn", io.warn);
  const store = await openAccess({ config, state, builtAtMs: io.builtAtMs, log, live: false });
  try {
    if (store.fault !== undefined) throw store.fault;
    return await task(store);
  } finally {
    await store.close();
  }
}

/** Prints the token's text alone on standard output: it is the only time that it can be seen. */
export async function newToken(call: Call): Promise<void> {
  const { abilities, expires } = call.options as { abilities?: string; expires?: string };
  const { text } = await withAccess(call, (store) =>
    store.createToken({
      name: call.operands[0] ?? "",
      user: MADE_BY,
      abilities: abilities?.split(","),
      expires: expires === undefined ? undefined : parseExpiry(expires, Date.now()),
    }),
  );
  call.io.print(text);
}

export async function listTokens(call: Call): Promise<void> {
  const tokens = await withAccess(call, async (store) => store.tokens());
  const rows = tokens.map((token) => ({
    name: token.name,
    user: token.user,
    status: token.status,
    abilities: token.abilities,
    created: timeOf(token.created),
    expires: timeOf(token.expires),
    revoked: timeOf(token.revoked),
    last_used: timeOf(token.lastUsed?.at),
    last_used_from: token.lastUsed?.from ?? null,
  }));
  if (call.options["json"] === true) {
    call.io.print(JSON.stringify(rows, null, 2));
    return;
  }
  const lines = table([
    ["NAME", "STATUS", "ABILITIES", "LAST USED", "EXPIRES", "CREATED", "BY"],
    ...rows.map((row) => [
      row.name,
      row.status,
      row.abilities.join(","),
      row.last_used ?? "never",
      row.expires ?? "never",
      row.created ?? "unknown",
      row.user,
    ]),
  ]);
  for (const line of lines) call.io.print(line);
}

export async function revokeToken(call: Call): Promise<void> {
  const [name = ""] = call.operands;
  await withAccess(call, (store) => store.revokeToken(name));
  call.io.print(`${name} is revoked`);
}

export async function deleteToken(call: Call): Promise<void> {
  const [name = ""] = call.operands;
  await withAccess(call, (store) => store.deleteToken(name));
  call.io.print(`${name} is deleted`);
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
