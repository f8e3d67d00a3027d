import type { Fault } from "../base/fault.ts";
import { problem } from "./problem.ts";
import type { Dialect } from "./route.ts";

/** The reply that the vendor's clients compare with. */
export const SUCCEEDED = "Request succeeded!";

/** Linkr's envelope: `code` 0 is success, anything else is a failure whose reason is `message`. */
export function linkrReply(data: unknown): Response {
  return Response.json({ code: 0, data, message: SUCCEEDED });
}

/** `/api/public/*`: every token fault is the same 403, whatever is wrong with the token. */
export const linkr: Dialect = {
  credential: problem.credential,
  fault: (fault) => failed(fault.status, fault.message, detailsOf(fault)),
  refuse: () => failed(403, "No Permission", null),
  document: {
    name: "Linkr",
    takesPasswords: false,
    codes: false,
    envelope: (data) => ({
      type: "object",
      properties: { code: { const: 0 }, data, message: { const: SUCCEEDED } },
      required: ["code", "data", "message"],
    }),
    fault: {
      type: "object",
      properties: {
        code: { type: "integer", description: "The HTTP status." },
        data: { type: ["object", "null"], description: "What a program can use." },
        message: { type: "string", description: "What is wrong, and what to do about it." },
      },
      required: ["code", "data", "message"],
    },
  },
};

function failed(status: number, message: string, data: unknown): Response {
  return Response.json({ code: status, data, message }, { status });
}

function detailsOf(fault: Fault): unknown {
  return Object.keys(fault.details).length === 0 ? null : fault.details;
}
