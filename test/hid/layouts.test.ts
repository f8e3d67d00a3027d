/**
 * Every layout against libxkbcommon, which reads the keymaps and dead keys of this machine, where
 * they are those that the layouts were made of.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LAYOUT_NAMES, type LayoutName } from "../../src/base/layout-names.ts";
import { Held } from "../../src/hid/held.ts";
import { layoutOf, type Stroke, strokesOf } from "../../src/hid/layout.ts";
import { createRandom } from "./random.ts";
import { compileXkb, hasRecordedKeymaps, keyEvents, typedOn } from "./xkb.ts";

const folder = mkdtempSync(join(tmpdir(), "linkrd-xkb-"));
const program = compileXkb(folder);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function typed(name: LayoutName, strokes: readonly Stroke[]): string {
  return typedOn(program, name, keyEvents(new Held().type(strokes)));
}

describe.skipIf(!hasRecordedKeymaps())("on a desktop", () => {
  test.each([...LAYOUT_NAMES])("each character of %s comes back as itself", (name) => {
    const layout = layoutOf(name);
    const lines = [...layout.strokes.keys()].map((character) => `${character}\n`);
    expect(typed(name, strokesOf(lines.join(""), layout).strokes).split("\n")).toEqual(
      lines.join("").split("\n"),
    );
  });

  test("any text comes back, whatever follows what", () => {
    const random = createRandom(5);
    for (const name of LAYOUT_NAMES) {
      const layout = layoutOf(name);
      const characters = [...layout.strokes.keys()];
      const pick = () => characters[random(characters.length)] ?? "";
      const text = Array.from({ length: 500 }, pick).join("");
      expect(typed(name, strokesOf(text, layout).strokes)).toBe(text);
    }
  });

  test("the stroke of Caps Lock turns it on, and off again", () => {
    for (const name of LAYOUT_NAMES) {
      const { strokes, capsLock } = layoutOf(name);
      const [letter = ""] = [..."aфαب"].filter((each) => strokes.has(each));
      if (capsLock === undefined || letter.toUpperCase() === letter) continue;
      const twice = [letter, letter].map((each) => strokesOf(each, layoutOf(name)).strokes);
      const all = [capsLock, ...(twice[0] ?? []), capsLock, ...(twice[1] ?? [])];
      expect([name, typed(name, all)]).toEqual([name, letter.toUpperCase() + letter]);
    }
  });
});
