/** linkrd.toml while the daemon runs: a good change is handed on, a bad one is told once. */
import { chain } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { ConfigFault, ParsedSettings } from "./load.ts";
import { readSettings, settingsFile } from "./read.ts";
import type { Settings } from "./schema.ts";
import { type FileWatch, type WatchTimes, watchFile } from "./watch.ts";

/**
 * Calls `changed` with the settings each time linkrd.toml in `directory` has become another good
 * file. One with faults is logged once, by its first fault, and whoever holds the last good
 * settings keeps them. Await this before the first {@link readSettings}, lest a change be missed.
 */
export function watchSettings(
  directory: string,
  log: Log,
  changed: (settings: Settings) => void,
  times?: WatchTimes,
): Promise<FileWatch> {
  const file = settingsFile(directory);
  const reload = async () => {
    let parsed: ParsedSettings;
    try {
      parsed = await readSettings(directory);
    } catch (error) {
      log.once("settings", "error", `the settings stay as they were: ${chain(error)}`);
      return;
    }
    if ("settings" in parsed) {
      log.once("settings", "info", "");
      changed(parsed.settings);
    } else {
      log.once("settings", "error", `the settings stay as they were: ${summary(parsed.faults)}`);
    }
  };
  return watchFile(file, LIMITS.config_file_bytes_max, reload, times);
}

function summary(faults: readonly ConfigFault[]): string {
  const [first] = faults;
  const more = faults.length > 1 ? ` (linkrd check names ${faults.length - 1} more)` : "";
  return `${first?.file}:${first?.line}:${first?.column}: ${first?.message}${more}`;
}
