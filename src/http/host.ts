import { isIP } from "node:net";
import { hostname } from "node:os";
import type { MiddlewareHandler } from "hono";
import { Fault } from "../base/fault.ts";
import { problem } from "./problem.ts";
import type { Env } from "./route.ts";

/**
 * Refuses requests for a host name that is not this device's, with 421.
 *
 * A page of another site can have its own name resolved to this device's address (DNS rebinding)
 * and then counts as the same site as linkrd. It cannot do so without sending its name here.
 * Addresses cannot be rebound, so all of them are fine.
 */
export function hostGuard(hosts: () => readonly string[]): MiddlewareHandler<Env> {
  return async function guardHost(context, next) {
    const host = context.req.header("host");
    if (context.env.peer === undefined || isOurs(host, hosts())) return next();
    const fault = new Fault(
      "misdirected",
      "this device is not called that: use its address, or add the name to [server] hosts",
    );
    return problem.fault(fault);
  };
}

function isOurs(header: string | undefined, hosts: readonly string[]): boolean {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(header ?? "") ?? [];
  const name = (bracketed ?? plain ?? "").toLowerCase();
  if (isIP(name) !== 0) return true;
  const own = hostname().toLowerCase();
  return name === "localhost" || name === own || name === `${own}.local` || hosts.includes(name);
}
