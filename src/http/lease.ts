/** Who is in control: the lease, for tokens that must not be disturbed and people who take over. */
import { number, strictObject } from "valibot";
import type { Authority } from "../access/authority.ts";
import type { Identity } from "../access/identity.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Arbiter } from "../control/arbiter.ts";
import type { Party } from "../control/party.ts";
import { problem } from "./problem.ts";
import type { Route } from "./route.ts";
import { readObject } from "./shape.ts";

export interface LeaseParts {
  readonly arbiter: Arbiter;
  readonly authority: Authority;
}

const WISH = strictObject({ seconds: number() });

/** Who takes turns with whom: a token for itself, a person in each session. */
export function partyOf(authority: Authority, identity: Identity): Party {
  const named = nameOf(identity);
  const watch = (onEnd: () => void) => authority.watch(identity, onEnd);
  return { ...named, hand: named.key, watch };
}

function nameOf(identity: Identity): Pick<Party, "kind" | "key" | "name"> {
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
  return [
    {
      ...shared,
      method: "GET",
      handler: (context) => answer(arbiter, partyOf(authority, context.var.identity)),
    },
    {
      ...shared,
      method: "POST",
      handler: async (context) => {
        const { seconds } = await readObject(context.req.raw, WISH);
        checkSeconds(seconds);
        const asker = partyOf(authority, context.var.identity);
        await arbiter.take(asker, seconds);
        return answer(arbiter, asker);
      },
    },
    {
      ...shared,
      method: "DELETE",
      handler: (context) => {
        arbiter.release(partyOf(authority, context.var.identity));
        return new Response(null, { status: 204 });
      },
    },
  ];
}

/** What everybody who may control is told; only people, and the holder, learn a token's name. */
function answer(arbiter: Arbiter, asker: Party): Response {
  const { holder, isPersonActive } = arbiter.state;
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
