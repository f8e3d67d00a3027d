/** Texts in other layouts: what the host's kernel saw, read by libxkbcommon set to that layout. */
import { join } from "node:path";
import type { LayoutName } from "../../../../src/base/layout-names.ts";
import { type KeyEvent, typedOn } from "../../../hid/xkb.ts";
import { group } from "../check.ts";
import { EV, type InputEvent } from "../evdev.ts";
import { HID_SETTINGS, HidWorld } from "../hid-world.ts";
import { text } from "../linkrd.ts";
import { same, until } from "../run.ts";

/** Compiled on the lab's host (lab.test.ts). */
const XKB = join(import.meta.dir, "../../../../build/lab/xkb");
const CAPS_LOCK = 58;
const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

async function setLayout({ linkrd }: HidWorld, name: LayoutName): Promise<void> {
  await linkrd.settings(`${HID_SETTINGS}[hid]\nlayout = "${name}"\n`);
  await until(`layout ${name}`, 20, async () => {
    // No layout has this character, so nothing is typed.
    const { body } = await linkrd.curl("/api/public/control", { events: [["text", "\u{1f600}"]] });
    return text(body).includes(`the layout ${name} cannot make U+1F600`) ? true : undefined;
  });
}

function read(name: LayoutName, events: readonly InputEvent[]): string {
  const keys = events.filter(({ type }) => type === EV.KEY);
  return typedOn(
    XKB,
    name,
    keys.map(({ code, value }): KeyEvent => [code, value]),
  );
}

function types(name: LayoutName, sample: string): (world: HidWorld) => Promise<void> {
  return async (world) => {
    await setLayout(world, name);
    same("text", read(name, await world.onKeyboard([["text", sample]])), sample);
  };
}

export const layouts = group("layouts", HidWorld.open, {
  "German, with dead keys and AltGr": types("de", `${ASCII}\näöüßÄÖÜẞ€éÈôŷ°§µ`),
  "French, with digits behind Shift": types("fr", `${ASCII}\néèçàùêëïÔ€£§µ²°`),
  Japanese: types("jp", ASCII),
  Russian: types("ru", "Съешь же ещё этих мягких французских булок, да выпей чаю. №1!\n"),
  "US international, whose quotes are dead": types("us-intl", `${ASCII}\n"é" 'ñ' ^â ~ã \`à ç ü`),
  "a text with Caps Lock on comes out as it is, and Caps Lock stays on": async (world) => {
    await setLayout(world, "de");
    await world.setCapsLock(true);
    const sample = "Aa1! éÉ äÄ ß";
    const got = await world.onKeyboard([["text", sample]]);
    // To begin with, the reader has it off.
    const before = [1, 0].map((value) => ({ time: 0, type: EV.KEY, code: CAPS_LOCK, value }));
    same("text", read("de", [...before, ...got]), sample);
    await world.setCapsLock(false);
  },
});
