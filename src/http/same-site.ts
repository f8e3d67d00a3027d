import type { Identity } from "../access/identity.ts";
import { Fault } from "../base/fault.ts";

/**
 * Refuses what a page of another site makes a browser send (CSRF), with a Fault `no_permission`.
 *
 * A browser adds cookies and remembered passwords by itself; a token is sent by whoever has it. It
 * also says where a request comes from (Fetch Metadata, else Origin), which a page cannot change.
 * Scripts say neither and are let in. Reading changes nothing, and no page of another site can read
 * the answer: there is no CORS.
 *
 * @param identity undefined on an open route, where somebody else's login could be slipped in
 */
export function refuseOtherSites(request: Request, identity: Identity | undefined): void {
  if (request.method === "GET" || identity?.kind === "token" || identity?.kind === "local") return;
  if (isSameSite(request.headers)) return;
  const remedy = "use its own page, or a token";
  throw new Fault("no_permission", `this request comes from a page of another site: ${remedy}`);
}

/** Whether a request comes from our own page, or from no page at all. */
export function isSameSite(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  return origin === null || isHostOf(origin, headers.get("host") ?? "");
}

function isHostOf(origin: string, host: string): boolean {
  const [, scheme] = /^(https?):\/\//.exec(origin) ?? [];
  if (scheme === undefined) return false;
  try {
    // Both through URL, which leaves out the port that the scheme implies.
    return new URL(origin).host === new URL(`${scheme}://${host}`).host;
  } catch {
    return false;
  }
}
