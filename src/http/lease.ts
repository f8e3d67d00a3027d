/** Who is in control: the lease, for tokens that must not be disturbed and people who take over. */
import {
  boolean,
  type InferOutput,
  nullable,
  number,
  object,
  optional,
  picklist,
  strictObject,
  string,
} from "valibot";
import type { Authority } from "../access/authority.ts";
import type { Identity } from "../access/identity.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Arbiter } from "../control/arbiter.ts";
import { PARTY_KINDS, type Party } from "../control/party.ts";
import { DONE, type RouteDoc } from "./doc.ts";
import { problem } from "./problem.ts";
import type { Route } from "./route.ts";
import { readObject } from "./shape.ts";

export interface LeaseParts {
  readonly arbiter: Arbiter;
  readonly authority: Authority;
}

const WISH = strictObject({ seconds: number() });
const HOLDER = object({
  kind: picklist(PARTY_KINDS),
  name: optional(string()),
  yours: boolean(),
  expires_in_seconds: number(),
});
const LEASE = object({ holder: nullable(HOLDER), person_active: boolean() });
/** Who is in control, as one who may control is told. */
export type LeaseAnswer = InferOutput<typeof LEASE>;
const answers = {
  200: {
    about: "Who has it. Tokens are told a name only when they are the holder.",
    json: LEASE,
  },
} as const;
const showDoc = {
  tag: "Control",
  summary: "Who has the lease",
  answers,
} as const satisfies RouteDoc;
const takeDoc = {
  tag: "Control",
  summary: "Take or prolong the lease",
  about: "While a token has it, other tokens are refused. A person can take it at any time.",
  body: WISH,
  answers,
  faults: ["conflict"],
} as const satisfies RouteDoc;
const releaseDoc = {
  tag: "Control",
  summary: "Give the lease back",
  answers: DONE,
  faults: ["conflict"],
} as const satisfies RouteDoc;

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
      return { kind: "script", key: `user ${identity.user}`, name: identity.user };
    case "local":
      return { kind: "script", key: "local", name: "local" };
  }
}

export function leaseRoutes({ arbiter, authority }: LeaseParts): readonly Route[] {
  const shared = { path: "/api/lease", access: "control", dialect: problem } as const;
  return [
    {
      ...shared,
      method: "GET",
      doc: showDoc,
      handler: (context) => answer(arbiter, partyOf(authority, context.var.identity)),
    },
    {
      ...shared,
      method: "POST",
      doc: takeDoc,
      handler: async (context) => {
        const { seconds } = await readObject(context.req.raw, takeDoc.body);
        checkSeconds(seconds);
        const asker = partyOf(authority, context.var.identity);
        await arbiter.take(asker, seconds);
        return answer(arbiter, asker);
      },
    },
    {
      ...shared,
      method: "DELETE",
      doc: releaseDoc,
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
  const name = holder !== undefined && (yours || asker.kind !== "token") ? holder.name : undefined;
  const shown = holder && {
    kind: holder.kind,
    name,
    yours,
    expires_in_seconds: Math.ceil(holder.expiresMs / 1000),
  };
  return Response.json({
    holder: shown ?? null,
    person_active: isPersonActive,
  } satisfies LeaseAnswer);
}

function checkSeconds(seconds: number): void {
  const most = LIMITS.lease_seconds_max;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= most) return;
  throw new Fault("bad_request", `seconds: give a whole number from 1 to ${most}`, {
    details: { key: "seconds" },
  });
}
