/**
 * The daemon: builds its parts, starts them in order, stops them in reverse, lets go of keys last.
 */
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { Authority } from "./access/authority.ts";
import { openAccess } from "./access/open.ts";
import { chain, Fault } from "./base/fault.ts";
import { Journal } from "./base/journal.ts";
import { LIMITS } from "./base/limits.ts";
import { createLog, type Level, type Log } from "./base/log.ts";
import { LogRing } from "./base/log-ring.ts";
import { Machine } from "./base/machine.ts";
import { watchSettings } from "./config/live.ts";
import { readSettings } from "./config/read.ts";
import type { Settings } from "./config/schema.ts";
import type { FileWatch } from "./config/watch.ts";
import { Arbiter } from "./control/arbiter.ts";
import { Runner } from "./control/runner.ts";
import { Devices } from "./devices.ts";
import { openSys } from "./ffi/sys.ts";
import { type Layout, layoutOf } from "./hid/layout.ts";
import { readUsbPort, SIMULATED_PORT } from "./hid/udc.ts";
import { createApp } from "./http/app.ts";
import { Doors } from "./http/doors.ts";
import { Traffic } from "./http/metrics.ts";
import { IMAGE_NOTES, readProblems, watchProblems } from "./http/problems.ts";
import { refuseLiveSocket } from "./http/serve.ts";
import { loadPage } from "./page.ts";

export interface DaemonOptions {
  readonly places: { readonly config: string; readonly state: string; readonly socket: string };
  /** Whether the simulated host takes the place of devices, whatever linkrd.toml says. */
  readonly simulate: boolean;
  readonly version: string;
  readonly builtAtMs: number;
  readonly writeLog: (line: string, level: Level) => void;
  /** Whether the journal has what is written there. */
  readonly journalled: boolean;
}

export interface Daemon {
  /** Stops everything in reverse; what is held is let go before the devices are. */
  stop(): Promise<void>;
}

/** Starts the daemon. @throws Fault that says what stands in the way; nothing is left running */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const settings = await firstSettings(options);
  await refuseLiveSocket(options.places.socket);
  const daemon = new Running(options, chosen(options, settings));
  try {
    await daemon.start(settings);
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return daemon;
}

/** Simulation on the command line takes the place of devices, whatever the file says. */
function chosen({ simulate }: DaemonOptions, settings: Settings): Settings {
  if (!simulate) return settings;
  return { ...settings, video: { ...settings.video, source: "simulated" } };
}

async function firstSettings(options: DaemonOptions): Promise<Settings> {
  const parsed = await readSettings(options.places.config);
  if ("settings" in parsed) return parsed.settings;
  const [first] = parsed.faults;
  const where = `${first?.file}:${first?.line}:${first?.column}: ${first?.message}`;
  throw new Fault("bad_config", `${where} (linkrd check names every fault)`);
}

class Running implements Daemon {
  readonly #options: DaemonOptions;
  readonly #log: Log;
  readonly #lines = new LogRing();
  readonly #sys = openSys();
  readonly #devices: Devices;
  readonly #runner: Runner;
  readonly #arbiter: Arbiter;
  readonly #startedMs = performance.now();
  #settings: Settings;
  #layout: Layout;
  #authority: Authority | undefined;
  #watch: FileWatch | undefined;
  readonly #stopped = new AbortController();
  #problemWatch: Promise<void> | undefined;
  #doors: Doors | undefined;
  /** Changes of the settings are taken one after the other. */
  #changes: Promise<void> = Promise.resolve();

