import type { Context } from "hono";
import { Fault } from "../base/fault.ts";
import { parseBatch } from "../control/events.ts";
import type { Runner } from "../control/runner.ts";
import { readJson } from "./body.ts";
import { linkrReply } from "./linkr.ts";
import { readQuery } from "./query.ts";
import type { Env } from "./route.ts";

/**
 * POST /api/public/control: checks the whole batch, then runs it, and answers when the host has
 * taken its last report. With `?report=1`, `data` tells what was done.
 */
export function controlHandler(runner: Runner) {
  return async (context: Context<Env>): Promise<Response> => {
    const { report } = readQuery(context.req.url, ["report"]);
    if (report !== undefined && report !== "0" && report !== "1") {
      throw new Fault("bad_request", "report: give 0 or 1", { details: { parameter: "report" } });
    }
    const batch = parseBatch(await readJson(context.req.raw));
    context.env.unhurried();
    const outcome = await runner.run(batch, context.req.raw.signal);
    return linkrReply(report === "1" ? outcome : null);
  };
}
