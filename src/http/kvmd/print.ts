/** A text as PiKVM's clients send it: of any length, and what cannot be typed is left out. */
import type { Context } from "hono";
import { Fault } from "../../base/fault.ts";
import { layoutOfKeymap } from "../../control/keymaps.ts";
import { printed } from "../../control/kvmd.ts";
import type { Layout } from "../../hid/layout.ts";
import { readPlain } from "../body.ts";
import type { RouteDoc } from "../doc.ts";
import { whileCredentialHolds } from "../lasting.ts";
import { partyOf } from "../lease.ts";
import { readLooseQuery } from "../query.ts";
import type { Env } from "../route.ts";
import { kvmdReply } from "./dialect.ts";
import type { HidParts } from "./hid-state.ts";
import { ACTING, actionDoc, bool, float, integer, optional, required } from "./query.ts";
import { invalid, validText } from "./validate.ts";

/** Characters of a text that is not said to be longer; the rest is cut off. */
const LIMIT = 1024;
const SLOW_SECONDS = 0.02;
const DELAY_SECONDS_MAX = 5;

export const printDoc = {
  ...actionDoc(
    "Type a text",
    {
      limit: optional(
        integer("Characters at most; the rest is cut off, 0: none.", "int", { min: 0 }),
        LIMIT,
      ),
      keymap: optional(
        required("One of /api/hid/keymaps.", { type: "string" }, validKeymap),
        undefined,
      ),
      slow: optional(bool(`A delay of ${SLOW_SECONDS} s.`), false),
      delay: optional(
        float("Seconds before each key goes down or up.", "keys delay", {
          min: 0,
          max: DELAY_SECONDS_MAX,
        }),
        undefined,
      ),
    },
    ACTING,
  ),
  about: "Characters that the layout lacks are left out.",
  body: { types: ["*/*"], schema: { type: "string" } },
} as const satisfies RouteDoc;

/**
 * POST /api/hid/print: types the body, in turns that let others come between, and answers when the
 * host has taken all of it. It ends when the client leaves.
 */
export async function print(parts: HidParts, context: Context<Env>): Promise<Response> {
  const { runner, arbiter, authority } = parts;
  const { req } = context;
  const text = await readPlain(req.raw);
  const query = readLooseQuery(req.url, printDoc.query);
  const { limit, keymap: layout = runner.layout, slow } = query;
  const delay = query.delay ?? (slow ? SLOW_SECONDS : 0);
  const asked = limit === 0 ? text : [...text].slice(0, limit).join("");
  const asker = { party: partyOf(authority, context.var.identity), waitMs: 0 };
  context.env.unhurried();
  return await whileCredentialHolds(authority, context, async (signal) => {
    let typed = 0;
    for (const batch of printed(asked, layout, 1000 * delay)) {
      const run = arbiter.run(batch, asker, signal);
      typed += (await run.catch((error: unknown) => failed(error, typed))).characters;
    }
    return kvmdReply({});
  });
}

/** Says how much was typed before, where that is not nothing: in the turns that were done. */
function failed(error: unknown, typed: number): never {
  if (!(error instanceof Fault) || typed === 0) throw error;
  const { code, message, details } = error;
  throw new Fault(code, `${typed} characters were typed, then: ${message}`, { details });
}

function validKeymap(raw: string | undefined): Layout {
  const keymap = validText(raw, "keymap");
  const layout = layoutOfKeymap(keymap);
  if (layout === undefined) throw invalid(keymap, "keymap");
  return layout;
}
