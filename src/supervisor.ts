/** What systemd is told of the daemon: that it is ready, alive, on its way down (sd_notify(3)). */
import { chain } from "./base/fault.ts";
import type { Sys } from "./ffi/sys.ts";

/** The variables that systemd sets for a unit with `Type=notify`. */
export interface SupervisorEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
}

/** How many signs of life fall into the time after which systemd ends a process without one. */
const SIGNS_PER_WATCHDOG = 3;

/**
 * The one who started us, if that is systemd; to anyone else nothing is said.
 *
 * The signs of life come from the event loop, which answers requests and lets go of keys: when it
 * stands still the daemon is of no use, and is better ended and started again.
 */
export class Supervisor {
  readonly #say: (message: string) => void;
  readonly #everyMs: number | undefined;
  #sign: NodeJS.Timeout | undefined;

  /** @param warn is told, once, that systemd does not listen */
  constructor(environment: SupervisorEnvironment, sys: Sys, warn: (message: string) => void) {
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC, WATCHDOG_PID } = environment;
    const isForUs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
    const watchdogMs = isForUs ? Number(WATCHDOG_USEC ?? 0) / 1000 : 0;
    this.#everyMs = watchdogMs > 0 ? watchdogMs / SIGNS_PER_WATCHDOG : undefined;
    let warned = false;
    this.#say = (message) => {
      if (socket === undefined || socket === "") return;
      try {
        sys.sendTo(socket, message);
      } catch (error) {
        if (!warned) warn(`systemd does not hear that linkrd is alive: ${chain(error)}`);
        warned = true;
      }
    };
  }

  /** The daemon serves: units that wait for it may start, and from now on it has to stay alive. */
  ready(): void {
    this.#say("READY=1");
    this.#live();
  }

  /** The daemon is on its way down. */
  stopping(): void {
    clearTimeout(this.#sign);
    this.#say("STOPPING=1");
  }

  #live(): void {
    if (this.#everyMs === undefined) return;
    this.#sign = setTimeout(() => {
      this.#say("WATCHDOG=1");
      this.#live();
    }, this.#everyMs);
  }
}
