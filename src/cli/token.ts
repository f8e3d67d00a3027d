import { Audit, type AuditEvent } from "../access/audit.ts";
import { describeToken, type TokenDescription } from "../access/describe.ts";
import { openAccess } from "../access/open.ts";
import type { AccessStore } from "../access/store.ts";
import { parseExpiry } from "../access/token.ts";
import { Fault } from "../base/fault.ts";
import { createLog } from "../base/log.ts";
import { askDaemon } from "./client.ts";
import type { Call } from "./command.ts";
import { asOwner } from "./owner.ts";
import { table } from "./table.ts";

/** Who made a token on the command line: nobody logged in, the shell is what is trusted. */
const MADE_BY = "cli";

/** Tells that something was done to the user or token of a name. */
export type Tell = (event: AuditEvent["event"], about: string) => void;

/**
 * Runs `task` on access.toml, with or without a daemon beside; a running one sees the change. Of
 * what `task` tells, the file of security events has a line.
 */
export async function withAccess<Result>(
  call: Call,
  task: (store: AccessStore, tell: Tell) => Promise<Result>,
): Promise<Result> {
  return await asOwner(call.places.state, () => withOpenAccess(call, task));
}

async function withOpenAccess<Result>(
  { places, io }: Call,
  task: (store: AccessStore, tell: Tell) => Promise<Result>,
): Promise<Result> {
  const { config, state } = places;
  const log = createLog(() => "warn", io.warn);
  const { builtAtMs } = io;
  const sys = io.openSys();
  const exchange = (one: string, other: string) => sys.exchange(one, other);
  const store = await openAccess({ config, state, builtAtMs, log, live: false, exchange });
  const { now } = store.clock;
  const audit = new Audit({ stateDir: state, log, now, monotonic: () => performance.now() });
  try {
    if (store.fault !== undefined) throw store.fault;
    return await task(store, (event, about) => {
      audit.note({ event, who: MADE_BY, from: "local", about, outcome: "ok" });
    });
  } finally {
    await audit.close();
    await store.close();
  }
}

/** Prints the token's text alone on standard output: it is the only time that it can be seen. */
export async function newToken(call: Call): Promise<void> {
  const { abilities, expires } = call.options as { abilities?: string; expires?: string };
  const [name = ""] = call.operands;
  const { text } = await withAccess(call, async (store, tell) => {
    const made = await store.createToken({
      name,
      user: MADE_BY,
      abilities: abilities?.split(","),
      expires: expires === undefined ? undefined : parseExpiry(expires, store.clock.now()),
    });
    tell("token-new", name);
    return made;
  });
  call.io.print(text);
}

/** A running daemon knows last uses that are not on the disk yet. @returns undefined without one */
async function liveTokens({ places }: Call): Promise<readonly TokenDescription[] | undefined> {
  try {
    const response = await askDaemon(places, { method: "GET", path: "/api/tokens" });
    return ((await response.json()) as { tokens: TokenDescription[] }).tokens;
  } catch (error) {
    if (error instanceof Fault && ["not_running", "no_access"].includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}

async function tokensOfFile(call: Call): Promise<readonly TokenDescription[]> {
  const tokens = await withAccess(call, async (store) => store.tokens());
  return tokens.map(describeToken);
}

export async function listTokens(call: Call): Promise<void> {
  const rows = (await liveTokens(call)) ?? (await tokensOfFile(call));
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
  await withAccess(call, async (store, tell) => {
    await store.revokeToken(name);
    tell("token-revoke", name);
  });
  call.io.print(`${name} is revoked`);
}

export async function deleteToken(call: Call): Promise<void> {
  const [name = ""] = call.operands;
  await withAccess(call, async (store, tell) => {
    await store.deleteToken(name);
    tell("token-delete", name);
  });
  call.io.print(`${name} is deleted`);
}
