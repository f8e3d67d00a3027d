/**
 * The keyboard layouts that a host may be set to, by the names of `[hid] layout`: countries as they
 * are said in most places (uk, not gb), `language-country` where a country has several.
 */
export const LAYOUT_NAMES = [
  ...(["us", "us-intl", "us-altgr-intl", "us-dvorak", "us-colemak", "uk", "ie"] as const),
  ...(["de", "at", "de-ch", "fr-ch", "fr", "fr-bepo", "fr-ca", "be", "nl"] as const),
  ...(["es", "latam", "it", "pt", "br"] as const),
  ...(["se", "no", "dk", "fi", "is", "fo", "ee", "lv", "lt"] as const),
  ...(["pl", "cz", "sk", "hu", "ro", "si", "hr", "rs", "mk", "bg", "gr", "tr"] as const),
  ...(["ru", "ua", "by", "il", "ara", "jp", "kr", "th"] as const),
] as const;

export type LayoutName = (typeof LAYOUT_NAMES)[number];
