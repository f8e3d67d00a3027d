import { pbkdf2Sync } from "node:crypto";
import { parse, TomlError } from "smol-toml";
import { Fault } from "../base/fault.ts";
import { nearest } from "../base/nearest.ts";

const KEYS = ["ssid", "password", "country"];
const SSID_BYTES_MAX = 32;
/** IEEE 802.11i, annex M.4: how a passphrase becomes the key of a network. */
const ROUNDS = 4096;
const KEY_BYTES = 32;

/**
 * The configuration of wpa_supplicant for the network that `text` names, in TOML: `ssid`,
 * `password`, which is "" for an open one, and `country`, which may be left out. Instead of the
 * passphrase it holds the key that is made of it. Messages never repeat what the file says.
 */
export function parseWifi(text: string): string {
  const table = parseTable(text);
  for (const key of Object.keys(table)) {
    if (KEYS.includes(key)) continue;
    const meant = nearest(key, KEYS);
    const remedy =
      meant === undefined ? `the keys are ${KEYS.join(", ")}` : `did you mean ${meant}?`;
    throw new Fault("bad_config", `unknown key ${JSON.stringify(key.slice(0, 32))}: ${remedy}`);
  }
  const ssid = Buffer.from(stringOf(table, "ssid"));
  if (ssid.length === 0 || ssid.length > SSID_BYTES_MAX) {
    throw new Fault("bad_config", `ssid has ${ssid.length} bytes: the name has 1 to 32`);
  }
  const country = table["country"] === undefined ? undefined : stringOf(table, "country");
  if (country !== undefined && !/^[A-Z]{2}$/.test(country)) {
    throw new Fault("bad_config", 'country is not two capital letters: write it as "DE" or "US"');
  }
  return [
    ...(country === undefined ? [] : [`country=${country}`]),
    "network={",
    `\tssid=${ssid.toString("hex")}`,
    // Finds a network that hides its name, too.
    "\tscan_ssid=1",
    ...keyLines(stringOf(table, "password"), ssid),
    "}",
    "",
  ].join("\n");
}

function keyLines(password: string, ssid: Buffer): string[] {
  if (password === "") return ["\tkey_mgmt=NONE"];
  return ["\tkey_mgmt=WPA-PSK WPA-PSK-SHA256", "\tieee80211w=1", `\tpsk=${keyOf(password, ssid)}`];
}

function keyOf(password: string, ssid: Buffer): string {
  if (/^[\da-f]{64}$/i.test(password)) return password.toLowerCase();
  if (!/^[\x20-\x7e]{8,63}$/.test(password)) {
    const rule = "a WPA passphrase has 8 to 63 letters, digits and signs of ASCII";
    throw new Fault("bad_config", `password is none that a network can have: ${rule}`);
  }
  return pbkdf2Sync(password, ssid, ROUNDS, KEY_BYTES, "sha1").toString("hex");
}

function parseTable(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const place = `line ${error.line}, column ${error.column}`;
    throw new Fault("bad_config", `not valid TOML from ${place} on: write ssid = "name"`);
  }
}

function stringOf(table: Record<string, unknown>, key: string): string {
  const value = table[key];
  if (typeof value === "string") return value;
  const what = value === undefined ? "is missing" : "is no text";
  throw new Fault("bad_config", `${key} ${what}: write ${key} = "…"`);
}
