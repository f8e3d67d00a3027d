/** The API document, for programs and for people: made of the route table. */
import { record, string, unknown } from "valibot";
import type { RouteDoc } from "./doc.ts";
import { pageOf, pageStyle } from "./docs-page.ts";
import { type OpenApi, openApiOf } from "./openapi.ts";
import { problem } from "./problem.ts";
import type { Route } from "./route.ts";

const documentDoc = {
  tag: "Device",
  summary: "This document",
  answers: { 200: { about: "OpenAPI 3.1.", json: record(string(), unknown()) } },
} as const satisfies RouteDoc;
const pageDoc = {
  tag: "Device",
  summary: "This document, for people",
  answers: { 200: { about: "A page without scripts.", types: ["text/html"] } },
} as const satisfies RouteDoc;

/**
 * GET /api/openapi.json and /api/docs, for anyone with a credential.
 *
 * @param table the route table, which these are part of
 */
export function documentRoutes(version: string, table: () => readonly Route[]): readonly Route[] {
  const shared = { method: "GET", access: "credential", dialect: problem } as const;
  let made: OpenApi | undefined;
  const document = () => {
    made ??= openApiOf(table(), version);
    return made;
  };
  return [
    {
      ...shared,
      path: "/api/openapi.json",
      doc: documentDoc,
      handler: () => Response.json(document()),
    },
    {
      ...shared,
      path: "/api/docs",
      doc: pageDoc,
      handler: () => {
        const headers = {
          "content-type": "text/html; charset=utf-8",
          "content-security-policy": policyOf(pageStyle()),
        };
        return new Response(`${pageOf(document())}`, { headers });
      },
    },
  ];
}

function policyOf(style: string): string {
  return `default-src 'none'; style-src ${style}; frame-ancestors 'none'`;
}
