import { rmSync } from "node:fs";
import type { Hono } from "hono";
import { Fault } from "../base/fault.ts";
import type { Env } from "./route.ts";

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

/** Listens on TCP. @param port 0 takes a free one @throws Fault that says what to do */
export function listenTcp(app: Hono<Env>, bind: string, port: number): Listener {
  try {
    const server = Bun.serve({
      hostname: bind,
      port,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: REQUEST_BYTES_MAX,
      development: false,
      fetch: (request, self) =>
        app.fetch(request, {
          peer: self.requestIP(request)?.address ?? "unknown",
          unhurried: () => self.timeout(request, 0),
        }),
    });
    const host = bind.includes(":") ? `[${bind}]` : bind;
    return {
      address: `http://${host}:${server.port}`,
      stop: () => server.stop(true),
    };
  } catch (cause) {
    throw listenFault(`port ${port} of ${bind}`, "choose another in [server] http_port", cause);
  }
}

/** Listens on a unix socket, taking the place of one that a dead daemon left behind. */
export function listenUnix(app: Hono<Env>, path: string): Listener {
  rmSync(path, { force: true });
  try {
    const server = Bun.serve({
      unix: path,
      maxRequestBodySize: REQUEST_BYTES_MAX,
      development: false,
      fetch: (request, self) =>
        app.fetch(request, { peer: undefined, unhurried: () => self.timeout(request, 0) }),
    });
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

function listenFault(what: string, remedy: string, cause: unknown): Fault {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") {
    return new Fault("system", `${what} is taken: stop the other program or ${remedy}`, { cause });
  }
  if (code === "EACCES") {
    return new Fault("no_access", `${what} may not be opened: run as root or ${remedy}`, { cause });
  }
  return new Fault("system", `${what} cannot be listened on: ${remedy}`, { cause });
}
