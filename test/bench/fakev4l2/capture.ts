/**
 * Captures from devices that lie, all at once, as the daemon would: each with a video thread and a
 * screen of its own. Run under the preload, with a file of jobs in JSON; prints what came of each.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Fault } from "../../../src/base/fault.ts";
import { createLog } from "../../../src/base/log.ts";
import { openSys, type Sys } from "../../../src/ffi/sys.ts";
import { startVideoThread } from "../../../src/threads.ts";
import { Screen } from "../../../src/video/screen.ts";
import { STAGES } from "../../../src/video/signal.ts";
import { type Description, plug, readCounters } from "./device.ts";

export interface Job {
  /** Where the device is. */
  readonly device: string;
  readonly liar: Description;
  /** What it then becomes, the next time it is opened. */
  readonly healed: Description;
  /** Whether only changes are asked for, and frames that show nothing new now and then. */
  readonly isWatched?: boolean;
  /** What is waited for before it is healed, whichever comes first. */
  readonly until: {
    readonly lies?: number;
    /** Times that the log tells of trouble. */
    readonly troubles?: number;
    readonly pictures?: number;
  };
}

export interface Seen {
  readonly sequence: number;
  readonly width: number;
  readonly height: number;
  /** Base64. */
  readonly jpeg: string;
}

export interface Outcome {
  /** The first pictures that came, at most PICTURES_MAX. */
  readonly pictures: readonly Seen[];
  /** Pictures that came after the device was healed, of the size that it has then. */
  readonly after: readonly Seen[];
  readonly lies: number;
  /** Frames that were left out, as status would say. */
  readonly dropped: number;
  readonly log: readonly string[];
}

export interface Report {
  readonly outcomes: readonly Outcome[];
  /** What is left over when all has been stopped. */
  readonly descriptors: number;
  readonly mappings: number;
}

const PICTURES_MAX = 24;
const HEALTHY_PICTURES = 3;
const RETRY_MS = 20;
const SILENCE_US = 50_000;
/** A device that is not captured from again by then has got the better of linkrd. */
const PATIENCE_MS = 15_000;

async function capture(sys: Sys, job: Job): Promise<Outcome> {
  plug(job.device, job.liar);
  const lines: string[] = [];
  const log = createLog(
    () => "debug",
    (line) => lines.push(line),
  );
  const screen = new Screen({
    order: (order) => void thread.send(order),
    nowUs: () => sys.monotonicUs(),
    inputUs: () => 0,
    log,
  });
  const settings = { device: job.device, format: "auto" };
  const thread = startVideoThread({ sys, log, screen }, { camera: { settings, quality: 90 } });
  const until = performance.now() + PATIENCE_MS;
  const { signal } = new AbortController();
  let version = 0;
  const ask = () => {
    if (job.isWatched !== true) return screen.next(signal);
    return screen.change(version, sys.monotonicUs() + SILENCE_US, signal);
  };
  const gather = async (into: Seen[], enough: () => boolean, size?: Description) => {
    while (!enough() && performance.now() < until) {
      try {
        const picture = await ask();
        version = picture.version;
        const { sequence, width, height } = picture;
        const isOther = size !== undefined && (size.width !== width || size.height !== height);
        if (into.length === PICTURES_MAX || isOther) continue;
        into.push({ sequence, width, height, jpeg: picture.jpeg().toBase64() });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        await Bun.sleep(RETRY_MS);
      }
    }
  };
  const pictures: Seen[] = [];
  const after: Seen[] = [];
  const { lies = Infinity, troubles = Infinity, pictures: wanted = Infinity } = job.until;
  const isHeard = () => {
    const isTold = liesOf(job) >= lies || lines.filter(isTrouble).length >= troubles;
    return isTold || pictures.length >= wanted;
  };
  await gather(pictures, isHeard);
  plug(job.device, job.healed);
  await gather(after, () => after.length >= HEALTHY_PICTURES, job.healed);
  await thread.stop();
  return { pictures, after, lies: liesOf(job), dropped: screen.totals.dropped, log: lines };
}

function isTrouble(line: string): boolean {
  return /^(?:warn|error)/.test(line) || line.includes(STAGES["mode change"]);
}

function liesOf({ liar }: Job): number {
  return existsSync(liar.counters) ? readCounters(liar.counters).lies : 0;
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

const [file = ""] = process.argv.slice(2);
const jobs = JSON.parse(readFileSync(file, "utf8")) as Job[];
const sys = openSys();
const before = openDescriptors();
const outcomes = await Promise.all(jobs.map((job) => capture(sys, job)));
const report: Report = {
  outcomes,
  descriptors: openDescriptors() - before,
  mappings: readFileSync("/proc/self/maps", "utf8").split("memfd:fakev4l2").length - 1,
};
process.stdout.write(JSON.stringify(report));
