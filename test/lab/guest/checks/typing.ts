/** Long texts: nothing lost, nothing twice. How fast, beside raw reports, is told. */
import { closeSync, openSync, writeSync } from "node:fs";
import { group } from "../check.ts";
import { HidWorld } from "../hid-world.ts";
import { printableText, typedText } from "../keys.ts";
import { text } from "../linkrd.ts";
import { same } from "../run.ts";

/** Four batches of five texts, as somebody sends a file. */
const BATCHES = 4;
const TEXTS = 5;
const CHARACTERS = 1000;
/** A character is a report that presses and one that releases. */
const REPORTS = 2;

/**
 * Reports a second that the kernel takes from whoever does nothing but write them. They tell the
 * host nothing new, so that nobody has to read as fast.
 */
function rawReportsPerSecond(count: number): number {
  const gadget = openSync("/dev/hidg0", "w");
  const report = new Uint8Array(8);
  const started = performance.now();
  for (let at = 0; at < count; at++) writeSync(gadget, report);
  const seconds = (performance.now() - started) / 1000;
  closeSync(gadget);
  return count / seconds;
}

export const typing = group("typing", HidWorld.open, {
  "20 000 characters arrive, none wrong": async (world) => {
    const all = printableText(BATCHES * TEXTS * CHARACTERS);
    const rates: { typed: number; raw: number }[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      const raw = rawReportsPerSecond(400);
      await world.onKeyboard([]);
      const part = (at: number) => all.slice(at * CHARACTERS, (at + 1) * CHARACTERS);
      const texts = Array.from({ length: TEXTS }, (_, at) => part(batch * TEXTS + at));
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
