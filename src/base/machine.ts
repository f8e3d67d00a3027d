/** What this machine tells of itself: load, memory, heat, and what it is. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Memory {
  /** Bytes. */
  readonly total: number;
  /** Bytes that programs could still have, by the kernel's own estimate. */
  readonly available: number;
}

/** Jiffies since the machine started, as the first line of /proc/stat counts them. */
interface CpuTimes {
  readonly idle: number;
  readonly total: number;
}

/** Where a Raspberry Pi's firmware tells, in hexadecimal, what it does about heat and power. */
const THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled";
/** A load over less than this would be that of the request which asks. */
const LOAD_SPAN_MS = 1000;

/**
 * Reads /proc and /sys below `root`, which is another folder in tests. What the machine does not
 * tell is undefined.
 */
export class Machine {
  readonly #root: string;
  readonly #monotonic: () => number;
  #since: { readonly times: CpuTimes | undefined; readonly atMs: number } | undefined;
  #percent: number | undefined;

  /** @param monotonic milliseconds */
  constructor(root = "/", monotonic = () => performance.now()) {
    this.#root = root;
    this.#monotonic = monotonic;
  }

  /**
   * Percent of the time of all cores that was not idle since this was asked before, a second ago at
   * least; the first time, since the machine started.
   */
  async cpuPercent(): Promise<number | undefined> {
    const nowMs = this.#monotonic();
    const before = this.#since;
    if (before !== undefined && nowMs - before.atMs < LOAD_SPAN_MS) return this.#percent;
    const times = parseStat(await this.#text("proc/stat"));
    this.#since = { times, atMs: nowMs };
    if (times === undefined) return undefined;
    const total = times.total - (before?.times?.total ?? 0);
    const idle = times.idle - (before?.times?.idle ?? 0);
    if (total > 0) this.#percent = Math.min(Math.max(100 * (1 - idle / total), 0), 100);
    return this.#percent;
  }

  async memory(): Promise<Memory | undefined> {
    const text = (await this.#text("proc/meminfo")) ?? "";
    const bytes = (name: string) => {
      const [, kibibytes] = new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text) ?? [];
      return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
    };
    const [total, available] = [bytes("MemTotal"), bytes("MemAvailable")];
    return total === undefined || available === undefined ? undefined : { total, available };
  }

  /** Seconds since the machine started. */
  async uptimeSeconds(): Promise<number | undefined> {
    const [, seconds] = /^(\d+(?:\.\d+)?) /.exec((await this.#text("proc/uptime")) ?? "") ?? [];
    return seconds === undefined ? undefined : Number(seconds);
  }

  /** Degrees Celsius of the processor, or of the first thing whose heat is known. */
  async temperature(): Promise<number | undefined> {
    const zones = await this.#list("sys/class/thermal", /^thermal_zone\d+$/);
    const types = await Promise.all(
      zones.map((zone) => this.#text(`sys/class/thermal/${zone}/type`)),
    );
    const processor = types.findIndex((type) => /cpu|soc|pkg/.test(type ?? ""));
    const zone = zones[Math.max(processor, 0)];
    if (zone === undefined) return undefined;
    const text = (await this.#text(`sys/class/thermal/${zone}/temp`))?.trim() ?? "";
    return /^-?\d+$/.test(text) ? Number(text) / 1000 : undefined;
  }

  /** The flags of a Raspberry Pi's `vcgencmd get_throttled`; no other board has them. */
  async throttled(): Promise<number | undefined> {
    const text = (await this.#text(THROTTLED))?.trim() ?? "";
    return /^[\da-f]+$/i.test(text) ? Number.parseInt(text, 16) : undefined;
  }

  /** A text of the device tree: `model`, `serial-number`, or `compatible`, whose parts are many. */
  async deviceTree(name: "model" | "serial-number" | "compatible"): Promise<readonly string[]> {
    const text = (await this.#text(`proc/device-tree/${name}`)) ?? "";
    return text.split("\0").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
  }

  /** A sensor may refuse to be read, and a container may hide a file. */
  async #text(path: string): Promise<string | undefined> {
    return await readFile(join(this.#root, path), "utf8").catch(() => undefined);
  }

  async #list(path: string, name: RegExp): Promise<string[]> {
    const names = await readdir(join(this.#root, path)).catch(() => []);
    const number = (text: string) => Number(/\d+$/.exec(text)?.[0]);
    return names
      .filter((entry) => name.test(entry))
      .sort((one, other) => number(one) - number(other));
  }
}

/** user nice system idle iowait irq softirq steal; what guests use is counted in user already. */
function parseStat(text: string | undefined): CpuTimes | undefined {
  const [, line] = /^cpu +([\d ]+)$/m.exec(text ?? "") ?? [];
  if (line === undefined) return undefined;
  const numbers = line.split(" ").slice(0, 8).map(Number);
  const [, , , idle = 0, iowait = 0] = numbers;
  return { idle: idle + iowait, total: numbers.reduce((sum, jiffies) => sum + jiffies, 0) };
}
