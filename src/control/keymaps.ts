/** Layouts by the names that PiKVM's clients know them by. */
import { LAYOUT_NAMES, type LayoutName } from "../base/layout-names.ts";
import { type Layout, layoutOf } from "../hid/layout.ts";

/** What kvmd calls those of its 36 keymaps that linkrd has another name for. */
const KVMD_NAMES: ReadonlyMap<LayoutName, string> = new Map<LayoutName, string>([
  ...([
    ["us", "en-us"],
    ["us-altgr-intl", "en-us-altgr-intl"],
    ["us-colemak", "en-us-colemak"],
    ["uk", "en-gb"],
  ] as const),
  ...([
    ["fr-bepo", "bepo"],
    ["be", "fr-be"],
    ["br", "pt-br"],
    ["se", "sv"],
    ["dk", "da"],
  ] as const),
  ...([
    ["ee", "et"],
    ["si", "sl"],
    ["jp", "ja"],
    ["ara", "ar"],
  ] as const),
]);

/** The keymap's name of a layout: kvmd's, or linkrd's for what kvmd lacks. */
export function keymapOf(layout: LayoutName): string {
  return KVMD_NAMES.get(layout) ?? layout;
}

/** All of them, in alphabetical order. */
export const KEYMAPS: readonly string[] = LAYOUT_NAMES.map(keymapOf).toSorted();

/** The layout of that keymap, made anew by each call; undefined when there is none. */
export function layoutOfKeymap(keymap: string): Layout | undefined {
  const name = LAYOUT_NAMES.find((layout) => keymapOf(layout) === keymap);
  return name && layoutOf(name);
}
