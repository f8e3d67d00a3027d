/**
 * Run as root in a mount namespace of its own: cuts the power of a Rig again and again, and prints
 * what came of each cut as a line of JSON.
 *
 *   bun cuts.ts FOLDER COUNT SEED honest|liar [WRAPPER]
 */
import { join } from "node:path";
import { argv } from "node:process";
import type { Loss } from "./cached-card.ts";
import { cutOnce } from "./cut.ts";
import { judge, type Verdict } from "./kept.ts";
import { flash, Rig } from "./rig.ts";

/** What came of a cut. */
export interface Outcome extends Loss, Verdict {
  readonly seed: number;
  readonly made: number;
  readonly ended: number;
}

const [, , folder = "", count = "0", first = "0", manner = "honest", ...wrapper] = argv;
const flashed = await flash(folder);
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  // The card's chance is another than that of the moment.
  const how = { seed: seed + 2 ** 20, liar: manner === "liar" };
  await using rig = await Rig.start(flashed, how, wrapper);
  const { card } = rig;
  const scene = { card, session: await rig.session(), tokens: flashed.tokens };
  const { promises, loss } = await cutOnce({ ...scene, cut: () => rig.cut() }, seed);
  const verdict = await judge(promises, card, 0, join(folder, "kept"));
  const { made, ended } = promises;
  const outcome: Outcome = { seed, made, ended: ended.size, ...verdict, ...loss };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
