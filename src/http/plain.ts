import { BlockList } from "node:net";
import type { MiddlewareHandler } from "hono";
import { Fault } from "../base/fault.ts";
import type { Dialect, Env } from "./route.ts";

/** [server] http: who is answered without TLS. */
export type PlainPolicy = "tailnet" | "serve" | "redirect";

export interface PlainParts {
  readonly policy: () => PlainPolicy;
  /** 0 when HTTPS is off. */
  readonly httpsPort: () => number;
  readonly dialectOf: (path: string) => Dialect;
}

/**
 * Keeps tokens off the open wire: plain HTTP is answered as the settings say, and else redirected.
 *
 * An API call, and whatever comes with a token or a password, is refused, not redirected: that has
 * been seen already, and a client that is redirected would go on sending it that way.
 */
export function plainGuard({ policy, httpsPort, dialectOf }: PlainParts): MiddlewareHandler<Env> {
  const trusted = trustedNetworks();
  return async function guardPlain(context, next) {
    const { peer, secure } = context.env;
    if (secure || peer === undefined || policy() === "serve") return next();
    if (policy() === "tailnet" && isIn(trusted, peer)) return next();
    const { path, url, method } = context.req;
    const isRead = method === "GET" || method === "HEAD";
    const isPage = isRead && !path.startsWith("/api/") && !hasSecret(context.req.raw.headers);
    if (isPage && httpsPort() !== 0) return context.redirect(secureUrl(url, httpsPort()), 308);
    const remedy = "use https, or allow it with [server] http";
    const fault = new Fault("no_permission", `plain HTTP is not answered here: ${remedy}`);
    return dialectOf(path).fault(fault);
  };
}

/** A cookie is a browser's own doing: a person who has typed the address is led on. */
function hasSecret(headers: Headers): boolean {
  return headers.has("authorization") || headers.has("x-kvmd-passwd");
}

function secureUrl(url: string, port: number): string {
  const target = new URL(url);
  target.protocol = "https:";
  target.port = `${port}`;
  return target.href;
}

/** Loopback, and the ranges that Tailscale gives its devices (tailscale.com/kb/1015, kb/1033). */
function trustedNetworks(): BlockList {
  const networks = new BlockList();
  networks.addSubnet("127.0.0.0", 8, "ipv4");
  networks.addAddress("::1", "ipv6");
  networks.addSubnet("100.64.0.0", 10, "ipv4");
  networks.addSubnet("fd7a:115c:a1e0::", 48, "ipv6");
  return networks;
}

/** A peer of a dual-stack socket may be an IPv4 address mapped into IPv6. */
function isIn(networks: BlockList, peer: string): boolean {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(peer) ?? [];
  const address = mapped ?? peer;
  return networks.check(address, address.includes(":") ? "ipv6" : "ipv4");
}
