import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN, openSys } from "../../src/ffi/sys.ts";
import { Delivery } from "../../src/hid/delivery.ts";
import { ENDPOINTS, type Endpoint } from "../../src/hid/descriptors.ts";
import { ReportEndpoint } from "../../src/hid/endpoint.ts";
import { packReports } from "../../src/hid/packet.ts";
import { releaseKeys } from "../../src/hid/release.ts";
import { NotTaken } from "../../src/hid/stage.ts";

const sys = openSys();
const folder = mkdtempSync(join(tmpdir(), "linkrd-delivery-"));
const REPORT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const SECOND_US = 1_000_000;

afterAll(() => rmSync(folder, { recursive: true }));

/** A named pipe: what is nearest to a gadget's node on a machine without gadgets. */
function makePipe(name: string): string {
  const path = join(folder, name);
  Bun.spawnSync(["mkfifo", path]);
  return path;
}

/**
 * The way to one endpoint at `place`, and to nothing else; the lights that it told. A pipe is a
 * mouse: what is written to a keyboard of that kind would come back as its lights.
 */
function setUp(place: string | number, endpoint: Endpoint = "keyboard") {
  const nowhere = join(folder, "nowhere");
  const lights: number[] = [];
  const cancelled = new Uint32Array(1);
  const delivery = new Delivery({
    sys,
    places: {
      ...{ keyboard: nowhere, pointer: nowhere, mouse: nowhere, consumer: nowhere },
      [endpoint]: place,
    },
    cancelled,
    onLights: (leds) => void lights.push(leds),
  });
  /** Hands over `count` reports. */
  const deliver = (count = 1, patienceUs = SECOND_US) => {
    const reports = new Array(count).fill({ endpoint, bytes: REPORT });
    return delivery.deliver(packReports(1, reports), patienceUs);
  };
  return { delivery, deliver, lights, cancelled };
}

/** The stage and detail of why a report was not taken. */
function refusal(action: () => void): readonly [string, string] {
  try {
    action();
  } catch (error) {
    if (error instanceof NotTaken) return [error.stage, error.detail];
    throw error;
  }
  return expect.unreachable();
}

/** Writes until no more fits. @returns how many bytes did */
function fill(fd: number): number {
  let count = 0;
  while (sys.tryWrite(fd, REPORT) > 0) count += REPORT.length;
  return count;
}

/** The same of a pipe, which keeps it while somebody else has it open. @returns that, and bytes */
function fillPipe(path: string): readonly [fd: number, bytes: number] {
  const fd = sys.open(path, OPEN.readWrite | OPEN.nonBlocking);
  return [fd, fill(fd)];
}

describe("a socket", () => {
  test("gets reports as messages, and lights come back", () => {
    const [ours, theirs] = sys.socketPair();
    const { delivery, deliver, lights } = setUp(ours);
    delivery.listen();
    expect(deliver()).toBe(true);
    const report = new Uint8Array(64);
    expect(sys.tryRead(theirs, report)).toBe(8);
    expect(report.subarray(0, 8)).toEqual(REPORT);
    sys.tryWrite(theirs, Uint8Array.of(0b10));
    sys.tryWrite(theirs, Uint8Array.of(0));
    for (let times = 0; times < 3; times++) delivery.listen();
    expect(lights).toEqual([0b10, 0]);
    delivery.close();
    // The descriptor is not the endpoint's own.
    sys.close(ours);
    sys.close(theirs);
  });

  test("that is full for as long as it may be is a host asleep, whose lights are told", () => {
    const [ours, theirs] = sys.socketPair();
    fill(ours);
    sys.tryWrite(theirs, Uint8Array.of(0b100));
    const started = sys.monotonicUs();
    const { deliver, lights } = setUp(ours);
    expect(refusal(() => deliver(1, 50_000))).toEqual(["host asleep", `${ours}`]);
    expect(sys.monotonicUs() - started).toBeGreaterThanOrEqual(50_000);
    expect(lights).toEqual([0b100]);
    sys.close(ours);
    sys.close(theirs);
  });

  test("whose other end is closed is a host that is off, also for what comes after", () => {
    const [ours, theirs] = sys.socketPair();
    sys.close(theirs);
    const { delivery, deliver } = setUp(ours);
    expect(refusal(deliver)).toEqual(["host off", `write ${ours}: EPIPE`]);
    expect(delivery.keyboard.fd).toBeUndefined();
    expect(refusal(deliver)[0]).toBe("host off");
    sys.close(ours);
  });

  test("at its end is no longer looked at for lights", () => {
    const [ours, theirs] = sys.socketPair();
    sys.close(theirs);
    const endpoint = new ReportEndpoint(sys, ours);
    expect(endpoint.read()).toBeUndefined();
    expect(endpoint.fd).toBeUndefined();
    sys.close(ours);
  });
});

