/** Login, check and logout as PiKVM's clients know them; the page uses them too. */
import type { Context } from "hono";
import { strictObject } from "valibot";
import type { Authority } from "../access/authority.ts";
import { readForm } from "./body.ts";
import { COOKIE, fromCookie } from "./credentials.ts";
import type { RouteDoc } from "./doc.ts";
import { addressOf, identify } from "./identity.ts";
import { kvmd, kvmdReply } from "./kvmd/dialect.ts";
import {
  validExpire,
  validPassword,
  validRedirect,
  validSessionText,
  validUser,
} from "./kvmd/validate.ts";
import type { Env, Route } from "./route.ts";

const NOTHING = strictObject({});
const text = { type: "string" };
const loginDoc = {
  tag: "PiKVM",
  summary: "Log in",
  about: "With a second factor its code is appended to the password.",
  body: {
    types: ["application/x-www-form-urlencoded", "multipart/form-data"],
    schema: {
      type: "object",
      properties: {
        user: text,
        passwd: text,
        expire: { type: "integer", minimum: 0, description: "Seconds; 0 is never." },
        redirect: { ...text, description: "Where to go then, such as `/`." },
      },
      required: ["user", "passwd"],
    },
  },
  answers: {
    200: { about: "Done.", json: NOTHING, headers: { "Set-Cookie": "The session." } },
    302: { about: "Done, with `redirect`.", headers: { Location: "It." } },
  },
  faults: ["too_many"],
} as const satisfies RouteDoc;
const checkDoc = {
  tag: "PiKVM",
  summary: "Whether a credential is good",
  answers: { 200: { about: "It is.", json: NOTHING } },
  faults: ["unauthorized", "too_many"],
} as const satisfies RouteDoc;
const logoutDoc = {
  tag: "PiKVM",
  summary: "End all sessions of the user",
  answers: { 200: { about: "Done.", json: NOTHING } },
  faults: ["unauthorized", "too_many"],
} as const satisfies RouteDoc;

/**
 * The three doors. All are open, since what guards them is their own: check and logout want a
 * credential even over the unix socket.
 */
export function authRoutes(authority: Authority): readonly Route[] {
  const shared = { access: "open", dialect: kvmd } as const;
  return [
    {
      ...shared,
      method: "POST",
      path: "/api/auth/login",
      doc: loginDoc,
      handler: (context) => logIn(authority, context),
    },
    {
      ...shared,
      method: "GET",
      path: "/api/auth/check",
      doc: checkDoc,
      handler: async (context) => (await refused(authority, context)) ?? kvmdReply({}),
    },
    {
      ...shared,
      method: "POST",
      path: "/api/auth/logout",
      doc: logoutDoc,
      handler: (context) => logOut(authority, context),
    },
  ];
}

async function logIn(authority: Authority, context: Context<Env>): Promise<Response> {
  const form = await readForm(context.req.raw, ["user", "passwd", "expire", "redirect"]);
  const user = validUser(form.user);
  const password = validPassword(form.passwd);
  const expire = validExpire(form.expire);
  const redirect = validRedirect(form.redirect);
  const from = addressOf(context.env.peer);
  const attempt = { user, password, from, way: "form" } as const;
  const text = await authority.logIn(attempt, expire * 1000);
  if (text === undefined) return kvmd.refuse("bad credential");
  const response =
    redirect === ""
      ? kvmdReply({})
      : new Response(null, { status: 302, headers: { location: redirect } });
  const secure = context.env.secure ? "; Secure" : "";
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure}`;
  response.headers.set("set-cookie", `${COOKIE}=${text}; ${attributes}`);
  return response;
}

/** Ends all sessions of the user whose cookie it is, which it takes whatever else is sent. */
async function logOut(authority: Authority, context: Context<Env>): Promise<Response> {
  const refusal = await refused(authority, context);
  if (refusal !== undefined) return refusal;
  const cookie = fromCookie(context.req.raw.headers);
  const text = validSessionText(cookie?.kind === "session" ? cookie.text : "");
  authority.logOut(text, addressOf(context.env.peer));
  return kvmdReply({});
}

async function refused(authority: Authority, context: Context<Env>): Promise<Response | undefined> {
  const credential = kvmd.credential(context.req.raw.headers);
  const identity = await identify(authority, credential, addressOf(context.env.peer));
  if (identity === "none") return kvmd.refuse("no credential");
  return identity === "bad" ? kvmd.refuse("bad credential") : undefined;
}
