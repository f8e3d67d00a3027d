import { accessSync, constants } from "node:fs";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Places } from "./command.ts";

interface Ask {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
}

/**
 * Asks the running daemon over its unix socket.
 *
 * @throws Fault `not_running` if nobody answers there, `no_access` if that cannot be known, or one
 * with the daemon's own sentence
 */
export async function askDaemon(places: Places, { method, path, body }: Ask): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`http://localhost${path}`, {
      unix: places.socket,
      method,
      // A long batch is silent until its end; Bun would give up after five minutes of that.
      timeout: false,
      signal: AbortSignal.timeout(LIMITS.batch_duration_ms_max + LIMITS.stop_ms_max),
      ...(body === undefined ? {} : { body }),
    });
  } catch (cause) {
    throw unanswered(places.socket, cause);
  }
  if (response.ok) return response;
  const told = (await response.json()) as { message?: string; detail?: string };
  const sentence = told.message ?? told.detail ?? `the daemon answers ${response.status}`;
  throw new Fault(response.status === 400 ? "bad_request" : "system", sentence);
}

function unanswered(socket: string, cause: unknown): Fault {
  if (isForbidden(socket)) {
    const remedy = "run this as root, or as a member of the group that linkrd runs as";
    return new Fault("no_access", `${socket} may not be opened: ${remedy}`, { cause });
  }
  const remedy = "start it with `linkrd serve`, or name its --state";
  return new Fault("not_running", `no daemon answers at ${socket}: ${remedy}`, { cause });
}

function isForbidden(socket: string): boolean {
  try {
    accessSync(socket, constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EACCES";
  }
}
