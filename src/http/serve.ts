import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import type { Hono } from "hono";
import { Fault } from "../base/fault.ts";
import type { Env, RequestFacts } from "./route.ts";
import { type SocketData, websocket } from "./socket.ts";

/** A listener of ours. */
export interface Listener {
  /** As a person would write it: a URL, or the path of a socket. */
  readonly address: string;
  /** Takes no more requests, and ends those that run. */
  stop(): Promise<void>;
}

/**
 * A body of ours ends at LIMITS.body_bytes_max, where a handler answers 413 in its own dialect. The
 * runtime's own bound lies above that, for what no handler reads.
 */
const REQUEST_BYTES_MAX = 16 * 1024 * 1024;
/** Seconds without a byte after which a connection is closed; the runtime's default. */
const IDLE_SECONDS = 10;
/** Whoever may open the socket is trusted: root, and the group that the daemon runs as. */
const SOCKET_MODE = 0o660;
const SOCKET_FOLDER_MODE = 0o750;

/**
 * Listens on TCP.
 *
 * @param port 0 takes a free one @param tls certificate and key in PEM; without, plain HTTP
 * @throws Fault that says what to do
 */
export function listenTcp(
  app: Hono<Env>,
  bind: string,
  port: number,
  tls?: { readonly cert: string; readonly key: string },
): Listener {
  const secure = tls !== undefined;
  try {
    const server = Bun.serve({
      hostname: bind,
      port,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: REQUEST_BYTES_MAX,
      development: false,
      // Without `development` Bun would share the port with another linkrd (SO_REUSEPORT).
      reusePort: false,
      ...(secure ? { tls: { cert: tls.cert, key: tls.key } } : {}),
      websocket,
      fetch: (request, self) => {
        const peer = self.requestIP(request)?.address ?? "unknown";
        return answer(app, request, self, { peer, secure });
      },
    });
    const host = bind.includes(":") ? `[${bind}]` : bind;
    return {
      address: `${secure ? "https" : "http"}://${host}:${server.port}`,
      stop: () => server.stop(true),
    };
  } catch (cause) {
    throw listenFault(
      `port ${port} of ${bind}`,
      `choose another in [server] ${secure ? "https_port" : "http_port"}`,
      cause,
    );
  }
}

/** @throws Fault `conflict` when another daemon answers on the unix socket `path` */
export async function refuseLiveSocket(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path, () => resolve(true)).once("error", () => resolve(false));
  const isLive = await promise;
  socket.destroy();
  if (!isLive) return;
  const remedy = "stop it, or give this one folders of its own with --config and --state";
  throw new Fault("conflict", `another linkrd answers on ${path}: ${remedy}`);
}

/**
 * Listens on a unix socket, in a folder that is made for it, taking the place of one that a dead
 * daemon left behind.
 */
export function listenUnix(app: Hono<Env>, path: string): Listener {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: SOCKET_FOLDER_MODE });
    rmSync(path, { force: true });
    const server = Bun.serve({
      unix: path,
      maxRequestBodySize: REQUEST_BYTES_MAX,
      development: false,
      websocket,
      fetch: (request, self) => answer(app, request, self, { peer: undefined, secure: true }),
    });
    chmodSync(path, SOCKET_MODE);
    return {
      address: path,
      stop: async () => {
        await server.stop(true);
        rmSync(path, { force: true });
      },
    };
  } catch (cause) {
    throw listenFault(path, "choose another folder with --state", cause);
  }
}

/**
 * HEAD is asked as GET: the runtime leaves the body out and tells the length that it would have had
 * (RFC 9110, section 8.6), where hono would answer with a body of length 0.
 *
 * @returns undefined when the request became a WebSocket, which is its answer
 */
async function answer(
  app: Hono<Env>,
  request: Request,
  server: Bun.Server<SocketData>,
  from: Pick<RequestFacts, "peer" | "secure">,
): Promise<Response | undefined> {
  let isUpgraded = false;
  const asked = request.method === "HEAD" ? new Request(request, { method: "GET" }) : request;
  const response = await app.fetch(asked, {
    ...from,
    unhurried: () => server.timeout(request, 0),
    upgrade: (handler) => {
      isUpgraded = server.upgrade(request, { data: { handler } });
      return isUpgraded ? new Response(null) : undefined;
    },
  });
  return isUpgraded ? undefined : response;
}

function listenFault(what: string, remedy: string, cause: unknown): Fault {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") {
    return new Fault("system", `${what} is taken: stop the other program or ${remedy}`, { cause });
  }
  if (code === "EACCES") {
    return new Fault("no_access", `${what} may not be opened: run as root or ${remedy}`, { cause });
  }
  if (code === "EADDRNOTAVAIL") {
    const own = "choose an address of this device in [server] bind";
    return new Fault("system", `${what} cannot be listened on: ${own}`, { cause });
  }
  return new Fault("system", `${what} cannot be listened on: ${remedy}`, { cause });
}
