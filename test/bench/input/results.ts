/** What was measured, and the table that people read. */
import { round, spread, table } from "../video/statistics.ts";
import type { Times } from "./probe.ts";

export interface InputResult extends Times {
  readonly program: "linkrd" | "empty handler" | "relay";
  readonly way: string;
  readonly load: "idle" | "video";
}

const NOTE = `The empty handler is of Bun.serve, and the relay is in C. Each writes a report for
whatever comes, and does nothing else: what the runtime takes, and what the machine itself takes.
kvmd's own server is not beside it: Debian does not package it.`;

/** Markdown: milliseconds, each the median of the rounds, with the least and the most of them. */
export function inputTables(results: readonly InputResult[]): string {
  const ways = [...new Set(results.map(({ way }) => way))];
  const rows = ways.flatMap((way) => {
    const kinds = ["report", "answer"] as const;
    return kinds.flatMap((kind) => {
      const parts = ["p50", "p99"] as const;
      return parts.flatMap((part) => {
        const of = (program: string, load: string) =>
          results
            .filter((each) => each.program === program && each.way === way && each.load === load)
            .flatMap((each) => each[kind]?.[part] ?? []);
        const [idle, video] = [of("linkrd", "idle"), of("linkrd", "video")];
        if (idle.length === 0) return [];
        const ratios = video.map((value, at) => value / (idle[at] ?? Number.NaN));
        const floors = ["empty handler", "relay"].flatMap((program) => [
          of(program, "idle"),
          of(program, "video"),
        ]);
        return [[`${way}: ${kind}, ${part}`, ...[idle, video, ratios, ...floors].map(text)]];
      });
    });
  });
  const floors = ["empty handler", "relay"].flatMap((name) => [name, `${name}, noise`]);
  const columns = ["ms", "idle", "1080p30 noise", "noise : idle", ...floors];
  return `${table(columns, rows)}\n\n${NOTE}`;
}

function text(values: readonly number[]): string {
  const { min, median, max } = spread(values);
  return `${round(median)} (${round(min)}…${round(max)})`;
}
