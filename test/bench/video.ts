/**
 * linkrd and ustreamer on the same frames in the same run: CPU, latency, bytes, memory.
 *
 *   bun test/bench/video.ts [ROUNDS]
 *
 * A device in user space plays 1920×1080 YUYV at 30 frames a second for both. They take turns, and
 * each measurement is made ROUNDS times (3 unless told). Ratios of one run can be compared; times
 * are those of the machine. Prints tables, writes build/bench/video.json.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createRandom } from "../hid/random.ts";
import { buildFakeV4l2, plug, readCounters, yuyvDevice } from "./fakev4l2/device.ts";
import { DeltaViewer, nextPicture, snapshot, snapshotsPerSecond, Viewer } from "./video/client.ts";
import { timeEncoders } from "./video/encoder.ts";
import { linkrd, type Program, Running, ustreamer } from "./video/program.ts";
import { type Results, tablesOf } from "./video/results.ts";
import { HEIGHT, makeScenes, type Scene, WIDTH } from "./video/scenes.ts";
import { quantile } from "./video/statistics.ts";

const ROOT = resolve(import.meta.dir, "../..");
const FPS = 30;
const REST_MS = 1500;
const WINDOW_MS = 4000;
const LATENCIES = 60;

interface World {
  readonly library: string;
  readonly devices: string;
  readonly device: string;
  readonly counters: string;
}

/** Lets `program` run on a scene while `measure` looks. */
async function running<T>(
  world: World,
  program: Program,
  scene: Scene,
  measure: (subject: Running) => Promise<T>,
): Promise<T> {
  const size = { width: WIDTH, height: HEIGHT, fps: FPS };
  plug(world.device, yuyvDevice(scene, size, world.counters));
  await using subject = await Running.start(program, world.library, world.devices, WIDTH);
  return await measure(subject);
}

/** One viewer of a stream: what it costs, and what it gets. */
async function watched(
  subject: Running,
  { counters }: World,
  Kind: typeof Viewer | typeof DeltaViewer,
) {
  await Bun.sleep(REST_MS);
  const restMiB = subject.memoryMiB();
  await using viewer = new Kind(subject.program);
  await Bun.sleep(subject.program.settleMs);
  const [cpu, frames, started] = [subject.cpu(), readCounters(counters).taken, performance.now()];
  const [bytes, pictures] = [viewer.bytes, viewer.pictures];
  await Bun.sleep(WINDOW_MS);
  const seconds = (performance.now() - started) / 1000;
  const taken = readCounters(counters).taken - frames;
  const threads: Record<string, number> = {};
  for (const [task, { name, ns }] of subject.cpu()) {
    const ms = (ns - (cpu.get(task)?.ns ?? 0)) / 1e6 / taken;
    threads[name] = (threads[name] ?? 0) + ms;
  }
  return {
    threads,
    cpuMs: Object.values(threads).reduce((sum, ms) => sum + ms, 0),
    fps: taken / seconds,
    picturesPerSecond: (viewer.pictures - pictures) / seconds,
    bytesPerSecond: (viewer.bytes - bytes) / seconds,
    restMiB,
    streamingMiB: subject.memoryMiB(),
    firstJpegMs: subject.firstJpegMs,
  };
}

/** Snapshots at times that have nothing to do with the frames', one client. */
async function latencies(one: () => Promise<number>): Promise<{ p50: number; p99: number }> {
  const random = createRandom(1);
  const times: number[] = [];
  for (let turn = 0; turn < LATENCIES; turn++) {
    await Bun.sleep(random(60));
    times.push(await one());
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function snapshots({ program }: Running, scene: Scene) {
  const plain = async () => (await snapshot(program)).ms;
  await Bun.sleep(REST_MS);
  if (scene.name === "static") {
    const { etag } = await snapshot(program);
    const known: Record<string, string> = etag === "" ? {} : { "if-none-match": etag };
    const same = async () => (await snapshot(program, { ...program.headers, ...known })).ms;
    return {
      unchanged: await latencies(plain),
      notModified: await latencies(same),
      notModified8: await snapshotsPerSecond(program, 8, known),
    };
  }
  const headers = await program.unbounded();
  return {
    changed: await latencies(plain),
    fresh: await latencies(() => nextPicture(program, headers)),
    perSecond1: await snapshotsPerSecond(program, 1),
    perSecond8: await snapshotsPerSecond(program, 8),
  };
}

async function main(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "linkrd-bench-"));
  const devices = join(folder, "devices");
  mkdirSync(devices);
  const [device, counters] = [join(devices, "video"), join(folder, "counters")];
  const world = { library: buildFakeV4l2(folder), devices, device, counters };
  const scenes = makeScenes(folder, readFileSync(join(ROOT, "LICENSE"), "utf8"));
  const binary = join(folder, "bin/linkrd");
  mkdirSync(join(folder, "bin"));
  // A copy: one that is built anew meanwhile would be another program in the middle of a run.
  copyFileSync(join(ROOT, "dist/linkrd"), binary);
  const programs = [
    await linkrd(binary, join(folder, "linkrd"), device),
    ustreamer(device, "ustreamer"),
    ustreamer(device, "ustreamer, 1 worker", "--workers=1"),
    ustreamer(device, "ustreamer, drop same", "--drop-same-frames=30"),
  ];
  const results: Results = { streams: [], snapshots: [], encoders: [] };
  for (let round = 0; round < rounds; round++) {
    for (const scene of scenes) {
      for (const program of round % 2 === 0 ? programs : programs.toReversed()) {
        process.stderr.write(`round ${round + 1} of ${rounds}: ${scene.name}, ${program.name}\n`);
        const at = { program: program.name, scene: scene.name };
        const watch = (subject: Running) => watched(subject, world, Viewer);
        results.streams.push({ ...at, ...(await running(world, program, scene, watch)) });
        if (program.delta !== undefined) {
          const follow = (subject: Running) => watched(subject, world, DeltaViewer);
          const delta = await running(world, program, scene, follow);
          results.streams.push({ ...delta, program: `${program.name}, delta`, scene: scene.name });
        }
        const isAsked = ["linkrd", "ustreamer"].includes(program.name);
        if (!isAsked || !["static", "typing"].includes(scene.name)) continue;
        const asked = await running(world, program, scene, (each) => snapshots(each, scene));
        results.snapshots.push({ ...at, ...asked });
      }
      if (scene.name === "static" || scene.name === "typing") continue;
      results.encoders.push({ scene: scene.name, ...timeEncoders(scene, folder) });
    }
  }
  mkdirSync(join(ROOT, "build/bench"), { recursive: true });
  writeFileSync(join(ROOT, "build/bench/video.json"), JSON.stringify(results, undefined, 2));
  process.stdout.write(`${tablesOf(results)}\n`);
  rmSync(folder, { recursive: true });
}

await main(Number(process.argv[2] ?? 3));
