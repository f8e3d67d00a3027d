import type { LayoutName } from "../src/base/layout-names.ts";

/** Where xkb-data has another name than ours. */
const XKB_NAMES: Partial<Record<LayoutName, readonly [layout: string, variant: string]>> = {
  "us-intl": ["us", "intl"],
  "us-altgr-intl": ["us", "altgr-intl"],
  "us-dvorak": ["us", "dvorak"],
  "us-colemak": ["us", "colemak"],
  uk: ["gb", ""],
  "de-ch": ["ch", ""],
  "fr-ch": ["ch", "fr"],
  "fr-bepo": ["fr", "bepo"],
  "fr-ca": ["ca", ""],
};

/** The layout and variant of xkb-data, the variant often "". */
export function xkbName(name: LayoutName): readonly [layout: string, variant: string] {
  return XKB_NAMES[name] ?? [name, ""];
}
