import { afterAll, afterEach, describe, expect, jest, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS } from "../../src/base/limits.ts";
import { openSys } from "../../src/ffi/sys.ts";
import type { EndpointPlaces } from "../../src/hid/delivery.ts";
import { ENDPOINTS, type Endpoint } from "../../src/hid/descriptors.ts";
import { packReports } from "../../src/hid/packet.ts";
import { runWriter, type WriterMessage } from "../../src/hid/writer.ts";

const sys = openSys();
const folder = mkdtempSync(join(tmpdir(), "linkrd-writer-"));

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void jest.restoreAllMocks());

interface Host {
  readonly places: Record<Endpoint, number>;
  /** The host's ends. */
  readonly ports: Record<Endpoint, number>;
  /** What came on one of them since it was last asked for, as first bytes. */
  readonly taken: (endpoint: Endpoint) => number[];
}

function makeHost(): Host {
  const pairs = ENDPOINTS.map((endpoint) => [endpoint, sys.socketPair()] as const);
  const ends = (index: 0 | 1) => {
    const list = pairs.map(([endpoint, pair]) => [endpoint, pair[index]]);
    return Object.fromEntries(list) as Record<Endpoint, number>;
  };
  const ports = ends(1);
  const taken = (endpoint: Endpoint) => {
    const report = new Uint8Array(64);
    const firsts: number[] = [];
    while (sys.tryRead(ports[endpoint], report) > 0) firsts.push(report[0] ?? 0);
    return firsts;
  };
  return { places: ends(0), ports, taken };
}

/** A report that is told apart by its first byte. */
function report(endpoint: Endpoint, first: number) {
  return { endpoint, bytes: Uint8Array.of(first, 0, 0, 0, 0) };
}

/** Lets the writer do `calls`, in order, to their end. @returns what it posted */
function write(
  places: EndpointPlaces,
  calls: readonly (readonly ReturnType<typeof report>[])[],
  onPost: (message: WriterMessage) => void = () => undefined,
  cancelled = new Uint32Array(1),
): WriterMessage[] {
  const [ours, theirs] = sys.socketPair();
  calls.forEach((reports, index) => void sys.tryWrite(ours, packReports(index + 1, reports)));
  sys.close(ours);
  const posted: WriterMessage[] = [];
  const post = (message: WriterMessage) => {
    posted.push(message);
    onPost(message);
  };
  runWriter({ sys, places, calls: theirs, cancelled, post });
  sys.close(theirs);
  return posted;
}

describe("a call", () => {
  test("is answered when its reports are taken, in order; the end of calls ends the thread", () => {
    const { places, taken } = makeHost();
    const posted = write(places, [
      [report("keyboard", 1), report("mouse", 2), report("keyboard", 3)],
      [],
      [report("pointer", 4), report("keyboard", 5)],
    ]);
    expect(posted).toEqual([1, 2, 3].map((call) => ({ kind: "taken", call })));
    expect(ENDPOINTS.map(taken)).toEqual([[1, 3, 5], [4], [2], []]);
  });

  test("to a gadget that is not there fails, until it is", () => {
    const { places, taken } = makeHost();
    const mouse = join(folder, "hidg2");
    const both = [report("mouse", 1), report("keyboard", 2)];
    const posted = write({ ...places, mouse }, [both, both], ({ kind }) => {
      if (kind === "failed") Bun.spawnSync(["mkfifo", mouse]);
    });
    expect(posted).toEqual([
      { kind: "failed", call: 1, stage: "no gadget", detail: `open ${mouse}: ENOENT` },
      { kind: "taken", call: 2 },
    ]);
    // What stood behind the report that failed was dropped with it.
    expect(taken("keyboard")).toEqual([2]);
  });

  test("to a host that is asleep fails in time, and the others go on", () => {
    const { places, taken } = makeHost();
    let waiting = 0;
    while (sys.tryWrite(places.keyboard, Uint8Array.of(0)) > 0) waiting++;
    const started = sys.monotonicUs();
    const posted = write(places, [
      [report("keyboard", 1), report("mouse", 2)],
      [report("mouse", 3)],
    ]);
    const tookMs = (sys.monotonicUs() - started) / 1000;
    expect(posted).toEqual([
      { kind: "failed", call: 1, stage: "host asleep", detail: `${places.keyboard}` },
      { kind: "taken", call: 2 },
    ]);
    expect(tookMs).toBeGreaterThanOrEqual(LIMITS.report_wait_ms_max);
    expect(taken("mouse")).toEqual([3]);
    expect(taken("keyboard")).toHaveLength(waiting);
  });

  test("that is called off is not begun, and the next one is done", () => {
    const { places, taken } = makeHost();
    const calls = [1, 2, 3].map((first) => [report("mouse", first)]);
    const posted = write(places, calls, undefined, Uint32Array.of(2));
    const kinds = ["taken", "cancelled", "taken"];
    expect(posted).toEqual(
      kinds.map((kind, index) => ({ kind, call: index + 1 }) as WriterMessage),
    );
    expect(taken("mouse")).toEqual([1, 3]);
  });

  test("to a host that is gone fails, and the thread lives on", () => {
    const { places, ports, taken } = makeHost();
    sys.close(ports.mouse);
    const posted = write(places, [[report("mouse", 1)], [report("keyboard", 2)]]);
    expect(posted).toMatchObject([
      { kind: "failed", call: 1, stage: "host off" },
      { kind: "taken", call: 2 },
    ]);
    expect(taken("keyboard")).toEqual([2]);
  });
});

test("the keyboard's lights are told", () => {
  const { places, ports } = makeHost();
  sys.tryWrite(ports.keyboard, Uint8Array.of(0b010));
  expect(write(places, [[report("mouse", 1)]])).toEqual([
    { kind: "leds", leds: 0b010 },
    { kind: "taken", call: 1 },
  ]);
});

describe("a keyboard at its end is not read again and again", () => {
  /** Runs the writer for some turns, none longer than a moment. @returns what each wait answered */
  function turns(keyboard: string | number, count: number): number[] {
    const { places } = makeHost();
    const [ours, theirs] = sys.socketPair();
    const answers: number[] = [];
    const { poll } = sys;
    jest.spyOn(sys, "poll").mockImplementation((set, timeoutMs) => {
      if (answers.length === count) sys.close(ours);
      const answer = poll.call(sys, set, Math.min(timeoutMs, 5));
      if (answers.length < count) answers.push(answer);
      return answer;
    });
    const post = () => expect.unreachable();
    const cancelled = new Uint32Array(1);
    runWriter({ sys, places: { ...places, keyboard }, calls: theirs, cancelled, post });
    sys.close(theirs);
    return answers;
  }

  test("when its socket was closed", () => {
    const [ours, theirs] = sys.socketPair();
    sys.close(theirs);
    expect(turns(ours, 5)).toEqual([1, 0, 0, 0, 0]);
    sys.close(ours);
  });

  test("when it is a file, which is ready at any time", () => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    expect(turns(path, 5)).toEqual([1, 0, 0, 0, 0]);
  });

  test("and one that is not there is waited for", () => {
    expect(turns(join(folder, "missing"), 3)).toEqual([0, 0, 0]);
  });
});
