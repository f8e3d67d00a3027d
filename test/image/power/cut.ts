/** One loss of power while tokens are made, revoked and deleted. */
import { createRandom } from "../../hid/random.ts";
import type { CachedCard, Loss } from "./cached-card.ts";
import { Promises, type Session, work } from "./promises.ts";

/** The power goes after one of so many writes, which are those of some ten edits. */
const WRITES_MAX = 120;
const CUT_SECONDS_MAX = 120;

/** A daemon that somebody is logged in at, and what makes its power go. */
export interface Scene {
  readonly card: CachedCard;
  readonly session: Session;
  readonly tokens: ReadonlyMap<string, string>;
  /** Ends all that still goes on when the card is off. */
  readonly cut: () => Promise<void>;
}

/** Works until the power goes, at a moment that `seed` chooses. */
export async function cutOnce(
  { card, session, tokens, cut }: Scene,
  seed: number,
): Promise<{ readonly promises: Promises; readonly loss: Loss }> {
  const promises = new Promises(tokens);
  const power = new AbortController();
  const working = work(session, promises, power.signal);
  const timer = setTimeout(() => power.abort(), CUT_SECONDS_MAX * 1000);
  const due = card.cutAfter(1 + createRandom(seed)(WRITES_MAX));
  try {
    const loss = await Promise.race([due, working.then(() => card.cut())]);
    power.abort();
    await cut();
    await working;
    return { promises, loss };
  } finally {
    clearTimeout(timer);
    await cut();
  }
}
