import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { Authority } from "../access/authority.ts";
import { type Identity, isAble } from "../access/identity.ts";
import type { Ability } from "../access/token.ts";
import { chain, Fault } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { accountRoutes } from "./account.ts";
import { authRoutes } from "./auth.ts";
import { controlDoc, controlHandler } from "./control.ts";
import { documentRoutes } from "./docs.ts";
import { EXPOSITION_TYPE } from "./exposition.ts";
import { hostGuard } from "./host.ts";
import { addressOf, identify } from "./identity.ts";
import { isKvmdPath, kvmd, straightened } from "./kvmd/dialect.ts";
import { type KvmdParts, kvmdRoutes } from "./kvmd/routes.ts";
import { CredentialEnded } from "./lasting.ts";
import { leaseRoutes } from "./lease.ts";
import { linkr } from "./linkr.ts";
import { metricsDoc, metricsHandler, metricsOf, type Traffic } from "./metrics.ts";
import type { MjpegParts } from "./mjpeg.ts";
import { type Asset, pageRoutes } from "./page.ts";
import type { PictureParts } from "./picture.ts";
import { type PlainParts, plainGuard } from "./plain.ts";
import { problem } from "./problem.ts";
import type { Access, Dialect, Env, Refusal, Route } from "./route.ts";
import { refuseOtherSites } from "./same-site.ts";
import { type ScreenSocketParts, screenSocketDoc, screenSocketHandler } from "./screen-ws.ts";
import { snapshotDoc, snapshotHandler } from "./snapshot.ts";
import { type StatusParts, statusDoc, statusOf } from "./status.ts";
import { streamDoc, streamHandler } from "./stream.ts";
import { tokenRoutes } from "./tokens.ts";
import { Viewers } from "./viewers.ts";
import { type WolParts, wolRoutes } from "./wol.ts";

export interface AppParts
  extends PictureParts,
    ScreenSocketParts,
    StatusParts,
    WolParts,
    Omit<KvmdParts, "viewers">,
    Omit<PlainParts, "dialectOf"> {
  /** Names, besides addresses and localhost, under which this device may be called. */
  readonly hosts: () => readonly string[];
  /** The files of the page. */
  readonly page: readonly Asset[];
  readonly log: Log;
}

/** Every door of linkrd, one row each. */
export function routes(given: AppParts): readonly Route[] {
  const parts = { ...given, viewers: new Viewers() };
  const table: readonly Route[] = [
    ...screenRoutes(parts),
    {
      method: "POST",
      path: "/api/public/control",
      access: "control",
      dialect: linkr,
      doc: controlDoc,
      handler: controlHandler(parts),
    },
    {
      method: "GET",
      path: "/api/status",
      access: "info",
      dialect: problem,
      doc: statusDoc,
      handler: () => Response.json(statusOf(parts), { headers: { "cache-control": "no-store" } }),
    },
    ...leaseRoutes(parts),
    ...wolRoutes(parts),
    {
      method: "GET",
      path: "/metrics",
      access: "metrics",
      dialect: problem,
      doc: metricsDoc,
      handler: metricsHandler(EXPOSITION_TYPE, () => metricsOf(parts)),
    },
    ...kvmdRoutes(parts),
    ...authRoutes(parts.authority),
    ...accountRoutes(parts.authority),
    ...tokenRoutes(parts.authority),
    ...pageRoutes(parts.page),
    ...documentRoutes(parts.version, () => table),
  ];
  return table;
}

function screenRoutes(parts: AppParts & MjpegParts): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/public/snapshot",
      access: "view",
      dialect: linkr,
      doc: snapshotDoc,
      handler: snapshotHandler(parts),
    },
    {
      method: "GET",
      path: "/api/public/stream",
      access: "view",
      dialect: linkr,
      doc: streamDoc,
      handler: streamHandler(parts),
    },
    {
      method: "GET",
      path: "/api/screen/ws",
      access: "view",
      dialect: problem,
      doc: screenSocketDoc,
      handler: screenSocketHandler(parts),
    },
  ];
}

