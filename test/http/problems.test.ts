import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../src/base/log.ts";
import { readProblems, watchProblems } from "../../src/http/problems.ts";
import { until } from "../lab/guest/run.ts";

test("problems are the lines of the file, where there is one", async () => {
  const state = await mkdtemp(join(tmpdir(), "linkrd-problems-"));
  try {
    const notes = join(state, "problem");
    expect(readProblems({ notes, state })).toEqual([]);
    await writeFile(notes, "the card is worn out: take another\n\nthe clock stands\n");
    expect(readProblems({ notes, state })).toEqual([
      "the card is worn out: take another",
      "the clock stands",
    ]);
  } finally {
    await rm(state, { recursive: true });
  }
});

test("a disk without space is a problem; a folder that is not there is another's", () => {
  // proc has no space at all, on every machine.
  expect(readProblems({ notes: "/proc/none", state: "/proc" })).toEqual([
    "the disk of /proc is full: free some space, nothing can be changed",
  ]);
  expect(readProblems({ notes: "/proc/none", state: "/nowhere" })).toEqual([]);
});

test("the log says what is wrong when it comes up, once, and again after it was well", async () => {
  const lines: string[] = [];
  const log = createLog(
    () => "info",
    (line) => lines.push(line),
  );
  const days = [["full"], ["full"], ["full", "damaged"], [], ["full"]];
  let day = 0;
  const stop = new AbortController();
  const read = () => days[day++] ?? days.at(-1) ?? [];
  const watch = watchProblems(read, log.part("device"), stop.signal, 1);
  await until("the days to pass", 5, () => day > days.length || undefined);
  stop.abort();
  await watch;
  const wanted = ["full", "full; damaged", "full"];
  expect(lines).toEqual(wanted.map((what) => `warn  device: ${what}`));
});
