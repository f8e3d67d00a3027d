/** What was measured, and the tables that people read. */
import type { EncoderTimes } from "./encoder.ts";
import { round, type Spread, spread, table } from "./statistics.ts";

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

interface At {
  readonly program: string;
  readonly scene: string;
}

export interface StreamResult extends At {
  /** CPU milliseconds a captured frame, of all threads and of those of each name. */
  readonly cpuMs: number;
  readonly threads: Readonly<Record<string, number>>;
  readonly fps: number;
  readonly picturesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly restMiB: number;
  readonly streamingMiB: number;
  readonly firstJpegMs: number;
}

/** Latencies in milliseconds; of one scene some, of another the others. */
export interface SnapshotResult extends At {
  readonly unchanged?: Latency;
  readonly notModified?: Latency;
  readonly changed?: Latency;
  readonly fresh?: Latency;
  readonly perSecond1?: number;
  readonly perSecond8?: number;
  /** A second, eight clients who have the picture; ustreamer sends it whole. */
  readonly notModified8?: number;
}

/** All rounds, in the order in which they were made. */
export interface Results {
  readonly streams: StreamResult[];
  readonly snapshots: SnapshotResult[];
  readonly encoders: (EncoderTimes & { readonly scene: string })[];
}

/** Markdown: each number is the median of the rounds, with the least and the most of them. */
export function tablesOf(results: Results): string {
  return [
    "One viewer of a stream, MJPEG unless it says otherwise",
    streamTable(results),
    "Snapshots and the rest",
    restTable(results),
    "CPU ms a captured frame, by the names of threads",
    threadTable(results),
    "A full frame through the encoder, ms",
    encoderTable(results),
  ].join("\n\n");
}

const COLUMNS = ["", "linkrd", "ustreamer", "linkrd : ustreamer"];

function scenesOf({ streams }: Results): string[] {
  return [...new Set(streams.map(({ scene }) => scene))];
}

function streamTable(results: Results): string {
  const find = (program: string, scene: string, of: (result: StreamResult) => number) => {
    const found = results.streams.filter((each) => {
      return each.program === program && each.scene === scene;
    });
    return found.map(of);
  };
  const rows = scenesOf(results).flatMap((scene) => {
    const cpu = (program: string) => find(program, scene, ({ cpuMs }) => cpuMs);
    // A frame that is not sent may have cost nothing: fewer pictures must not look like less work.
    const pictures = (program: string) => find(program, scene, (each) => each.picturesPerSecond);
    const bytes = (program: string) => find(program, scene, (each) => each.bytesPerSecond / 1e6);
    const isAllNew = scene !== "static" && scene !== "typing";
    const sent = (program: string) => {
      return find(program, scene, (each) => (each.cpuMs * each.fps) / each.picturesPerSecond);
    };
    const ours = { cpu: cpu("linkrd"), bytes: bytes("linkrd") };
    return [
      row(`${scene}: CPU ms a frame`, ours.cpu, cpu("ustreamer")),
      // On a busy machine both leave frames out: this is what those cost that were sent.
      ...(isAllNew
        ? [row(`${scene}: CPU, a picture sent`, sent("linkrd"), sent("ustreamer"))]
        : []),
      row(`${scene}: CPU, 1 worker`, ours.cpu, cpu("ustreamer, 1 worker")),
      row(`${scene}: pictures/s`, pictures("linkrd"), pictures("ustreamer")),
      row(`${scene}: pictures/s, drop same`, pictures("linkrd"), pictures("ustreamer, drop same")),
      row(`${scene}: MB/s`, ours.bytes, bytes("ustreamer")),
      row(`${scene}: MB/s, drop same`, ours.bytes, bytes("ustreamer, drop same")),
      row(`${scene}: CPU, delta stream`, cpu("linkrd, delta"), cpu("ustreamer")),
      row(`${scene}: MB/s, delta stream`, bytes("linkrd, delta"), bytes("ustreamer, drop same")),
    ];
  });
  return table(COLUMNS, rows);
}

