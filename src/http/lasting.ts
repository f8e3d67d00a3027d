import type { Context } from "hono";
import type { Authority } from "../access/authority.ts";
import type { Env } from "./route.ts";

/** Why something that was under way ended: its credential was revoked, expired or logged out. */
export class CredentialEnded extends Error {}

/**
 * Runs `task`, whose signal aborts when the client goes away or its credential ends; of the latter
 * {@link CredentialEnded} is the reason.
 */
export async function whileCredentialHolds<Result>(
  authority: Authority,
  context: Context<Env>,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ended = new AbortController();
  const stop = authority.watch(context.var.identity, () => ended.abort(new CredentialEnded()));
  try {
    return await task(AbortSignal.any([context.req.raw.signal, ended.signal]));
  } finally {
    stop();
  }
}
