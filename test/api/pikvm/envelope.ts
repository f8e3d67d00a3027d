/** Section 1: the envelope, refusals that the server gives, methods. */
import type { Row } from "./row.ts";

const PLAIN = /^text\/plain/;
const UNAUTHORIZED = ["UnauthorizedError", "Unauthorized"] as const;

export const ENVELOPE: readonly Row[] = [
  {
    section: "1.1 a success is printed with four blanks",
    path: "/api/auth/check",
    headers: { "content-type": "application/json; charset=utf-8" },
    text: '{\n    "ok": true,\n    "result": {}\n}',
  },
  {
    section: "1.2 nobody is 401 with the error inside result, and no challenge",
    path: "/api/auth/check",
    as: "nobody",
    status: 401,
    headers: { "www-authenticate": "" },
    error: UNAUTHORIZED,
  },
  {
    section: "1.2 no such route is plain text",
    path: "/api/hid/nothing",
    status: 404,
    headers: { "content-type": PLAIN },
    text: "404: Not Found",
  },
  {
    section: "1.2 no such route is 404 for nobody too",
    path: "/api/hid/nothing",
    as: "nobody",
    status: 404,
    text: "404: Not Found",
  },
  {
    section: "1.2 another method is 405 with Allow, in plain text",
    method: "DELETE",
    path: "/api/auth/check",
    status: 405,
    headers: { "content-type": PLAIN, allow: "GET, HEAD" },
    text: "405: Method Not Allowed",
  },
  {
    section: "1.2 another method of a route that changes something",
    path: "/api/auth/login",
    status: 405,
    headers: { allow: "POST" },
  },
  {
    section: "1.2 a slash at the end leads on",
    path: "/api/auth/check/?x=1",
    status: 308,
    headers: { location: "/api/auth/check?x=1" },
  },
  {
    section: "1.2 doubled slashes lead on",
    path: "/api//auth///check",
    status: 308,
    headers: { location: "/api/auth/check" },
  },
  {
    section: "1.2 a slash at the end of nothing is nothing",
    path: "/api/hid/nothing/",
    status: 404,
    text: "404: Not Found",
  },
  {
    section: "1.2 a body over the limit is plain text",
    method: "POST",
    path: "/api/auth/login",
    body: new URLSearchParams({ user: "admin", passwd: "x".repeat(70_000) }),
    status: 413,
    headers: { "content-type": PLAIN },
    text: "413: Request Entity Too Large",
  },
  {
    section: "1.3 unknown parameters are ignored",
    path: "/api/auth/check?unknown=1&unknown=2",
    result: {},
  },
];