/** The HTTP application. Its third argument to `fetch` is Env's Bindings. */
export function createApp(parts: AppParts): Hono<Env> {
  const app = new Hono<Env>();
  app.use(
    counting(parts.traffic),
    secureHeaders,
    hostGuard(parts.hosts),
    plainGuard({ ...parts, dialectOf }),
  );
  const table = routes(parts);
  for (const route of table) {
    app.on(route.method, route.path, (context) => enter(parts, route, context));
  }
  const paths = new Set(table.map((route) => route.path));
  for (const path of paths) {
    const here = table.filter((route) => route.path === path);
    app.all(path, (context) => {
      context.set("pattern", path);
      return methodNotAllowed(here);
    });
  }
  app.notFound((context) => {
    const straight = straightened(context.req.url, paths);
    if (straight !== undefined) return context.redirect(straight, 308);
    return dialectOf(context.req.path).fault(notFound());
  });
  app.onError((error, context) => {
    return answerFault(parts, dialectOf(context.req.path), error, context.req.raw.signal);
  });
  return app;
}

type Guarded = Exclude<Access, "open">;

async function enter(parts: AppParts, route: Route, context: Context<Env>): Promise<Response> {
  const { access, dialect, handler, path } = route;
  context.set("pattern", path);
  try {
    if (access === "open") {
      if (context.env.peer !== undefined) refuseOtherSites(context.req.raw, undefined);
      return await handler(context);
    }
    const refusal = await admit(parts.authority, access, dialect, context);
    return refusal === undefined ? await handler(context) : dialect.refuse(refusal);
  } catch (error) {
    return answerFault(parts, dialect, error, context.req.raw.signal);
  }
}

/** Finds out who asks; a refusal when that is nobody, or one who may not do this. */
async function admit(
  authority: Authority,
  access: Guarded,
  dialect: Dialect,
  context: Context<Env>,
): Promise<Refusal | undefined> {
  const { peer } = context.env;
  const from = addressOf(peer);
  const identity =
    peer === undefined
      ? ({ kind: "local" } as const)
      : await identify(authority, dialect.credential(context.req.raw.headers), from);
  if (identity === "none") return "no credential";
  if (identity === "bad") return "bad credential";
  refuseOtherSites(context.req.raw, identity);
  const missing = missingOf(access, identity);
  if (missing !== undefined) {
    const who = identity.kind === "token" ? identity.name : identity.kind;
    authority.audit.noteOnce({ event: "token-use", who, from, about: missing, outcome: "refused" });
    return { missing };
  }
  context.set("identity", identity);
  return undefined;
}

/** What `identity` would need and has not; undefined when it may do what needs `access`. */
function missingOf(access: Guarded, identity: Identity): Ability | "session" | undefined {
  if (access === "credential") return undefined;
  const isSession = identity.kind === "session";
  if (access === "session") return isSession ? undefined : "session";
  if (access === "person") return isSession || identity.kind === "local" ? undefined : "session";
  const abilities = typeof access === "string" ? ([access] as const) : access;
  return abilities.some((ability) => isAble(identity, ability)) ? undefined : abilities[0];
}

/**
 * What nobody foresaw is our bug: it is logged whole and told as little as possible. That a client
 * went away, as `signal` says, is no fault of anybody's, and nobody reads the answer.
 */
function answerFault(
  { log, traffic }: AppParts,
  dialect: Dialect,
  error: unknown,
  signal: AbortSignal,
): Response {
  if (error instanceof CredentialEnded) return dialect.refuse("bad credential");
  if (error instanceof Fault) {
    traffic.faults.add(error.code);
    return answerTo(dialect, error);
  }
  if (signal.aborted) return dialect.fault(new Fault("stopping", "the client went away"));
  traffic.faults.add("internal");
  log.error(`a request failed: ${chain(error)}`);
  return dialect.fault(new Fault("internal", "linkrd failed at this request: its log says why"));
}

/** What says when to come back says it in a header too, whatever the dialect. */
function answerTo(dialect: Dialect, fault: Fault): Response {
  const response = dialect.fault(fault);
  const seconds = fault.details["retry_after_seconds"];
  if (typeof seconds === "number") response.headers.set("retry-after", `${seconds}`);
  return response;
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
  if (path.startsWith("/api/public/")) return linkr;
  return isKvmdPath(path) ? kvmd : problem;
}

/** Counts what was answered, by the pattern of its route. */
function counting(traffic: Traffic): MiddlewareHandler<Env> {
  return async (context, next) => {
    await next();
    traffic.count(context.req.method, context.get("pattern"), context.res.status);
  };
}

/** No page of another site may read, frame or sniff what linkrd answers. */
async function secureHeaders(context: Context, next: () => Promise<void>): Promise<void> {
  await next();
  const headers = context.res.headers;
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.has("content-security-policy")) {
    headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  }
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}
