import { expect, test } from "bun:test";
import { LAYOUT_NAMES } from "../../src/base/layout-names.ts";
import { KEYMAPS, keymapOf, layoutOfKeymap } from "../../src/control/keymaps.ts";

test("each layout has a keymap of its own, and is found by it", () => {
  expect(new Set(KEYMAPS).size).toBe(LAYOUT_NAMES.length);
  for (const name of LAYOUT_NAMES) {
    expect(layoutOfKeymap(keymapOf(name))?.name).toBe(name);
  }
  expect(layoutOfKeymap("us")).toBeUndefined();
});
