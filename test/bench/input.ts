/**
 * From a request to the report that it becomes: idle, and while 1080p30 noise is captured and
 * streamed.
 *
 *   bun test/bench/input.ts [ROUNDS]
 *
 * A FIFO stands for the USB endpoint, and one program both sends the request and waits there for
 * the report (input/probe.c). The same is asked of a server on the same runtime that does nothing
 * else (input/least.ts), and of such a relay in C, which is what the machine itself takes at that
 * moment; and where KVMD names a checkout of kvmd, its server is given the same input. Each
 * measurement is made ROUNDS times (3 unless told). Prints tables, writes build/bench/input.json.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildFakeV4l2, plug, readCounters, yuyvDevice } from "./fakev4l2/device.ts";
import { Kvmd } from "./input/kvmd.ts";
import {
  type Ask,
  askAsPikvm,
  askOverHttp,
  askOverWebSocket,
  type Pace,
  Probe,
  type Server,
} from "./input/probe.ts";
import { type InputResult, inputTables } from "./input/results.ts";
import { linkrd, type Program, Running, ustreamer } from "./video/program.ts";
import { HEIGHT, makeScenes, type Scene, WIDTH } from "./video/scenes.ts";

const ROOT = resolve(import.meta.dir, "../..");
const FPS = 30;
/**
 * As people and most programs ask, with the processor gone to other work meanwhile; ninety-nine of
 * a hundred is a number of some hundreds. Before it is measured as many are sent, while which code
 * is compiled, and compiled better.
 */
const RESTED: Pace = { count: 600, pauseMs: 10 };
/** As a program asks that waits for nothing else; more at once a token may not ask. */
const AT_ONCE: Pace = { count: 250, pauseMs: 0 };

/** kvmd's sources, if there are any. */
const { KVMD } = process.env;

type Load = InputResult["load"];

interface World {
  readonly folder: string;
  readonly library: string;
  readonly devices: string;
  readonly device: string;
  readonly counters: string;
  readonly scenes: readonly Scene[];
  readonly probe: Probe;
}

async function main(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "linkrd-bench-"));
  const devices = join(folder, "devices");
  mkdirSync(devices);
  const [device, counters] = [join(devices, "video"), join(folder, "counters")];
  const world: World = {
    ...{ folder, library: buildFakeV4l2(folder), devices, device, counters },
    scenes: makeScenes(folder, readFileSync(join(ROOT, "LICENSE"), "utf8")),
    probe: new Probe(folder),
  };
  const binary = join(folder, "linkrd-binary");
  // A copy: one that is built anew meanwhile would be another program in the middle of a run.
  copyFileSync(join(ROOT, "dist/linkrd"), binary);
  const { fifo } = world.probe;
  const hid = `[hid]\nconsumer = "${fifo}"\nmouse = "${fifo}"`;
  const program = await linkrd(binary, join(folder, "linkrd"), device, hid);
  const results: InputResult[] = [];
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}: load ${loadavg()[0]?.toFixed(1)}\n`);
    for (const load of ["idle", "video"] as const) {
      results.push(...(await ours(world, program, load)));
      if (KVMD !== undefined) results.push(...(await kvmds(world, resolve(KVMD), load)));
    }
  }
  mkdirSync(join(ROOT, "build/bench"), { recursive: true });
  writeFileSync(join(ROOT, "build/bench/input.json"), JSON.stringify(results, undefined, 2));
  process.stdout.write(`${inputTables(results)}\n`);
  rmSync(folder, { recursive: true });
}

async function ours(world: World, program: Program, load: Load): Promise<InputResult[]> {
  const results = await filming(world, program, load, async () => {
    const server = {
      where: new URL(program.origin).port,
      prefix: "/api",
      headers: program.headers,
    };
    const [http, socket] = [askOverHttp(server), askOverWebSocket(server)];
    const atOnce = { ...http, way: `${http.way}, one after another` };
    return [
      ...(await measured(world, http, RESTED, load)),
      ...(await measured(world, atOnce, AT_ONCE, load)),
      ...(await measured(world, socket, RESTED, load)),
      ...(KVMD === undefined ? [] : await asPikvm(world, "linkrd", server, load)),
    ];
  });
  const early = results.find((each) => each.program === "linkrd" && each.isEarly);
  if (early !== undefined) throw new Error(`${early.way}: answered before the report`);
  return results;
}

/** kvmd leaves the picture to ustreamer. */
async function kvmds(world: World, source: string, load: Load): Promise<InputResult[]> {
  return await filming(world, ustreamer(world.device, "ustreamer"), load, async () => {
    const folder = mkdtempSync(join(world.folder, "kvmd-"));
    await using kvmd = await Kvmd.start(source, folder, world.probe.fifo);
    const server = { where: kvmd.path, prefix: "", headers: await kvmd.logIn() };
    return await asPikvm(world, "kvmd", server, load);
  });
}

/** Does `work` while `program` has a screen that stands still, or noise that is watched. */
async function filming(
  world: World,
  program: Program,
  load: Load,
  work: () => Promise<InputResult[]>,
): Promise<InputResult[]> {
  const { scenes, device, counters, library, devices } = world;
  const scene = scenes.find(({ name }) => name === (load === "idle" ? "static" : "noise"));
  if (scene === undefined) throw new Error("a scene is missing");
  plug(device, yuyvDevice(scene, { width: WIDTH, height: HEIGHT, fps: FPS }, counters));
  await using _ = await Running.start(program, library, devices, WIDTH);
  using viewer = load === "video" ? watch(program.stream, program.headers) : undefined;
  const before = readCounters(counters).taken;
  const started = performance.now();
  const results = await work();
  const seconds = (performance.now() - started) / 1000;
  const fps = (readCounters(counters).taken - before) / seconds;
  if (viewer !== undefined) {
    process.stderr.write(`  ${program.name} captured ${fps.toFixed(1)} frames/s\n`);
  }
  return results;
}

async function asPikvm({ probe }: World, program: "linkrd" | "kvmd", server: Server, load: Load) {
  const results: InputResult[] = [];
  for (const ask of askAsPikvm(server)) {
    await probe.measure(ask, RESTED);
    results.push({ program, way: ask.way, load, ...(await probe.measure(ask, RESTED)) });
  }
  return results;
}

/** linkrd, and those that do nothing else, under the same load. */
async function measured({ probe }: World, ask: Ask, pace: Pace, load: Load) {
  await probe.measure(ask, RESTED);
  const ours = await probe.measure(ask, pace);
  const least = await probe.measureLeast(ask, RESTED, pace);
  const floor = await probe.measureRelay(ask, pace);
  return [
    { program: "linkrd", way: ask.way, load, ...ours },
    { program: "empty handler", way: ask.way, load, ...least },
    { program: "relay", way: ask.way, load, ...floor },
  ] as const;
}

/** A viewer that costs as little as one can. */
function watch(url: string, headers: Record<string, string>): Disposable {
  const words = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const child = Bun.spawn(["curl", "-sN", "-o", "/dev/null", ...words, url]);
  return { [Symbol.dispose]: () => child.kill() };
}

await main(Number(process.argv[2] ?? 3));
