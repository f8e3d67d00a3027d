/** linkrd.toml while the daemon runs: a good change is handed on, a bad one is told once. */
import { chain } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { ConfigFault } from "./load.ts";
import { type FoundSettings, readSettings, settingsFile } from "./read.ts";
import type { Settings } from "./schema.ts";
import { type FileWatch, type WatchTimes, watchFile } from "./watch.ts";

/**
 * Calls `changed` with the settings each time linkrd.toml in `directory` has become another good
 * file, or was already when the promise resolves: `inForce` is what it said when it was first read.
 * One with faults is logged once, by its first fault, and whoever holds the last good settings
 * keeps them. That goes for a file that is gone or empty, too: an editor on a full disk leaves such
 * a one, and to take its defaults would open ports to everybody.
 */
export async function watchSettings(
  directory: string,
  inForce: Settings,
  log: Log,
  changed: (settings: Settings) => void,
  times?: WatchTimes,
): Promise<FileWatch> {
  const file = settingsFile(directory);
  let told = JSON.stringify(inForce);
  let isGood = true;
  const refuse = (why: string) => {
    isGood = false;
    log.once("settings", "error", `the settings stay as they were: ${why}`);
  };
  const reload = async () => {
    let found: FoundSettings;
    try {
      found = await readSettings(directory);
    } catch (error) {
      refuse(chain(error));
      return;
    }
    if ("faults" in found) {
      refuse(summary(found.faults));
      return;
    }
    const text = JSON.stringify(found.settings);
    if (found.blank && text !== told) {
      refuse(`${file} is gone or empty: put it back, or start linkrd anew for the defaults`);
      return;
    }
    if (!isGood) log.info(`${file} is good again`);
    isGood = true;
    log.once("settings", "info", "");
    if (text === told) return;
    told = text;
    changed(found.settings);
  };
  let last = Promise.resolve();
  const inTurn = () => {
    last = last.then(reload);
    return last;
  };
  const watch = await watchFile(file, LIMITS.config_file_bytes_max, inTurn, times);
  await inTurn();
  return watch;
}

function summary(faults: readonly ConfigFault[]): string {
  const [first] = faults;
  const more = faults.length > 1 ? ` (linkrd check names ${faults.length - 1} more)` : "";
  return `${first?.file}:${first?.line}:${first?.column}: ${first?.message}${more}`;
}
