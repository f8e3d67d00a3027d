import type { Context } from "hono";
import type { Authority } from "../access/authority.ts";
import { isAble } from "../access/identity.ts";
import { Fault } from "../base/fault.ts";
import { parseBatch } from "../control/events.ts";
import type { Outcome, Runner } from "../control/runner.ts";
import { readJson } from "./body.ts";
import { whileCredentialHolds } from "./lasting.ts";
import { linkr, linkrReply } from "./linkr.ts";
import type { PictureParts } from "./picture.ts";
import { readQuery } from "./query.ts";
import type { Env } from "./route.ts";
import { actAndSee, SEEING_PARAMETERS, seeingOf } from "./settled.ts";

export interface ControlParts extends PictureParts {
  readonly runner: Runner;
  readonly authority: Authority;
}

/**
 * POST /api/public/control: checks the whole batch, then runs it, and answers when the host has
 * taken its last report. A token that is revoked meanwhile ends it, and its keys are let go. With
 * `?report=1`, `data` tells what was done. With `?then=snapshot` the answer is the picture once the
 * screen has settled, for who may also view, and the report is the header X-Report.
 */
export function controlHandler(parts: ControlParts) {
  const { runner, authority } = parts;
  return async (context: Context<Env>): Promise<Response> => {
    const { report, ...query } = readQuery(context.req.url, ["report", ...SEEING_PARAMETERS]);
    if (report !== undefined && report !== "0" && report !== "1") {
      throw new Fault("bad_request", "report: give 0 or 1", { details: { parameter: "report" } });
    }
    const seeing = seeingOf(query, parts.quality());
    if (seeing && !isAble(context.var.identity, "view")) return linkr.refuse({ missing: "view" });
    const batch = parseBatch(await readJson(context.req.raw));
    context.env.unhurried();
    return await whileCredentialHolds(authority, context, async (signal) => {
      const act = () => runner.run(batch, signal);
      if (seeing === undefined) {
        const outcome = await act();
        return linkrReply(report === "1" ? outcome : null);
      }
      const done = await actAndSee(parts, seeing, signal, act);
      if (report === "1") done.response.headers.set("x-report", dictionaryOf(done.report));
      return done.response;
    });
  };
}

/** A structured field, a dictionary of integers (RFC 9651, section 3.2). */
function dictionaryOf(outcome: Outcome): string {
  return Object.entries(outcome)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}