function restTable({ streams, snapshots }: Results): string {
  const asked = (name: string, of: (result: SnapshotResult) => number | undefined) => {
    const values = (program: string) => {
      return snapshots.filter((each) => each.program === program).flatMap((each) => of(each) ?? []);
    };
    return row(name, values("linkrd"), values("ustreamer"));
  };
  const streamed = (name: string, of: (result: StreamResult) => number) => {
    const values = (program: string) => {
      return streams.filter((each) => each.program === program).map(of);
    };
    return row(name, values("linkrd"), values("ustreamer"));
  };
  return table(COLUMNS, [
    asked("snapshot, changed: p50 ms", ({ changed }) => changed?.p50),
    asked("snapshot, changed: p99 ms", ({ changed }) => changed?.p99),
    asked("next other picture: p50 ms", ({ fresh }) => fresh?.p50),
    asked("next other picture: p99 ms", ({ fresh }) => fresh?.p99),
    asked("snapshot, unchanged: p50 ms", ({ unchanged }) => unchanged?.p50),
    asked("snapshot, unchanged: p99 ms", ({ unchanged }) => unchanged?.p99),
    asked("304 (ustreamer: 200): p50 ms", ({ notModified }) => notModified?.p50),
    asked("304 (ustreamer: 200): p99 ms", ({ notModified }) => notModified?.p99),
    asked("snapshots a second, 1 client", ({ perSecond1 }) => perSecond1),
    asked("snapshots a second, 8 clients", ({ perSecond8 }) => perSecond8),
    asked("304 a second, 8 clients (ustreamer: 200)", ({ notModified8 }) => notModified8),
    streamed("memory at rest, MiB", ({ restMiB }) => restMiB),
    streamed("memory while streaming, MiB", ({ streamingMiB }) => streamingMiB),
    streamed("exec to first JPEG, ms", ({ firstJpegMs }) => firstJpegMs),
  ]);
}

function threadTable(results: Results): string {
  const programs = ["linkrd", "ustreamer", "ustreamer, 1 worker"];
  const rows = scenesOf(results).flatMap((scene) =>
    programs.map((program) => {
      const found = results.streams.filter((each) => {
        return each.program === program && each.scene === scene;
      });
      const names = [...new Set(found.flatMap(({ threads }) => Object.keys(threads)))];
      const parts = names
        .map(
          (name) => [name, spread(found.map(({ threads }) => threads[name] ?? 0)).median] as const,
        )
        .filter(([, ms]) => ms >= 0.01)
        .toSorted(([, one], [, other]) => other - one)
        .map(([name, ms]) => `${name} ${round(ms)}`);
      return [scene, program, parts.join(" · ")];
    }),
  );
  return table(["scene", "program", "threads"], rows);
}

function encoderTable({ encoders }: Results): string {
  const names = [...new Set(encoders.map(({ scene }) => scene))];
  const columns = [
    "scene",
    "tjbench",
    "strips",
    "strips : tjbench",
    "YUYV",
    "YUYV, BT.709",
    "same",
  ];
  const rows = names.map((name) => {
    const found = encoders.filter(({ scene }) => scene === name);
    const of = (pick: (times: EncoderTimes) => number) => spread(found.map(pick));
    return [
      name,
      text(of(({ tjbench }) => tjbench)),
      text(of(({ strips }) => strips)),
      text(of(({ strips, tjbench }) => strips / tjbench)),
      text(of(({ yuyvLimited }) => yuyvLimited)),
      text(of(({ yuyv709 }) => yuyv709)),
      text(of(({ unchanged }) => unchanged)),
    ];
  });
  return table(columns, rows);
}

/** Both, and the ratio of each round's two. */
function row(name: string, ours: readonly number[], theirs: readonly number[]): string[] {
  const ratios = ours.map((value, at) => value / (theirs[at] ?? Number.NaN));
  return [name, ...[ours, theirs, ratios].map((values) => text(spread(values)))];
}

function text({ min, median, max }: Spread): string {
  return `${round(median)} (${round(min)}…${round(max)})`;
}
