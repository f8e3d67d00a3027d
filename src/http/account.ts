/** The first user, and what a person who is logged in does to the own account. */
import type { Context } from "hono";
import { boolean, type InferOutput, object, strictObject, string, union } from "valibot";
import type { Authority } from "../access/authority.ts";
import { actorOf } from "./actor.ts";
import { DONE, type RouteDoc } from "./doc.ts";
import { addressOf } from "./identity.ts";
import { problem } from "./problem.ts";
import type { Env, Route } from "./route.ts";
import { readObject } from "./shape.ts";

const FIRST_USER = strictObject({ user: string(), password: string() });
const NEW_PASSWORD = strictObject({ password: string(), new_password: string() });
const PASSWORD = strictObject({ password: string() });
const PASSWORD_OR_CODE = union([PASSWORD, strictObject({ code: string() })]);

const setupDoc = {
  tag: "Access",
  summary: "Make the first user",
  about: "For anyone who reaches the device, once: 409 ever after.",
  body: FIRST_USER,
  answers: { 201: { about: "Who that is.", json: object({ user: string() }) } },
  faults: ["conflict", "too_many", "storage"],
} as const satisfies RouteDoc;
const SETUP = object({
  open: boolean(),
  clock: object({ now: string(), synchronised: boolean() }),
});
/**
 * What a login page has to know: whether there is a first user to be made, and what time it is
 * here, by which codes of the second factor are checked.
 */
export type Setup = InferOutput<typeof SETUP>;
const setupStateDoc = {
  tag: "Access",
  summary: "Whether there is a first user to be made",
  answers: { 200: { about: "And what the clock says, which tokens expire by.", json: SETUP } },
} as const satisfies RouteDoc;
const ACCOUNT = object({ user: string(), totp: boolean() });
/** Who is logged in, and whether with a second factor. */
export type AccountAnswer = InferOutput<typeof ACCOUNT>;
const accountDoc = {
  tag: "Access",
  summary: "Who is logged in",
  answers: {
    200: { about: "`totp`: the second factor.", json: ACCOUNT },
  },
} as const satisfies RouteDoc;
const passwordDoc = {
  tag: "Access",
  summary: "Change the password",
  about: "Ends the user's other sessions.",
  body: NEW_PASSWORD,
  answers: DONE,
  faults: ["wrong_password", "storage"],
} as const satisfies RouteDoc;
const enrolDoc = {
  tag: "Access",
  summary: "Set up the second factor",
  about: "In two steps: the password gives a secret, and a code of that secret puts it in force.",
  body: PASSWORD_OR_CODE,
  answers: {
    200: { about: "The new secret.", json: object({ secret: string(), uri: string() }) },
    204: { about: "It is in force." },
  },
  faults: ["wrong_password", "conflict", "storage"],
} as const satisfies RouteDoc;
const dropDoc = {
  tag: "Access",
  summary: "Drop the second factor",
  body: PASSWORD,
  answers: DONE,
  faults: ["wrong_password", "storage"],
} as const satisfies RouteDoc;

export function accountRoutes(authority: Authority): readonly Route[] {
  const shared = { access: "session", dialect: problem } as const;
  const { accounts, store } = authority;
  return [
    {
      method: "POST",
      path: "/api/setup",
      access: "open",
      dialect: problem,
      doc: setupDoc,
      handler: (context) => setUp(authority, context),
    },
    {
      method: "GET",
      path: "/api/setup",
      access: "open",
      dialect: problem,
      doc: setupStateDoc,
      handler: () => Response.json(setupOf(authority)),
    },
    {
      ...shared,
      method: "GET",
      path: "/api/account",
      doc: accountDoc,
      handler: (context) => {
        const { user } = actorOf(context);
        const totp = (store.user(user)?.totp ?? "") !== "";
        return Response.json({ user, totp } satisfies AccountAnswer);
      },
    },
    {
      ...shared,
      method: "PUT",
      path: "/api/account/password",
      doc: passwordDoc,
      handler: async (context) => {
        const { password, new_password } = await readObject(context.req.raw, passwordDoc.body);
        await accounts.changePassword(actorOf(context), password, new_password);
        return done();
      },
    },
    {
      ...shared,
      method: "POST",
      path: "/api/account/totp",
      doc: enrolDoc,
      handler: (context) => enrol(authority, context),
    },
    {
      ...shared,
      method: "DELETE",
      path: "/api/account/totp",
      doc: dropDoc,
      handler: async (context) => {
        const { password } = await readObject(context.req.raw, dropDoc.body);
        await accounts.dropTotp(actorOf(context), password);
        return done();
      },
    },
  ];
}

function setupOf({ store }: Authority): Setup {
  const { clock } = store;
  const now = new Date(clock.now()).toISOString();
  return {
    open: store.fault === undefined && store.setupOpen,
    clock: { now, synchronised: clock.synchronised() },
  };
}

/** The first user may be made by anyone who reaches the device, once. */
async function setUp({ accounts }: Authority, context: Context<Env>): Promise<Response> {
  accounts.checkSetupOpen();
  const { user, password } = await readObject(context.req.raw, setupDoc.body);
  await accounts.setUp(user, password, addressOf(context.env.peer));
  return Response.json({ user }, { status: 201 });
}

/** Two steps: the password gives a secret, and a code of that secret puts it in force. */
async function enrol({ accounts }: Authority, context: Context<Env>): Promise<Response> {
  const wish = await readObject(context.req.raw, enrolDoc.body);
  const actor = actorOf(context);
  if ("password" in wish) return Response.json(await accounts.beginTotp(actor, wish.password));
  await accounts.confirmTotp(actor, wish.code);
  return done();
}

function done(): Response {
  return new Response(null, { status: 204 });
}
