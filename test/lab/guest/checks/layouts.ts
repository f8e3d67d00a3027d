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

const CAPS = [true, false].map((pressed) => ["keyboard", "CapsLock", pressed]);

/** Waits for the light that the host's own console sets. */
async function untilCapsLock({ linkrd }: HidWorld, on: boolean): Promise<void> {
  await until(`Caps Lock ${on ? "on" : "off"}`, 20, async () => {
    const { stdout } = await linkrd.command("status", "--json");
    return JSON.parse(stdout).hid.leds.caps_lock === on ? true : undefined;
  });
}

export const layouts = group("layouts", HidWorld.open, {
  "German, with dead keys and AltGr": types("de", `${ASCII}\näöüßÄÖÜẞ€éÈôŷ°§µ`),
  "French, with digits behind Shift": types("fr", `${ASCII}\néèçàùêëïÔñ€£§µ²°`),
  Japanese: types("jp", ASCII),
  Russian: types("ru", "Съешь же ещё этих мягких французских булок, да выпей чаю. №1!\n"),
  "US international, whose quotes are dead": types("us-intl", `${ASCII}\n"é" 'ñ' ^â ~ã \`à ç ü`),
  "a text with Caps Lock on comes out as it is, and Caps Lock stays on": async (world) => {
    await setLayout(world, "de");
    await world.linkrd.control(CAPS);
    await untilCapsLock(world, true);
    const sample = "Aa1! éÉ äÄ ß";
    // The presses of Caps Lock above are among them.
    same("text", read("de", await world.onKeyboard([["text", sample]])), sample);
    await untilCapsLock(world, true);
    await world.linkrd.control(CAPS);
    await untilCapsLock(world, false);
  },
});
