/** Long texts: nothing lost, nothing twice. How fast, beside raw reports, is told. */
import { writeFile } from "node:fs/promises";
import { Held } from "../../../../src/hid/held.ts";
import { layoutOf, strokesOf } from "../../../../src/hid/layout.ts";
import { group } from "../check.ts";
import { HidWorld } from "../hid-world.ts";
import { printableText, typedText } from "../keys.ts";
import { text } from "../linkrd.ts";
import { run, same } from "../run.ts";

/** Four batches of five texts, as somebody sends a file. */
const BATCHES = 4;
const TEXTS = 5;
const CHARACTERS = 1000;
/** A character is a report that presses and one that releases. */
const REPORTS = 2;

/**
 * Reports a second that dd gets into the kernel, which does nothing but read and write them: those
 * of `characters`, before the same reader, on the same core.
 */
async function rawReportsPerSecond(characters: string): Promise<number> {
  const { strokes } = strokesOf(characters, layoutOf("us"));
  const reports = new Held().type(strokes).map(({ bytes }) => bytes);
  await writeFile("/tmp/reports", Buffer.concat(reports));
  const copy = ["dd", "if=/tmp/reports", "of=/dev/hidg0", `bs=${reports[0]?.length}`];
  const { stderr } = await run(["taskset", "-c", "0", ...copy]);
  const seconds = Number(/ ([\d.e-]+) s,/.exec(stderr)?.[1]);
  if (!(seconds > 0)) throw new Error(`dd: ${stderr}`);
  return reports.length / seconds;
}

export const typing = group("typing", HidWorld.open, {
  "20 000 characters arrive, none wrong": async (world) => {
    const all = printableText(BATCHES * TEXTS * CHARACTERS);
    const rates: { typed: number; raw: number }[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      const part = (at: number) => all.slice(at * CHARACTERS, (at + 1) * CHARACTERS);
      const texts = Array.from({ length: TEXTS }, (_, at) => part(batch * TEXTS + at));
      const raw = await rawReportsPerSecond(texts.join(""));
      same("what dd typed", typedText(await world.onKeyboard([])), texts.join(""));
      const events = texts.map((each) => ["text", each]);
      const { status, body } = await world.linkrd.curl("/api/public/control?report=1", { events });
      same("status", status, 200);
      const { characters, milliseconds } = JSON.parse(text(body)).data;
      same("characters", characters, TEXTS * CHARACTERS);
      rates.push({ raw, typed: (REPORTS * characters * 1000) / milliseconds });
      same("text", typedText(await world.onKeyboard([])), texts.join(""));
    }
    // Told and not judged: both rates are those of an emulator on a machine that others use too.
    const told = rates.map(({ raw, typed }) => {
      return `${typed.toFixed(0)} of ${raw.toFixed(0)} (${Math.round((100 * typed) / raw)} %)`;
    });
    process.stdout.write(`lab: reports a second, typed of raw: ${told.join(", ")}\n`);
  },
});
