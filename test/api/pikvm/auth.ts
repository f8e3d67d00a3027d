/** Section 2: who asks, and how a session begins and ends. */
import { expect } from "bun:test";
import { PASSWORD } from "../person.ts";
import { notValid, type Row, type Who } from "./row.ts";

const CHECK = "/api/auth/check";
const LOGIN = "/api/auth/login";
const STALE = `auth_token=${"0".repeat(64)}`;
const FORBIDDEN = { status: 403, error: ["ForbiddenError", "Forbidden"] } as const;
const UNAUTHORIZED = { status: 401, error: ["UnauthorizedError", "Unauthorized"] } as const;
const WAYS: readonly Who[] = ["cookie", "headers", "basic", "token as password", "token", "bearer"];
/** Name of the cookie first, then its attributes in any order. */
const COOKIE = /^auth_token=[0-9a-f]{64}(?=.*; Path=\/)(?=.*; HttpOnly)(?=.*; SameSite=Strict)/;

function basic(text: string): Record<string, string> {
  return { authorization: `Basic ${btoa(text)}` };
}

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

const PRESENT: readonly Row[] = [
  ...WAYS.map((as): Row => ({ section: `2.1 ${as} opens`, path: CHECK, as, result: {} })),
  { section: "2.1 nothing is 401", path: CHECK, as: "nobody", ...UNAUTHORIZED },
  ...[
    ["an empty cookie", { cookie: "auth_token=" }],
    ["an empty user header", { "x-kvmd-user": "", "x-kvmd-passwd": PASSWORD }],
    ["Basic that is no base64", { authorization: "Basic !" }],
    ["Basic without a colon", basic("admin")],
    ["a Bearer that is no token", { authorization: "Bearer x" }],
    ["another scheme", { authorization: "Digest x" }],
  ].map(
    ([what, send]): Row => ({
      section: `2.1 ${what} is nothing`,
      path: CHECK,
      as: "nobody",
      send: send as Record<string, string>,
      ...UNAUTHORIZED,
    }),
  ),
  {
    section: "2.1 an unknown session is 403",
    path: CHECK,
    as: "nobody",
    send: { cookie: STALE },
    ...FORBIDDEN,
  },
  {
    section: "2.1 good headers go before a stale cookie",
    path: CHECK,
    as: "headers",
    send: { cookie: STALE },
    result: {},
  },
  {
    section: "2.1 a stale cookie goes before good Basic",
    path: CHECK,
    as: "basic",
    send: { cookie: STALE },
    ...FORBIDDEN,
  },
  {
    section: "2.1 a user of illegal form is 400",
    path: CHECK,
    as: "nobody",
    send: { "x-kvmd-user": "Admin", "x-kvmd-passwd": "x" },
    ...notValid("The argument 'Admin' is not a valid username characters"),
  },
  {
    section: "2.1 a session of illegal form is 400, and not repeated",
    path: CHECK,
    as: "nobody",
    send: { cookie: "auth_token=secret" },
    ...notValid("The argument is not a valid auth token"),
  },
  {
    section: "1.3 what is too long is not looked at",
    path: CHECK,
    as: "nobody",
    send: { "x-kvmd-user": "a".repeat(129), "x-kvmd-passwd": "x" },
    ...notValid("RAW limit exceed"),
  },
];

const SESSIONS: readonly Row[] = [
  {
    section: "2.3 a form logs in, the cookie is all that comes of it",
    method: "POST",
    path: LOGIN,
    as: "nobody",
    body: new URLSearchParams({ user: "admin", passwd: PASSWORD }),
    headers: { "set-cookie": COOKIE },
    result: {},
    check: async ({ headers }, { linkrd }) => {
      const cookie = headers.get("set-cookie") ?? "";
      expect(cookie).not.toMatch(/Max-Age|Expires|Secure/i);
      const [pair = ""] = cookie.split(";");
      const seen = await linkrd.ask(CHECK, { headers: { cookie: pair } }, "");
      expect(seen.status).toBe(200);
    },
  },
  {
    section: "2.3 multipart logs in",
    method: "POST",
    path: LOGIN,
    as: "nobody",
    body: form({ user: "admin", passwd: PASSWORD, expire: "3600" }),
    headers: { "set-cookie": COOKIE },
    result: {},
  },
  {
    section: "2.3 redirect",
    method: "POST",
    path: LOGIN,
    as: "nobody",
    body: new URLSearchParams({ user: "admin", passwd: PASSWORD, redirect: "/kvm" }),
    status: 302,
    headers: { location: "/kvm", "set-cookie": /^auth_token=[0-9a-f]{64};/ },
  },
  {
    section: "2.3 redirect elsewhere",
    method: "POST",
    path: LOGIN,
    as: "nobody",
    body: new URLSearchParams({ user: "admin", passwd: PASSWORD, redirect: "/elsewhere" }),
    ...notValid("The argument '/elsewhere' is not a valid login redirect"),
  },
  {
    section: "2.3 JSON is not parsed, the user is empty",
    method: "POST",
    path: LOGIN,
    as: "nobody",
    body: JSON.stringify({ user: "admin", passwd: PASSWORD }),
    ...notValid("The argument '' is not a valid username characters"),
  },
  {
    section: "2.3 expire below 0",
    method: "POST",
    path: LOGIN,
    as: "nobody",
    body: new URLSearchParams({ user: "admin", passwd: PASSWORD, expire: "-1" }),
    ...notValid("The argument '-1' must be expiration time and greater or equial than 0"),
  },
  {
    section: "2.3 expire that is no number",
    method: "POST",
    path: LOGIN,
    as: "nobody",
    body: new URLSearchParams({ user: "admin", passwd: PASSWORD, expire: "1.5" }),
    ...notValid("The argument '1.5' is not a valid expiration time"),
  },
  {
    section: "2.4 logout without a cookie",
    method: "POST",
    path: "/api/auth/logout",
    as: "headers",
    ...notValid("The argument is not a valid auth token"),
  },
  {
    section: "2.4 logout of nobody",
    method: "POST",
    path: "/api/auth/logout",
    as: "nobody",
    ...UNAUTHORIZED,
  },
];

/** These count as guesses, after a few of which passwords wait, so they come last. */
const WRONG: readonly Row[] = [
  {
    section: "2.1 a wrong password is 403, and no other way is tried",
    path: CHECK,
    send: { "x-kvmd-user": "stranger", "x-kvmd-passwd": "wrong" },
    once: true,
    ...FORBIDDEN,
  },
];

export const AUTH: readonly Row[] = [...PRESENT, ...SESSIONS, ...WRONG];
