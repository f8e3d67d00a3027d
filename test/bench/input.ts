/**
 * From a request to the report that it becomes: idle, and while 1080p30 noise is captured and
 * streamed.
 *
 *   bun test/bench/input.ts [ROUNDS]
 *
 * A FIFO stands for the USB endpoint, and one program both sends the request and waits there for
 * the report (input/probe.c). The same is asked of a server on the same runtime that does nothing
 * else (input/least.ts), and of such a relay in C, which is what the machine itself takes at that
 * moment. Each measurement is made ROUNDS times (3 unless told). Prints tables, writes
 * build/bench/input.json.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildFakeV4l2, plug, readCounters, yuyvDevice } from "./fakev4l2/device.ts";
import { type Ask, askOverHttp, askOverWebSocket, type Pace, Probe } from "./input/probe.ts";
import { type InputResult, inputTables } from "./input/results.ts";
import { linkrd, Running } from "./video/program.ts";
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

interface World {
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
    ...{ library: buildFakeV4l2(folder), devices, device, counters },
    scenes: makeScenes(folder, readFileSync(join(ROOT, "LICENSE"), "utf8")),
    probe: new Probe(folder),
  };
  const binary = join(folder, "linkrd-binary");
  // A copy: one that is built anew meanwhile would be another program in the middle of a run.
  copyFileSync(join(ROOT, "dist/linkrd"), binary);
  const hid = `[hid]\nconsumer = "${world.probe.fifo}"`;
  const program = await linkrd(binary, join(folder, "linkrd"), device, hid);
  const http = askOverHttp(program.origin, program.headers);
  const socket = askOverWebSocket(program.origin, program.headers);
  const asks: readonly (readonly [Ask, Pace])[] = [
    [http, RESTED],
    [{ ...http, way: `${http.way}, one after another` }, AT_ONCE],
    [socket, RESTED],
  ];
  const results: InputResult[] = [];
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}: load ${loadavg()[0]?.toFixed(1)}\n`);
    for (const load of ["idle", "video"] as const) {
      const scene = world.scenes.find(
        ({ name }) => name === (load === "idle" ? "static" : "noise"),
      );
      if (scene === undefined) throw new Error("a scene is missing");
      plug(device, yuyvDevice(scene, { width: WIDTH, height: HEIGHT, fps: FPS }, counters));
      await using _ = await Running.start(program, world.library, devices, WIDTH);
      using viewer = load === "video" ? watch(program.stream, program.headers) : undefined;
      const before = readCounters(counters).taken;
      const started = performance.now();
      for (const [ask, pace] of asks) {
        results.push(...(await measured(world, ask, pace, load)));
      }
      const seconds = (performance.now() - started) / 1000;
      const fps = (readCounters(counters).taken - before) / seconds;
      if (viewer !== undefined) process.stderr.write(`  captured ${fps.toFixed(1)} frames/s\n`);
    }
  }
  mkdirSync(join(ROOT, "build/bench"), { recursive: true });
  writeFileSync(join(ROOT, "build/bench/input.json"), JSON.stringify(results, undefined, 2));
  process.stdout.write(`${inputTables(results)}\n`);
  rmSync(folder, { recursive: true });
}

/** linkrd, and those that do nothing else, under the same load. */
async function measured({ probe }: World, ask: Ask, pace: Pace, load: InputResult["load"]) {
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
