/** linkrd.toml from the disk. */
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { readBounded } from "../base/bounded-file.ts";
import { LIMITS } from "../base/limits.ts";
import { placedFault } from "../base/placed-fault.ts";
import { type ConfigFault, type ParsedSettings, parseSettings } from "./load.ts";

/** Where the settings are below a configuration directory such as /etc/linkrd. */
export function settingsFile(directory: string): string {
  return join(directory, "linkrd.toml");
}

/** What was found, and whether that was no file at all, or one without a single byte. */
export type FoundSettings = ParsedSettings & { readonly blank: boolean };

/**
 * The settings of `directory`: all defaults when it has no linkrd.toml, all faults when that is no
 * good. Throws `no_access` when it cannot be read, `bad_config` when it is no file or too large.
 */
export async function readSettings(directory: string): Promise<FoundSettings> {
  const file = settingsFile(directory);
  const bytes = (await readBounded(file, LIMITS.config_file_bytes_max)) ?? new Uint8Array();
  const blank = bytes.length === 0;
  const text = new TextDecoder().decode(bytes);
  if (!isUtf8(bytes)) return { faults: [notUtf8(text, file)], blank };
  return { ...parseSettings(text, file), blank };
}

/** Points at the first character that the decoder had to put a replacement for. */
function notUtf8(text: string, file: string): ConfigFault {
  const before = text.slice(0, Math.max(0, text.indexOf("\uFFFD"))).split("\n");
  const place = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
  return placedFault(file, text, place, "not UTF-8 from here: save the file as UTF-8");
}
