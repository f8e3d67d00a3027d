/** A text as PiKVM's clients send it: of any length, and what cannot be typed is left out. */
import type { Context } from "hono";
import { layoutOfKeymap } from "../control/keymaps.ts";
import { printed } from "../control/kvmd.ts";
import { readPlain } from "./body.ts";
import { kvmdReply } from "./kvmd.ts";
import type { HidParts } from "./kvmd-hid-state.ts";
import { whileCredentialHolds } from "./lasting.ts";
import { partyOf } from "./lease.ts";
import type { Env } from "./route.ts";
import { invalid, validBool, validFloat, validInteger, whenGiven } from "./validate.ts";

/** Characters of a text that is not said to be longer; the rest is cut off. */
const LIMIT = 1024;
const SLOW_SECONDS = 0.02;
const DELAY_SECONDS_MAX = 5;

/**
 * POST /api/hid/print: types the body, in turns that let others come between, and answers when the
 * host has taken all of it. It ends when the client leaves.
 */
export async function print(parts: HidParts, context: Context<Env>): Promise<Response> {
  const { runner, arbiter, authority } = parts;
  const { req } = context;
  const text = await readPlain(req.raw);
  const limit = whenGiven(req.query("limit"), LIMIT, (raw) => validInteger(raw, "int", { min: 0 }));
  const layout = whenGiven(req.query("keymap"), runner.layout, (raw) => {
    const keymap = raw.trim();
    const found = layoutOfKeymap(keymap);
    if (found === undefined) throw invalid(keymap, "keymap");
    return found;
  });
  const slow = whenGiven(req.query("slow"), false, validBool);
  const range = { min: 0, max: DELAY_SECONDS_MAX };
  const delay = whenGiven(req.query("delay"), slow ? SLOW_SECONDS : 0, (raw) => {
    return validFloat(raw, "keys delay", range);
  });
  const asked = limit === 0 ? text : [...text].slice(0, limit).join("");
  const asker = { party: partyOf(authority, context.var.identity), waitMs: 0 };
  context.env.unhurried();
  return await whileCredentialHolds(authority, context, async (signal) => {
    for (const batch of printed(asked, layout, 1000 * delay)) {
      await arbiter.run(batch, asker, signal);
    }
    return kvmdReply({});
  });
}
