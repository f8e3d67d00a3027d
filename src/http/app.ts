import { type Context, Hono } from "hono";
import { chain, Fault } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { controlHandler } from "./control.ts";
import { hostGuard } from "./host.ts";
import { identify, type TokenVerifier } from "./identity.ts";
import { linkr } from "./linkr.ts";
import { type PlainParts, plainGuard } from "./plain.ts";
import { problem } from "./problem.ts";
import type { Dialect, Env, Route } from "./route.ts";
import { type SnapshotParts, snapshotHandler } from "./snapshot.ts";
import { type StatusParts, statusOf } from "./status.ts";
import { type StreamParts, streamHandler } from "./stream.ts";

export interface AppParts
  extends SnapshotParts,
    StreamParts,
    StatusParts,
    Omit<PlainParts, "dialectOf"> {
  readonly tokens: TokenVerifier;
  /** Names, besides addresses and localhost, under which this device may be called. */
  readonly hosts: () => readonly string[];
  readonly log: Log;
}

/** Every door of linkrd, one row each. */
export function routes(parts: AppParts): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/public/snapshot",
      access: "view",
      dialect: linkr,
      handler: snapshotHandler(parts),
    },
    {
      method: "GET",
      path: "/api/public/stream",
      access: "view",
      dialect: linkr,
      handler: streamHandler(parts),
    },
    {
      method: "POST",
      path: "/api/public/control",
      access: "control",
      dialect: linkr,
      handler: controlHandler(parts.runner),
    },
    {
      method: "GET",
      path: "/api/status",
      access: "info",
      dialect: problem,
      handler: () => Response.json(statusOf(parts), { headers: { "cache-control": "no-store" } }),
    },
  ];
}

/** The HTTP application. Its third argument to `fetch` is Env's Bindings. */
export function createApp(parts: AppParts): Hono<Env> {
  const app = new Hono<Env>();
  app.use(secureHeaders, hostGuard(parts.hosts), plainGuard({ ...parts, dialectOf }));
  const table = routes(parts);
  for (const route of table) {
    app.on(route.method, route.path, (context) => enter(parts, route, context));
  }
  for (const path of new Set(table.map((route) => route.path))) {
    const here = table.filter((route) => route.path === path);
    app.all(path, () => methodNotAllowed(here));
  }
  app.notFound((context) => dialectOf(context.req.path).fault(notFound()));
  app.onError((error, context) => {
    return answerFault(parts.log, dialectOf(context.req.path), error, context.req.raw.signal);
  });
  return app;
}

async function enter(parts: AppParts, route: Route, context: Context<Env>): Promise<Response> {
  const { access, dialect, handler } = route;
  const identity = identify(context.req.raw, context.env.peer, parts.tokens);
  if (identity === "none") return dialect.refuse("no credential");
  if (identity === "bad") return dialect.refuse("bad credential");
  if (identity.kind === "token" && !identity.abilities.includes(access)) {
    return dialect.refuse({ missing: access });
  }
  context.set("identity", identity);
  try {
    return await handler(context);
  } catch (error) {
    return answerFault(parts.log, dialect, error, context.req.raw.signal);
  }
}

/**
 * What nobody foresaw is our bug: it is logged whole and told as little as possible. That a client
 * went away, as `signal` says, is no fault of anybody's, and nobody reads the answer.
 */
function answerFault(log: Log, dialect: Dialect, error: unknown, signal: AbortSignal): Response {
  if (error instanceof Fault) return dialect.fault(error);
  if (signal.aborted) return dialect.fault(new Fault("stopping", "the client went away"));
  log.error(`a request failed: ${chain(error)}`);
  return dialect.fault(new Fault("internal", "linkrd failed at this request: its log says why"));
}

function methodNotAllowed(here: readonly Route[]): Response {
  const methods = here.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  const allow = methods.join(", ");
  const fault = new Fault("method_not_allowed", `this address takes ${allow} alone`);
  const response = (here[0]?.dialect ?? problem).fault(fault);
  response.headers.set("allow", allow);
  return response;
}

function notFound(): Fault {
  return new Fault("not_found", "nothing is at this address: README lists the routes");
}

function dialectOf(path: string): Dialect {
  return path.startsWith("/api/public/") ? linkr : problem;
}

/** No page of another site may read, frame or sniff what linkrd answers. */
async function secureHeaders(context: Context, next: () => Promise<void>): Promise<void> {
  await next();
  const headers = context.res.headers;
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}
