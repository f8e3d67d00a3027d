/** The first user, and what a person who is logged in does to the own account. */
import type { Context } from "hono";
import { strictObject, string, union } from "valibot";
import type { Authority } from "../access/authority.ts";
import { actorOf } from "./actor.ts";
import { addressOf } from "./identity.ts";
import { problem } from "./problem.ts";
import type { Env, Route } from "./route.ts";
import { readObject } from "./shape.ts";

const FIRST_USER = strictObject({ user: string(), password: string() });
const NEW_PASSWORD = strictObject({ password: string(), new_password: string() });
const PASSWORD = strictObject({ password: string() });
const PASSWORD_OR_CODE = union([PASSWORD, strictObject({ code: string() })]);

export function accountRoutes(authority: Authority): readonly Route[] {
  const shared = { access: "session", dialect: problem } as const;
  const { accounts, store } = authority;
  return [
    {
      method: "POST",
      path: "/api/setup",
      access: "open",
      dialect: problem,
      handler: (context) => setUp(authority, context),
    },
    {
      method: "GET",
      path: "/api/setup",
      access: "open",
      dialect: problem,
      handler: () => Response.json(setupOf(authority)),
    },
    {
      ...shared,
      method: "GET",
      path: "/api/account",
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
      handler: async (context) => {
        const { password, new_password } = await readObject(context.req.raw, NEW_PASSWORD);
        await accounts.changePassword(actorOf(context), password, new_password);
        return done();
      },
    },
    {
      ...shared,
      method: "POST",
      path: "/api/account/totp",
      handler: (context) => enrol(authority, context),
    },
    {
      ...shared,
      method: "DELETE",
      path: "/api/account/totp",
      handler: async (context) => {
        const { password } = await readObject(context.req.raw, PASSWORD);
        await accounts.dropTotp(actorOf(context), password);
        return done();
      },
    },
  ];
}

/**
 * What a login page has to know: whether there is a first user to be made, and what time it is
 * here, by which codes of the second factor are checked.
 */
export interface Setup {
  readonly open: boolean;
  readonly clock: { readonly now: string; readonly synchronised: boolean };
}

/** Who is logged in, and whether with a second factor. */
export interface AccountAnswer {
  readonly user: string;
  readonly totp: boolean;
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
  const { user, password } = await readObject(context.req.raw, FIRST_USER);
  await accounts.setUp(user, password, addressOf(context.env.peer));
  return Response.json({ user }, { status: 201 });
}

/** Two steps: the password gives a secret, and a code of that secret puts it in force. */
async function enrol({ accounts }: Authority, context: Context<Env>): Promise<Response> {
  const wish = await readObject(context.req.raw, PASSWORD_OR_CODE);
  const actor = actorOf(context);
  if ("password" in wish) return Response.json(await accounts.beginTotp(actor, wish.password));
  await accounts.confirmTotp(actor, wish.code);
  return done();
}

function done(): Response {
  return new Response(null, { status: 204 });
}
