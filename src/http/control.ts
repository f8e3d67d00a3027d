import type { Context } from "hono";
import type { Authority } from "../access/authority.ts";
import { isAble } from "../access/identity.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Arbiter } from "../control/arbiter.ts";
import { type Batch, parseBatch } from "../control/events.ts";
import type { Outcome, Runner } from "../control/runner.ts";
import { readJson } from "./body.ts";
import { whileCredentialHolds } from "./lasting.ts";
import { partyOf } from "./lease.ts";
import { linkr, linkrReply } from "./linkr.ts";
import type { PictureParts } from "./picture.ts";
import { integerOf, readQuery } from "./query.ts";
import type { Env } from "./route.ts";
import { actAndSee, SEEING_PARAMETERS, seeingOf } from "./settled.ts";

export interface ControlParts extends PictureParts {
  /** Whose layout texts are typed in. */
  readonly runner: Runner;
  readonly arbiter: Arbiter;
  readonly authority: Authority;
}

/**
 * POST /api/public/control: checks the whole batch, then runs it, and answers when the host has
 * taken its last report. A token that is revoked meanwhile ends it, and its keys are let go. With
 * `?wait=S` it waits until whoever is in control lets it. With `?report=1`, `data` tells what was
 * done. With `?skip=1`, characters that the host's layout cannot make do not refuse the batch: they
 * are left out, and counted in that report. With `?then=snapshot` the answer is the picture once
 * the screen has settled, for who may also view, and the report is the header X-Report.
 */
export function controlHandler(parts: ControlParts) {
  const { runner, arbiter, authority } = parts;
  return async (context: Context<Env>): Promise<Response> => {
    const names = ["report", "skip", "wait", ...SEEING_PARAMETERS] as const;
    const { report, skip, wait, ...query } = readQuery(context.req.url, names);
    const [isReported, skips] = [flag("report", report), flag("skip", skip)];
    const waitMs = 1000 * integerOf("wait", wait ?? "0", 0, LIMITS.control_wait_seconds_max);
    const seeing = seeingOf(query, parts.quality());
    if (seeing && !isAble(context.var.identity, "view")) return linkr.refuse({ missing: "view" });
    const batch = parseBatch(await readJson(context.req.raw), {
      layout: runner.layout,
      skip: skips,
    });
    const asker = { party: partyOf(authority, context.var.identity), waitMs };
    context.env.unhurried();
    return await whileCredentialHolds(authority, context, async (signal) => {
      const act = async () => {
        const outcome = await arbiter.run(batch, asker, signal);
        return skips ? { ...outcome, skipped: skippedIn(batch) } : outcome;
      };
      if (seeing === undefined) {
        const outcome = await act();
        return linkrReply(isReported ? outcome : null);
      }
      const done = await actAndSee(parts, seeing, signal, act);
      if (isReported) done.response.headers.set("x-report", dictionaryOf(done.report));
      return done.response;
    });
  };
}

function flag(parameter: string, value: string | undefined): boolean {
  if (value === undefined || value === "0") return false;
  if (value === "1") return true;
  throw new Fault("bad_request", `${parameter}: give 0 or 1`, { details: { parameter } });
}

function skippedIn(batch: Batch): number {
  return batch.reduce((sum, event) => sum + (event.kind === "text" ? event.skipped : 0), 0);
}

/** A structured field, a dictionary of integers (RFC 9651, section 3.2). */
function dictionaryOf(outcome: Outcome): string {
  return Object.entries(outcome)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}
