import type { Context } from "hono";
import { nullable, number, object, optional } from "valibot";
import type { Authority } from "../access/authority.ts";
import { isAble } from "../access/identity.ts";
import { LAYOUT_NAMES } from "../base/layout-names.ts";
import { LIMITS } from "../base/limits.ts";
import { nearest } from "../base/nearest.ts";
import type { Arbiter } from "../control/arbiter.ts";
import { BATCH_SCHEMA } from "../control/batch-schema.ts";
import { type Batch, parseBatch } from "../control/events.ts";
import { keymapOf, layoutOfKeymap } from "../control/keymaps.ts";
import type { Outcome, Runner } from "../control/runner.ts";
import type { Layout } from "../hid/layout.ts";
import { readJson } from "./body.ts";
import type { RouteDoc } from "./doc.ts";
import { whileCredentialHolds } from "./lasting.ts";
import { partyOf } from "./lease.ts";
import { linkr, linkrReply } from "./linkr.ts";
import { PICTURE_HEADERS, type PictureParts } from "./picture.ts";
import { flag, integer, parameter, readQuery, refused } from "./query.ts";
import type { Env } from "./route.ts";
import { actAndSee, SEEING_PARAMETERS, seeingOf } from "./settled.ts";

export interface ControlParts extends PictureParts {
  /** Whose layout texts are typed in. */
  readonly runner: Runner;
  readonly arbiter: Arbiter;
  readonly authority: Authority;
}

const OUTCOME = object({
  events: number(),
  characters: number(),
  milliseconds: number(),
  skipped: optional(number()),
});

export const controlDoc = {
  tag: "Control",
  summary: "Keys, mouse and texts",
  about:
    "The batch is checked whole before the first key goes down, and answered when the host has " +
    "taken the last report. What it leaves held stays down, until it is released or times out.",
  query: {
    report: flag("Tell in `data` what was done; with `then`, in the header `X-Report`."),
    skip: flag("Leave out characters that the host's layout lacks, instead of refusing the batch."),
    layout: parameter(
      "Type texts in this layout instead of that of the settings.",
      { type: "string", enum: LAYOUT_NAMES },
      layoutNamed,
    ),
    check: flag("Check the batch, and do nothing."),
    wait: integer(
      "Seconds to wait until whoever is in control lets this batch run.",
      0,
      LIMITS.control_wait_seconds_max,
    ),
    ...SEEING_PARAMETERS,
  },
  body: { types: ["application/json"], schema: BATCH_SCHEMA },
  answers: {
    200: {
      about: "All is done; with `then=snapshot`, the picture.",
      json: nullable(OUTCOME),
      types: ["image/jpeg"],
      headers: {
        ...PICTURE_HEADERS,
        "X-Settled": "Whether the screen stood still in the end.",
        "X-Changed": "Whether anything changed since before the batch.",
        "X-Report": "What was done, as `events=4, characters=0, milliseconds=33`.",
      },
    },
  },
  faults: ["conflict", "no_hid", "no_video", "too_many"],
} as const satisfies RouteDoc;

/**
 * POST /api/public/control: checks the whole batch, then runs it, and answers when the host has
 * taken its last report. A token that is revoked meanwhile ends it, and its keys are let go.
 *
 * - `wait=S`: it waits until whoever is in control lets it.
 * - `report=1`: `data` tells what was done.
 * - `skip=1`: characters that the layout cannot make do not refuse the batch: they are left out,
 *   and counted in that report.
 * - `layout=NAME`: texts are typed in another layout than that of the settings.
 * - `check=1`: the batch is checked, and that is all.
 * - `then=snapshot`: the answer is the picture once the screen has settled, for who may also view,
 *   and the report is the header X-Report.
 */
export function controlHandler(parts: ControlParts) {
  const { runner, arbiter, authority } = parts;
  return async (context: Context<Env>): Promise<Response> => {
    const {
      report,
      skip,
      wait = 0,
      layout,
      check,
      ...query
    } = readQuery(context.req.url, controlDoc.query);
    const seeing = seeingOf(query, parts.quality());
    if (seeing && !isAble(context.var.identity, "view")) return linkr.refuse({ missing: "view" });
    const batch = parseBatch(await readJson(context.req.raw), {
      layout: layout ?? runner.layout,
      skip,
    });
    if (check) return linkrReply(null);
    const asker = { party: partyOf(authority, context.var.identity), waitMs: 1000 * wait };
    context.env.unhurried();
    return await whileCredentialHolds(authority, context, async (signal) => {
      const act = async () => {
        const outcome = await arbiter.run(batch, asker, signal);
        return skip ? { ...outcome, skipped: skippedIn(batch) } : outcome;
      };
      if (seeing === undefined) {
        const outcome = await act();
        return linkrReply(report ? outcome : null);
      }
      const done = await actAndSee(parts, seeing, signal, act).catch(async (error: unknown) => {
        // Nobody is told any more what is held, though the batch was done.
        if (signal.aborted) await arbiter.letGo(asker.party);
        throw error;
      });
      if (report) done.response.headers.set("x-report", dictionaryOf(done.report));
      return done.response;
    });
  };
}

function layoutNamed(name: string): Layout {
  const known = LAYOUT_NAMES.find((each) => each === name || keymapOf(each) === name);
  const layout = known && layoutOfKeymap(keymapOf(known));
  if (layout !== undefined) return layout;
  const meant = nearest(name, LAYOUT_NAMES);
  const hint = meant === undefined ? "docs/layouts.md lists them" : `did you mean ${meant}?`;
  throw refused("layout", `no layout has this name: ${hint}`);
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
