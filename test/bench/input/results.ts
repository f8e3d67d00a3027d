/** What was measured, and the table that people read. */
import { round, spread, table } from "../video/statistics.ts";
import type { Times } from "./probe.ts";

export interface InputResult extends Times {
  readonly program: "linkrd" | "empty handler" | "relay" | "kvmd";
  readonly way: string;
  readonly load: "idle" | "video";
}

const NOTE = `The empty handler is of Bun.serve, and the relay in C. Each writes a report for
whatever comes, and does nothing else: what the runtime takes, and what the machine takes.`;

const NO_PEER = `kvmd's own server is measured beside it where KVMD is the folder of a checkout,
such as of https://github.com/pikvm/kvmd at v4.0, which runs on Debian 12.`;
const PEER = `kvmd is asked at its own socket, without the nginx that is before it on a PiKVM, and
ustreamer streams the noise in the place of linkrd. Its answer comes when the report is queued,
linkrd's when the host has it.`;

/** Markdown: milliseconds, each the median of the rounds, with the least and the most of them. */
export function inputTables(results: readonly InputResult[]): string {
  const peers = new Set(results.flatMap(({ program, way }) => (program === "kvmd" ? [way] : [])));
  const own = results.filter(({ way }) => !peers.has(way));
  const columns = ["ms", "idle", "1080p30 noise", "noise : idle"];
  const floors = ["empty handler", "relay"].flatMap((name) => [name, `${name}, noise`]);
  const rows = rowsOf(own, ({ linkrd, floor, relay }) => {
    return [...linkrd, ratios(linkrd[1], linkrd[0]), ...floor, ...relay];
  });
  const ours = `${table([...columns, ...floors], rows)}\n\n${NOTE}`;
  if (peers.size === 0) return `${ours}\n${NO_PEER}`;
  const both = results.filter(({ way }) => peers.has(way));
  const names = ["linkrd", "kvmd"].flatMap((name) => [name, `${name}, noise`]);
  const beside = rowsOf(both, ({ linkrd, kvmd }) => {
    return [...linkrd, ...kvmd, ratios(kvmd[0], linkrd[0]), ratios(kvmd[1], linkrd[1])];
  });
  const heads = ["ms", ...names, "kvmd : linkrd", "with noise"];
  return `${ours}\n\n${table(heads, beside)}\n\n${PEER}`;
}

/** Of every round, idle and with noise. */
type Pair = readonly [idle: number[], noise: number[]];
type Programs = Readonly<Record<"linkrd" | "kvmd" | "floor" | "relay", Pair>>;

/** A row for the report and the answer of each way, and p50 and p99 of both. */
function rowsOf(results: readonly InputResult[], cells: (of: Programs) => readonly number[][]) {
  const ways = [...new Set(results.map(({ way }) => way))];
  return ways.flatMap((way) =>
    (["report", "answer"] as const).flatMap((kind) =>
      (["p50", "p99"] as const).flatMap((part) => {
        const mine = results.filter((each) => each.way === way);
        const of = (program: InputResult["program"]): Pair => {
          const pick = (load: InputResult["load"]) =>
            mine
              .filter((each) => each.program === program && each.load === load)
              .flatMap((each) => each[kind]?.[part] ?? []);
          return [pick("idle"), pick("video")];
        };
        const programs = { linkrd: of("linkrd"), kvmd: of("kvmd"), relay: of("relay") };
        if (programs.linkrd[0].length === 0) return [];
        const values = cells({ ...programs, floor: of("empty handler") });
        return [[`${way}: ${kind}, ${part}`, ...values.map(text)]];
      }),
    ),
  );
}

function ratios(over: readonly number[], under: readonly number[]): number[] {
  return over.map((value, at) => value / (under[at] ?? Number.NaN));
}

function text(values: readonly number[]): string {
  const { min, median, max } = spread(values);
  return `${round(median)} (${round(min)}…${round(max)})`;
}
