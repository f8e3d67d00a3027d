/** The page: files that were compressed when linkrd was built, and never change while it runs. */
import type { Context } from "hono";
import { problem } from "./problem.ts";
import type { Env, Route } from "./route.ts";

/** Content codings (RFC 9110, section 8.4.1), the one that is preferred first. */
const ENCODINGS = ["br", "gzip", "identity"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface Asset {
  readonly path: string;
  readonly type: string;
  /** Of the plain content, in hexadecimal digits. */
  readonly digest: string;
  /** Whether the path names the content, so that what was fetched once is good for ever. */
  readonly immutable: boolean;
  readonly bodies: Readonly<Record<Encoding, Uint8Array<ArrayBuffer>>>;
}

/**
 * What the page may do: run, show and reach what is linkrd's own. Screenshots and recordings are
 * blobs. Trusted Types are required and none are made, so no text can become markup anywhere.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const YEAR_SECONDS = 31_536_000;

/** A row for each file; whoever reaches the device may see them, they hold no secret. */
export function pageRoutes(page: readonly Asset[]): readonly Route[] {
  return page.map((asset) => ({
    method: "GET",
    path: asset.path,
    access: "open",
    dialect: problem,
    doc: "page",
    handler: (context) => serve(asset, context),
  }));
}

function serve(asset: Asset, context: Context<Env>): Response {
  const encoding = chooseEncoding(context.req.header("accept-encoding"));
  // Strong: each coding of it is a representation of its own (RFC 9110, section 8.8.3.3).
  const etag = `"${asset.digest}-${encoding}"`;
  const headers = new Headers({
    etag,
    vary: "Accept-Encoding",
    "cache-control": asset.immutable ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache",
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
  });
  if (isNamed(etag, context.req.header("if-none-match"))) {
    return new Response(null, { status: 304, headers });
  }
  headers.set("content-type", asset.type);
  if (encoding !== "identity") headers.set("content-encoding", encoding);
  return new Response(asset.bodies[encoding], { headers });
}

/** The coding that is preferred here, of those that `header` accepts (RFC 9110, 12.5.3). */
function chooseEncoding(header = ""): Encoding {
  const accepted = header.split(",").flatMap((part) => {
    const [name = "", ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    return parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)) ? [] : [name];
  });
  return ENCODINGS.find((encoding) => accepted.includes(encoding)) ?? "identity";
}

/** Whether `If-None-Match` names `etag`; the weak comparison is what it asks for. */
function isNamed(etag: string, header = ""): boolean {
  const names = header.split(",").map((part) => part.trim().replace(/^W\//, ""));
  return names.includes("*") || names.includes(etag);
}
