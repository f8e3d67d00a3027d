import { join } from "node:path";
import shippedText from "../../config/access.toml" with { type: "text" };
import type { Log } from "../base/log.ts";
import { FloorClock } from "./clock.ts";
import type { Exchange } from "./storage.ts";
import { AccessStore } from "./store.ts";

export interface AccessPlaces {
  /** The folder of access.toml. */
  readonly config: string;
  readonly state: string;
  /** When this linkrd was built, in milliseconds since the epoch. */
  readonly builtAtMs: number;
  readonly log: Log;
  /** For the daemon: follow the file. A command reads it once. */
  readonly live: boolean;
  readonly exchange: Exchange;
}

/** access.toml as it is where there never was one. */
export const SHIPPED_ACCESS: string = shippedText;

/** Opens access.toml, which is made as it is shipped where there never was one. */
export async function openAccess(places: AccessPlaces): Promise<AccessStore> {
  const { config, state, builtAtMs, log, live, exchange } = places;
  const clock = new FloorClock({
    file: join(state, "clock"),
    builtAt: builtAtMs,
    log,
    system: () => Date.now(),
    monotonic: () => performance.now(),
  });
  const path = join(config, "access.toml");
  const store = await AccessStore.open({ path, stateDir: state, log, clock, live, exchange });
  if (store.state === "absent") await store.create(SHIPPED_ACCESS);
  return store;
}
