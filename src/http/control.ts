import type { Context } from "hono";
import type { Authority } from "../access/authority.ts";
import { Fault } from "../base/fault.ts";
import { parseBatch } from "../control/events.ts";
import type { Runner } from "../control/runner.ts";
import { readJson } from "./body.ts";
import { whileCredentialHolds } from "./lasting.ts";
import { linkrReply } from "./linkr.ts";
import { readQuery } from "./query.ts";
import type { Env } from "./route.ts";

export interface ControlParts {
  readonly runner: Runner;
  readonly authority: Authority;
}

/**
 * POST /api/public/control: checks the whole batch, then runs it, and answers when the host has
 * taken its last report. A token that is revoked meanwhile ends it, and its keys are let go. With
 * `?report=1`, `data` tells what was done.
 */
export function controlHandler({ runner, authority }: ControlParts) {
  return async (context: Context<Env>): Promise<Response> => {
    const { report } = readQuery(context.req.url, ["report"]);
    if (report !== undefined && report !== "0" && report !== "1") {
      throw new Fault("bad_request", "report: give 0 or 1", { details: { parameter: "report" } });
    }
    const batch = parseBatch(await readJson(context.req.raw));
    context.env.unhurried();
    const outcome = await whileCredentialHolds(authority, context, (signal) => {
      return runner.run(batch, signal);
    });
    return linkrReply(report === "1" ? outcome : null);
  };
}
