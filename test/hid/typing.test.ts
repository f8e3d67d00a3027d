import { expect, test } from "bun:test";
import { Held } from "../../src/hid/held.ts";
import { layoutOf, strokesOf } from "../../src/hid/layout.ts";
import type { HidReport } from "../../src/hid/reports.ts";
import { createRandom } from "./random.ts";

const US = layoutOf("us");

const characterOf = new Map(
  [...US.strokes].map(([character, [stroke]]) => [
    `${stroke?.modifiers}/${stroke?.usage}`,
    character,
  ]),
);

/** Reads keyboard reports as a host with the US layout does; refuses what hosts disagree on. */
class Host {
  modifiers = 0;
  keys: readonly number[] = [];

  read(reports: readonly HidReport[]): string {
    return reports.map((report) => this.#readOne(report.bytes)).join("");
  }

  #readOne(bytes: Uint8Array): string {
    const keys = [...bytes.slice(2)].filter((usage) => usage !== 0);
    const pressed = keys.filter((usage) => !this.keys.includes(usage));
    const released = this.keys.filter((usage) => !keys.includes(usage));
    const modifiers = bytes[0] ?? 0;
    const isAmbiguous = modifiers !== this.modifiers || released.length > 0 || pressed.length > 1;
    if (pressed.length > 0 && isAmbiguous) throw new Error("hosts differ in how they read this");
    this.modifiers = modifiers;
    this.keys = keys;
    return pressed.map((usage) => characterOf.get(`${modifiers}/${usage}`) ?? "?").join("");
  }
}

test("whatever is held, any text arrives as it is and what was held is still down", () => {
  const random = createRandom(2);
  const characters = [...US.strokes.keys()];
  const pick = () => characters[random(characters.length)] ?? "";
  for (let round = 0; round < 300; round++) {
    const held = new Held();
    const host = new Host();
    for (let keys = random(6); keys > 0; keys--) host.read(held.key(4 + random(0x40), true));
    for (let keys = random(4); keys > 0; keys--) host.read(held.key(0xe0 + random(8), true));
    const before = { keys: [...host.keys].sort(), modifiers: host.modifiers };

    const text = Array.from({ length: random(40) }, pick).join("");
    const reports = held.type(strokesOf(text, US).strokes);

    expect(host.read(reports)).toBe(text);
    expect({ keys: [...host.keys].sort(), modifiers: host.modifiers }).toEqual(before);
    expect(reports.length).toBeLessThanOrEqual(2 * text.length + 1);
  }
});
