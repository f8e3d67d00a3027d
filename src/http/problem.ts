import { FAULTS } from "../base/fault.ts";
import { fromAuthorization, fromCookie } from "./credentials.ts";
import type { Dialect } from "./route.ts";

const REALM = 'Bearer realm="linkrd"';

/**
 * linkrd's own routes: RFC 9457 problems with a stable `code`, and RFC 6750 challenges. A token
 * that is sent beats the cookie that a browser adds. Passwords are for the login: sent with each
 * request they would cost 19 MiB each time.
 */
export const problem: Dialect = {
  credential: (headers) => {
    const sent = fromAuthorization(headers);
    if (sent === undefined) return fromCookie(headers);
    return sent !== "malformed" && sent.kind === "token" ? sent : "malformed";
  },
  fault: ({ status, code, message, details }) => answer(status, code, message, { details }),
  refuse: (refusal) => {
    if (refusal === "no credential") {
      return answer(FAULTS.unauthorized.status, "unauthorized", "a token is needed: see README", {
        challenge: REALM,
      });
    }
    if (refusal === "bad credential") {
      const sentence = "this token or session opens nothing here: log in again, or use another";
      return answer(FAULTS.unauthorized.status, "invalid_token", sentence, {
        challenge: `${REALM}, error="invalid_token"`,
      });
    }
    const { missing } = refusal;
    if (missing === "session") {
      const sentence = "only a person who is logged in may do this, no token can: log in first";
      return answer(FAULTS.no_permission.status, "insufficient_scope", sentence, {
        challenge: `${REALM}, error="insufficient_scope"`,
      });
    }
    const sentence = `this token lacks the ability \`${missing}\`: make one that has it`;
    return answer(FAULTS.no_permission.status, "insufficient_scope", sentence, {
      challenge: `${REALM}, error="insufficient_scope", scope="${missing}"`,
    });
  },
  document: {
    name: "Problem",
    takesPasswords: false,
    codes: true,
    envelope: (json) => json,
    fault: {
      type: "object",
      description: "RFC 9457, with members that are the fault's own.",
      properties: {
        type: { const: "about:blank" },
        title: { type: "string" },
        status: { type: "integer" },
        code: { type: "string", description: "Stable, for programs." },
        detail: { type: "string", description: "What is wrong, and what to do about it." },
      },
      required: ["type", "title", "status", "code", "detail"],
      additionalProperties: true,
    },
  },
};

function answer(
  status: number,
  code: string,
  detail: string,
  more: { challenge?: string; details?: Readonly<Record<string, unknown>> },
): Response {
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (more.challenge !== undefined) headers["www-authenticate"] = more.challenge;
  const body = { ...more.details, type: "about:blank", title: code, status, code, detail };
  return new Response(JSON.stringify(body), { status, headers });
}
