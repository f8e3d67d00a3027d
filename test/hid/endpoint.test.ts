import { afterAll, describe, expect, jest, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EAGAIN } from "../../src/ffi/errno.ts";
import { OPEN, openSys } from "../../src/ffi/sys.ts";
import { ReportEndpoint } from "../../src/hid/endpoint.ts";
import { NotTaken } from "../../src/hid/stage.ts";

const sys = openSys();
const folder = mkdtempSync(join(tmpdir(), "linkrd-endpoint-"));
const ESHUTDOWN = 108;
const REPORT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

afterAll(() => rmSync(folder, { recursive: true }));

/** A named pipe: what is nearest to a gadget's node on a machine without gadgets. */
function makePipe(name: string): string {
  const path = join(folder, name);
  Bun.spawnSync(["mkfifo", path]);
  return path;
}

function soon(): number {
  return sys.monotonicUs() + 1_000_000;
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

describe("a socket", () => {
  test("gets reports as messages, and lights come back", () => {
    const [ours, theirs] = sys.socketPair();
    const endpoint = new ReportEndpoint(sys, ours);
    expect(endpoint.read()).toBeUndefined();
    endpoint.write(REPORT, soon());
    endpoint.waitTaken(soon());
    const report = new Uint8Array(64);
    expect(sys.tryRead(theirs, report)).toBe(8);
    expect(report.subarray(0, 8)).toEqual(REPORT);
    sys.tryWrite(theirs, Uint8Array.of(0b10));
    sys.tryWrite(theirs, Uint8Array.of(0));
    expect([endpoint.read(), endpoint.read(), endpoint.read()]).toEqual([0b10, 0, undefined]);
    endpoint.close();
    // The descriptor is not the endpoint's own.
    sys.close(ours);
    sys.close(theirs);
  });

  test("that is full for as long as it may be is a host asleep", () => {
    const [ours, theirs] = sys.socketPair();
    fill(ours);
    const started = sys.monotonicUs();
    const endpoint = new ReportEndpoint(sys, ours);
    const found = refusal(() => endpoint.write(REPORT, started + 50_000));
    const tookUs = sys.monotonicUs() - started;
    expect(found).toEqual(["host asleep", `${ours}`]);
    expect(tookUs).toBeGreaterThanOrEqual(50_000);
    expect(refusal(() => endpoint.waitTaken(started))[0]).toBe("host asleep");
    sys.close(ours);
    sys.close(theirs);
  });

  test("that is writable and then is not is waited for again", () => {
    const [ours, theirs] = sys.socketPair();
    const tries = jest.spyOn(sys, "tryWrite");
    for (let times = 0; times < 3; times++) tries.mockReturnValueOnce(-EAGAIN);
    new ReportEndpoint(sys, ours).write(REPORT, soon());
    expect(tries).toHaveBeenCalledTimes(4);
    tries.mockRestore();
    expect(sys.tryRead(theirs, new Uint8Array(64))).toBe(8);
    sys.close(ours);
    sys.close(theirs);
  });

  test("that leaves without waking who waits is found off by another write", () => {
    const [ours, theirs] = sys.socketPair();
    fill(ours);
    const tries = jest.spyOn(sys, "tryWrite");
    tries.mockReturnValueOnce(-EAGAIN).mockReturnValueOnce(-ESHUTDOWN);
    const found = refusal(() => new ReportEndpoint(sys, ours).write(REPORT, soon()));
    expect(found).toEqual(["host off", `write ${ours}: ESHUTDOWN`]);
    tries.mockRestore();
    sys.close(ours);
    sys.close(theirs);
  });

  test("whose other end is closed is a host that is off, also for what comes after", () => {
    const [ours, theirs] = sys.socketPair();
    sys.close(theirs);
    const endpoint = new ReportEndpoint(sys, ours);
    expect(refusal(() => endpoint.write(REPORT, soon()))).toEqual([
      "host off",
      `write ${ours}: EPIPE`,
    ]);
    expect(endpoint.fd).toBeUndefined();
    expect(refusal(() => endpoint.write(REPORT, soon()))[0]).toBe("host off");
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
    const endpoint = new ReportEndpoint(sys, path);
    expect(refusal(() => endpoint.write(REPORT, soon()))).toEqual([
      "no gadget",
      `open ${path}: ENOENT`,
    ]);
    expect(endpoint.fd).toBeUndefined();
    makePipe("later");
    endpoint.write(REPORT, soon());
    const reader = sys.open(path, OPEN.readOnly | OPEN.nonBlocking);
    expect(sys.tryRead(reader, new Uint8Array(64))).toBe(8);
    endpoint.close();
    sys.close(reader);
  });

  test("is opened once, and closed", () => {
    const open = () => readdirSync("/proc/self/fd").length;
    const path = makePipe("once");
    const before = open();
    const endpoint = new ReportEndpoint(sys, path);
    for (let times = 0; times < 3; times++) endpoint.write(REPORT, soon());
    expect(open()).toBe(before + 1);
    endpoint.close();
    endpoint.close();
    expect(open()).toBe(before);
  });

  test("that is full is waited for, and goes on when the host takes what is there", async () => {
    const path = makePipe("full");
    const endpoint = new ReportEndpoint(sys, path);
    const filled = fill(endpoint.open());
    const taken = join(folder, "taken");
    const reader = Bun.spawn(["sh", "-c", `exec head -c ${filled + 8} '${path}' > '${taken}'`]);
    endpoint.write(Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9), sys.monotonicUs() + 10_000_000);
    expect(await reader.exited).toBe(0);
    expect(statSync(taken).size).toBe(filled + 8);
    const last = new Uint8Array(await Bun.file(taken).arrayBuffer()).subarray(-8);
    expect([...last]).toEqual([9, 9, 9, 9, 9, 9, 9, 9]);
    endpoint.close();
  });

  test("that takes less than a report fails", () => {
    const path = makePipe("short");
    const endpoint = new ReportEndpoint(sys, path);
    // A pipe cuts a write above PIPE_BUF, and takes what fits.
    const found = refusal(() => endpoint.write(new Uint8Array(1_000_000), soon()));
    expect(found).toEqual(["failed", `write ${path}: EMSGSIZE`]);
    endpoint.close();
  });

  test("that is something else says what", () => {
    symlinkSync("loop", join(folder, "loop"));
    writeFileSync(join(folder, "file"), "");
    const stage = (name: string) => {
      const endpoint = new ReportEndpoint(sys, join(folder, name));
      return refusal(() => endpoint.write(REPORT, soon()));
    };
    expect(stage("loop")[0]).toBe("failed");
    expect(stage(".")).toEqual(["failed", `open ${folder}: EISDIR`]);
    expect(stage("file/hidg0")[0]).toBe("failed");
  });
});