  constructor(options: DaemonOptions, settings: Settings) {
    this.#options = options;
    this.#settings = settings;
    this.#layout = layoutOf(settings.hid.layout);
    const write = (line: string, level: Level) => {
      this.#lines.add(line, Date.now());
      options.writeLog(line, level);
    };
    this.#log = createLog(() => this.#settings.log.level, write);
    this.#devices = new Devices(this.#sys, this.#log);
    this.#runner = new Runner({
      sink: this.#devices.hid,
      layout: () => this.#layout,
      leds: () => this.#devices.hid.leds,
      releaseAfterSeconds: () => this.#settings.hid.release_after_seconds,
    });
    this.#arbiter = new Arbiter({ runner: this.#runner, monotonic: () => performance.now() });
  }

  /** @param found what linkrd.toml said */
  async start(found: Settings): Promise<void> {
    this.#sys.goFirst();
    const { places, builtAtMs } = this.#options;
    const { config, state } = places;
    const log = this.#log.part("access");
    const exchange = (one: string, other: string) => this.#sys.exchange(one, other);
    const store = await openAccess({ config, state, builtAtMs, log, live: true, exchange });
    this.#authority = new Authority({
      store,
      stateDir: state,
      log: this.#log.part("audit"),
      monotonic: () => performance.now(),
    });
    this.#problemWatch = watchProblems(
      () => this.#problems(),
      this.#log.part("device"),
      this.#stopped.signal,
    );
    this.#devices.start(this.#settings);
    this.#doors = new Doors({
      app: this.#createApp(this.#authority),
      socket: places.socket,
      stateDir: state,
      certificatePollMs: LIMITS.certificate_poll_ms,
      log: this.#log,
    });
    await this.#doors.open(this.#settings.server);
    const told = this.#log.part("settings");
    this.#watch = await watchSettings(config, found, told, (settings) => {
      this.#changes = this.#changes.then(() => this.#adopt(chosen(this.#options, settings)));
    });
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
    await this.#changes;
    await this.#arbiter.close();
    // Whose batch ended is told so.
    await setImmediate();
    await this.#doors?.close();
    await letGo(this.#runner, this.#log);
    await this.#devices.stop();
    this.#stopped.abort();
    await this.#problemWatch;
    await this.#authority?.close();
  }

  #problems(): readonly string[] {
    return readProblems({ notes: IMAGE_NOTES, state: this.#options.places.state });
  }

  /** Starts anew what the change is about, and nothing else. */
  async #adopt(settings: Settings): Promise<void> {
    const before = this.#settings;
    this.#settings = settings;
    this.#log.info("linkrd.toml has changed, and is in force");
    try {
      if (differ(before, settings, ["video", "simulated", "hid"])) {
        await letGo(this.#runner, this.#log);
        await this.#devices.stop();
        this.#layout = layoutOf(settings.hid.layout);
        this.#devices.start(settings);
      }
      await this.#doors?.move(settings.server);
    } catch (error) {
      this.#log.error(`a change of the settings failed: ${chain(error)}`);
    }
  }

  get #isSimulated(): boolean {
    return this.#settings.video.source === "simulated";
  }

  #createApp(authority: Authority): ReturnType<typeof createApp> {
    return createApp({
      screen: this.#devices.screen,
      hid: this.#devices.hid,
      runner: this.#runner,
      arbiter: this.#arbiter,
      authority,
      machine: new Machine(),
      traffic: new Traffic(),
      lines: this.#options.journalled ? new Journal(this.#lines) : this.#lines,
      version: this.#options.version,
      epoch: randomBytes(6).toString("hex"),
      nowUs: () => this.#sys.monotonicUs(),
      quality: () => this.#devices.screen.tuning.quality ?? this.#settings.video.quality,
      fpsLimit: () => this.#settings.video.fps_max,
      rerender: (jpeg, wish) => this.#devices.rerender(jpeg, wish),
      fpsMax: () => this.#devices.screen.tuning.fps ?? this.#settings.video.fps_max,
      usbPort: () => (this.#isSimulated ? SIMULATED_PORT : readUsbPort()),
      usbPlug: this.#devices.plug,
      problems: () => this.#problems(),
      machines: () => this.#settings.wol,
      simulated: () => this.#isSimulated,
      uptimeSeconds: () => (performance.now() - this.#startedMs) / 1000,
      hosts: () => this.#settings.server.hosts,
      page: loadPage(),
      policy: () => this.#settings.server.http,
      httpsPort: () => this.#settings.server.https_port,
      fingerprint: () => this.#doors?.fingerprint,
      log: this.#log.part("http"),
    });
  }
}

function differ(one: Settings, other: Settings, names: readonly (keyof Settings)[]): boolean {
  return names.some((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
}

/** The host may be off; then it holds nothing, and there is nothing to wait for. */
async function letGo(runner: Runner, log: Log): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, LIMITS.stop_ms_max);
  const released = runner.releaseAll().catch((error: unknown) => {
    log.info(`nothing to let go: ${chain(error)}`);
  });
  await Promise.race([released, late.promise]);
  clearTimeout(timer);
}
