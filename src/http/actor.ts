import type { Context } from "hono";
import type { Actor } from "../access/account.ts";
import { addressOf } from "./identity.ts";
import type { Env } from "./route.ts";

/** The person behind a route of access "session", where nobody else comes in. */
export function actorOf(context: Context<Env>): Actor {
  const { identity } = context.var;
  if (identity.kind !== "session") throw new Error(`a ${identity.kind} came to a session's route`);
  return { user: identity.user, key: identity.key, from: addressOf(context.env.peer) };
}
