/**
 * The power goes while tokens are made, revoked and deleted: whatever linkrd had acknowledged holds
 * afterwards. The card is the one that counts: it takes the power away right after one of its
 * writes, and loses what it had not flushed. Then the same with a daemon, and with a card, that do
 * not do their part: where nothing is lost then, the rounds before prove nothing.
 */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { env } from "node:process";
import type { Contents, Loss, Manner } from "../power/cached-card.ts";
import { cutOnce } from "../power/cut.ts";
import { judge, type Verdict } from "../power/kept.ts";
import { ask, type Promises } from "../power/promises.ts";
import { WORK } from "./machine.ts";
import { inserted, type Moment, startedOnce, wentOn, withoutSync } from "./moment.ts";
import type { Report } from "./report.ts";

const CUTS = 50;
/** After so many cuts the machine is started for real, and asked. */
const START_EACH = 16;
const PROOFS = 5;
const DATA_AT = (16 + 256 + 512 + 512) * 2 ** 20;

interface Cut {
  readonly promises: Promises;
  readonly verdict: Verdict;
  readonly loss: Loss;
  readonly contents: Contents;
}

export async function POWER_CUTS(image: string, report: Report): Promise<void> {
  const seed = Number(env["SEED"] ?? randomInt(1e6));
  report.say(`power cuts: SEED=${seed}; the start that all of them go on from`);
  const moment = await startedOnce(image);
  await holds(moment, seed, report);
  await fails("fsync does nothing", await withoutSync(moment), {}, seed, report);
  await fails("the card does not flush", moment, { liar: true }, seed, report);
}

async function holds(moment: Moment, seed: number, report: Report): Promise<void> {
  const tally = { cuts: 0, made: 0, ended: 0, cached: 0, lost: 0, torn: 0, starts: 0 };
  for (let number = 1; number <= CUTS; number++) {
    await report.check(`power cut ${number} of ${CUTS}`, async () => {
      const { promises, verdict, loss, contents } = await cut(moment, {}, seed + number);
      const { made, ended } = promises;
      const said = `${made} made, ${ended.size} ended; ${told(loss)}`;
      if (verdict.broken > 0) throw new Error(`${said}: ${verdict.why}`);
      if (loss.lost === 0) throw new Error(`${said}: it proves nothing`);
      tally.cuts += 1;
      tally.made += made;
      tally.ended += ended.size;
      for (const key of ["cached", "lost", "torn"] as const) tally[key] += loss[key];
      if (number % START_EACH !== 0) return said;
      tally.starts += 1;
      return `${said}; ${await startedAfter(moment, contents, promises)}`;
    });
  }
  report.number("power cuts that lost blocks", `${tally.cuts} of ${CUTS}`);
  report.number("of them with a real start afterwards", `${tally.starts}`);
  report.number("acknowledged before", `${tally.made} tokens made, ${tally.ended} ended`);
  report.number("blocks in the card's cache", told(tally));
}

async function fails(
  what: string,
  moment: Moment,
  how: Manner,
  seed: number,
  report: Report,
): Promise<void> {
  await report.check(`${what}: tokens are lost, and it is seen`, async () => {
    let [promised, lost] = [0, 0];
    for (let number = 1; number <= PROOFS; number++) {
      const { promises, verdict } = await cut(moment, how, seed + number);
      const { count } = promises;
      report.say(`${what}: ${count} acknowledged, ${verdict.broken} of them lost`);
      promised += count;
      lost += verdict.broken;
    }
    if (lost === 0) throw new Error(`of ${promised} nothing was lost`);
    report.number(`${what}, ${PROOFS} cuts`, `${lost} of ${promised} acknowledged are lost`);
    return `${lost} of ${promised}`;
  });
}

async function cut(moment: Moment, how: Manner, seed: number): Promise<Cut> {
  const { machine, session, tokens } = moment;
  // The card's chance is another than that of the moment.
  await using card = await wentOn(moment, { ...how, seed: seed + 2 ** 20 });
  const scene = { card, session, tokens, cut: () => machine.cut() };
  const { promises, loss } = await cutOnce(scene, seed);
  const verdict = await judge(promises, card, DATA_AT, join(WORK, "data"));
  return { promises, verdict, loss, contents: card.contents() };
}

/** The same by the machine itself: started with this card, it opens to whom it should. */
async function startedAfter(
  { machine, image, session }: Moment,
  contents: Contents,
  promises: Promises,
): Promise<string> {
  await using _card = await inserted(image, { contents });
  await using _ = machine;
  await machine.switchOn();
  const seconds = await machine.answers();
  const open = new Set<string>();
  for (const text of [...promises.good.values(), ...promises.ended.values()]) {
    const headers = { authorization: `Bearer ${text}` };
    const answer = await ask(session.url, "/api/status", { headers });
    if (!answer.ok) continue;
    const { problems } = (await answer.json()) as { problems: readonly string[] };
    if (problems.length > 0) throw new Error(problems.join());
    open.add(text);
  }
  const broken = promises.brokenWhere((text) => open.has(text));
  if (broken.length > 0) throw new Error(`after a start: ${broken.join(", ")}`);
  return `started in ${seconds} s, ${open.size} tokens open`;
}

function told({ cached, lost, torn }: Loss): string {
  return `${cached} cached blocks, ${lost} lost, ${torn} of them in part`;
}