describe("a node", () => {
  test("that is not there is no gadget, and works when it appears", () => {
    const path = join(folder, "later");
    const { delivery, deliver } = setUp(path, "mouse");
    expect(refusal(deliver)).toEqual(["no gadget", `open ${path}: ENOENT`]);
    makePipe("later");
    expect(deliver()).toBe(true);
    const reader = sys.open(path, OPEN.readOnly | OPEN.nonBlocking);
    expect(sys.tryRead(reader, new Uint8Array(64))).toBe(8);
    delivery.close();
    sys.close(reader);
  });

  test("is opened once, and closed", () => {
    const open = () => readdirSync("/proc/self/fd").length;
    const { delivery, deliver } = setUp(makePipe("once"), "mouse");
    const before = open();
    for (let times = 0; times < 3; times++) deliver();
    expect(open()).toBe(before + 1);
    delivery.close();
    delivery.close();
    expect(open()).toBe(before);
  });

  test("that is full is waited for, and goes on when the host takes what is there", async () => {
    const path = makePipe("full");
    const { delivery, deliver } = setUp(path, "mouse");
    const [fd, filled] = fillPipe(path);
    const taken = join(folder, "taken");
    const reader = Bun.spawn(["sh", "-c", `exec head -c ${filled + 800} '${path}' > '${taken}'`]);
    expect(deliver(100, 10 * SECOND_US)).toBe(true);
    expect(await reader.exited).toBe(0);
    expect(statSync(taken).size).toBe(filled + 800);
    delivery.close();
    sys.close(fd);
  });

  test("that is something else says what", () => {
    symlinkSync("loop", join(folder, "loop"));
    writeFileSync(join(folder, "file"), "");
    const stage = (name: string) => refusal(setUp(join(folder, name)).deliver);
    expect(stage("loop")[0]).toBe("failed");
    expect(stage(".")).toEqual(["failed", `open ${folder}: EISDIR`]);
    expect(stage("file/hidg0")[0]).toBe("failed");
  });
});

test("keys are let go on each endpoint, also behind one that has taken all the time", () => {
  const pairs = ENDPOINTS.map((endpoint) => [endpoint, sys.socketPair()] as const);
  const ends = pairs.map(([endpoint, [ours]]) => [endpoint, ours]);
  const [[, keyboard], ...others] = pairs as [(typeof pairs)[number], ...typeof pairs];
  fill(keyboard[0]);
  releaseKeys(sys, Object.fromEntries(ends) as Record<Endpoint, number>);
  for (const [, [, theirs]] of others)
    expect(sys.tryRead(theirs, new Uint8Array(64))).toBePositive();
  for (const fd of pairs.flatMap(([, pair]) => pair)) sys.close(fd);
});

test("a call that is called off meanwhile ends at once, and leaves nothing behind", async () => {
  const [ours, theirs] = sys.socketPair();
  fill(ours);
  const { deliver, cancelled } = setUp(ours);
  cancelled[0] = 1;
  const started = sys.monotonicUs();
  expect(deliver()).toBe(false);
  expect(sys.monotonicUs() - started).toBeLessThan(SECOND_US);
  cancelled[0] = 2;
  expect(refusal(() => deliver(1, 1000))[0]).toBe("host asleep");
  sys.close(ours);
  sys.close(theirs);
});
