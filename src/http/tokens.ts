/** Tokens, for a person who is logged in. */
import type { Context } from "hono";
import {
  array,
  description,
  entriesFromObjects,
  type InferOutput,
  maxLength,
  nullable,
  nullish,
  object,
  optional,
  picklist,
  pipe,
  strictObject,
  string,
} from "valibot";
import type { Authority } from "../access/authority.ts";
import { describeToken } from "../access/describe.ts";
import { ABILITIES, checkTokenName, isTokenName, parseExpiry } from "../access/token.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { actorOf } from "./actor.ts";
import { DONE, type RouteDoc } from "./doc.ts";
import { problem } from "./problem.ts";
import type { Env, Route } from "./route.ts";
import { readObject } from "./shape.ts";

const secret = pipe(string(), maxLength(LIMITS.body_bytes_max));
const NEW_TOKEN = strictObject({
  name: string(),
  password: secret,
  abilities: optional(pipe(array(string()), maxLength(ABILITIES.length))),
  expires: pipe(
    nullish(string()),
    description("`90d`, `12h`, a date or an RFC 3339 time; absent or null: never."),
  ),
});
const TOKEN = object({
  name: string(),
  user: string(),
  status: picklist(["Active", "Expired", "Revoked"]),
  abilities: array(picklist(ABILITIES)),
  created: nullable(string()),
  expires: nullable(string()),
  revoked: nullable(string()),
  last_used: nullable(string()),
  last_used_from: nullable(string()),
});
/** A token in the list, and in the answer that makes one. */
export type TokenRow = InferOutput<typeof TOKEN>;
const NEW = object(entriesFromObjects([TOKEN, object({ token: string() })]));
const path = { name: { type: "string" } };

const listDoc = {
  tag: "Access",
  summary: "All tokens",
  answers: { 200: { about: "Times are in RFC 3339.", json: object({ tokens: array(TOKEN) }) } },
} as const satisfies RouteDoc;
const createDoc = {
  tag: "Access",
  summary: "Make a token",
  about: "For who is logged in, with the own password. Without abilities it gets all of them.",
  body: NEW_TOKEN,
  answers: { 201: { about: "With the token's text, this once.", json: NEW } },
  faults: ["wrong_password", "conflict", "too_many", "storage"],
} as const satisfies RouteDoc;
const revokeDoc = {
  tag: "Access",
  summary: "Revoke a token",
  path,
  answers: { 200: { about: "It opens nothing any more.", json: TOKEN } },
  faults: ["not_found", "storage"],
} as const satisfies RouteDoc;
const deleteDoc = {
  tag: "Access",
  summary: "Delete a token",
  path,
  answers: DONE,
  faults: ["not_found", "storage"],
} as const satisfies RouteDoc;

export function tokenRoutes(authority: Authority): readonly Route[] {
  const shared = { access: "session", dialect: problem } as const;
  const { store } = authority;
  return [
    {
      ...shared,
      // The command line asks for it too: it alone knows the last uses that are not on the disk
      // yet.
      access: "person",
      method: "GET",
      path: "/api/tokens",
      doc: listDoc,
      handler: () => Response.json({ tokens: store.tokens().map(describeToken) }),
    },
    {
      ...shared,
      method: "POST",
      path: "/api/tokens",
      doc: createDoc,
      handler: (context) => create(authority, context),
    },
    {
      ...shared,
      method: "POST",
      path: "/api/tokens/:name/revoke",
      doc: revokeDoc,
      handler: async (context) => {
        const row = await store.revokeToken(nameOf(context));
        tell(authority, context, "token-revoke", row.name);
        return Response.json(describeToken(row));
      },
    },
    {
      ...shared,
      method: "DELETE",
      path: "/api/tokens/:name",
      doc: deleteDoc,
      handler: async (context) => {
        const name = nameOf(context);
        await store.deleteToken(name);
        tell(authority, context, "token-delete", name);
        return new Response(null, { status: 204 });
      },
    },
  ];
}

/** The answer has the token's text, this once; nothing keeps it on the way. */
async function create(authority: Authority, context: Context<Env>): Promise<Response> {
  const { store, accounts } = authority;
  const wish = await readObject(context.req.raw, createDoc.body);
  const actor = actorOf(context);
  checkTokenName(wish.name);
  const { name, abilities } = wish;
  // An empty text is no choice: a script whose variable is unset must not get one without an end.
  const { expires: until } = wish;
  const expires = typeof until === "string" ? parseExpiry(until, store.clock.now()) : undefined;
  await accounts.confirm(actor, wish.password);
  const made = await store.createToken({ name, user: actor.user, abilities, expires });
  tell(authority, context, "token-new", name);
  return Response.json(
    { ...describeToken(made.token), token: made.text },
    { status: 201, headers: { "cache-control": "no-store" } },
  );
}

function nameOf(context: Context<Env>): string {
  const name = context.req.param("name") ?? "";
  if (isTokenName(name)) return name;
  throw new Fault("not_found", "no token can have that name: look at the list");
}

function tell(
  { audit }: Authority,
  context: Context<Env>,
  event: "token-new" | "token-revoke" | "token-delete",
  name: string,
): void {
  const { user, from } = actorOf(context);
  audit.note({ event, who: user, from, about: name, outcome: "ok" });
}
