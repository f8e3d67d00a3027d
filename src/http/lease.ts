/** Who is in control: the lease, for tokens that must not be disturbed and people who take over. */
import type { Context } from "hono";
import { number, strictObject } from "valibot";
import type { Authority } from "../access/authority.ts";
import type { Identity } from "../access/identity.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Arbiter } from "../control/arbiter.ts";
import type { Party } from "../control/party.ts";
import { problem } from "./problem.ts";
import type { Env, Route } from "./route.ts";
import { readObject } from "./shape.ts";

export interface LeaseParts {
  readonly arbiter: Arbiter;
  readonly authority: Authority;
}

const WISH = strictObject({ seconds: number() });

/** Who takes turns with whom: a token for itself, a person in each session. */
export function partyOf(identity: Identity): Party {
  switch (identity.kind) {
    case "token":
      return { kind: "token", key: `token ${identity.sha256}`, name: identity.name };
    case "session":
      return { kind: "person", key: `session ${identity.key}`, name: identity.user };
    case "password":
      return { kind: "person", key: `user ${identity.user}`, name: identity.user };
    case "local":
      return { kind: "person", key: "local", name: "local" };
  }
}

export function leaseRoutes({ arbiter, authority }: LeaseParts): readonly Route[] {
  const shared = { path: "/api/lease", access: "control", dialect: problem } as const;
  /** Ends the lease with the credential of its holder. */
  let unwatch = () => {};
  return [
    { ...shared, method: "GET", handler: (context) => answer(arbiter, context) },
    {
      ...shared,
      method: "POST",
      handler: async (context) => {
        const { seconds } = await readObject(context.req.raw, WISH);
        checkSeconds(seconds);
        const { identity } = context.var;
        const party = partyOf(identity);
        await arbiter.take(party, seconds);
        unwatch();
        unwatch = authority.watch(identity, () => arbiter.drop(party.key));
        return answer(arbiter, context);
      },
    },
    {
      ...shared,
      method: "DELETE",
      handler: (context) => {
        arbiter.release(partyOf(context.var.identity));
        unwatch();
        return new Response(null, { status: 204 });
      },
    },
  ];
}

/** What everybody who may control is told; only people, and the holder, learn a token's name. */
function answer(arbiter: Arbiter, context: Context<Env>): Response {
  const { holder, isPersonActive } = arbiter.state;
  const asker = partyOf(context.var.identity);
  const yours = holder?.key === asker.key;
  const name = holder !== undefined && (yours || asker.kind === "person") ? holder.name : undefined;
  const shown = holder && {
    kind: holder.kind,
    name,
    yours,
    expires_in_seconds: Math.ceil(holder.expiresMs / 1000),
  };
  return Response.json({
    holder: shown ?? null,
    person_active: isPersonActive,
  });
}

function checkSeconds(seconds: number): void {
  const most = LIMITS.lease_seconds_max;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= most) return;
  throw new Fault("bad_request", `seconds: give a whole number from 1 to ${most}`, {
    details: { key: "seconds" },
  });
}
