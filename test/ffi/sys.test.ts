import { afterAll, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alignMemory } from "../../src/ffi/buffers.ts";
import { EAGAIN } from "../../src/ffi/errno.ts";
import { addressOf } from "../../src/ffi/memory.ts";
import { RowTable } from "../../src/ffi/rows.ts";
import { OPEN, openSys, POLL, PollSet } from "../../src/ffi/sys.ts";
import { hasSlices } from "../slices.ts";

const root = join(import.meta.dir, "../..");
const folder = mkdtempSync(join(tmpdir(), "linkrd-sys-"));
const sys = openSys();

afterAll(() => rmSync(folder, { recursive: true }));

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The next message, as text; what the call answered if it is none. */
function receive(fd: number): string | number {
  const target = new Uint8Array(16);
  const size = sys.tryRead(fd, target);
  return size > 0 ? new TextDecoder().decode(target.subarray(0, size)) : size;
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

describe("errors", () => {
  test("try… answers -errno", () => {
    const readOnly = sys.open("/dev/null", OPEN.readOnly);
    expect(sys.tryRead(-1, new Uint8Array(1))).toBe(-9); // EBADF
    expect(sys.tryWrite(readOnly, new Uint8Array(1))).toBe(-9);
    expect(sys.tryIoctl(readOnly, 0x80685600, new Uint8Array(104))).toBe(-25); // ENOTTY
    sys.close(readOnly);
  });

  test("the others throw what failed, on what, and how", () => {
    const missing = join(folder, "missing");
    expect(() => sys.open(missing, OPEN.readOnly)).toThrow(`open ${missing}: ENOENT`);
    expect(() => sys.close(1_000_000)).toThrow("close descriptor 1000000: EBADF");
    const device = sys.open("/dev/null", OPEN.readWrite);
    expect(() => sys.map(device, 4096, 0)).toThrow("mmap a capture buffer: ENODEV");
    sys.close(device);
  });

  test("writing to a closed socket is an answer, not a signal", () => {
    const [ours, theirs] = sys.socketPair();
    sys.close(theirs);
    expect(sys.tryWrite(ours, bytes("x"))).toBe(-32); // EPIPE
    sys.close(ours);
  });
});

describe("socket pairs", () => {
  test("keep the boundaries of messages, both ways", () => {
    const [ours, theirs] = sys.socketPair();
    for (const text of ["one", "two and", "3"]) sys.tryWrite(ours, bytes(text));
    sys.tryWrite(theirs, bytes("back"));
    expect([receive(theirs), receive(theirs), receive(theirs)]).toEqual(["one", "two and", "3"]);
    expect([receive(theirs), receive(ours)]).toEqual([-EAGAIN, "back"]);
    sys.close(ours);
    sys.close(theirs);
  });

  test("end after what was said before they were closed", () => {
    const [ours, theirs] = sys.socketPair();
    sys.tryWrite(ours, bytes("last"));
    sys.close(ours);
    expect([receive(theirs), receive(theirs), receive(theirs)]).toEqual(["last", 0, 0]);
    sys.close(theirs);
  });

  test("say so when they are full, and lose nothing", () => {
    const [ours, theirs] = sys.socketPair();
    let sent = 0;
    while (sys.tryWrite(ours, Uint8Array.of(sent & 0xff)) === 1) sent++;
    expect(sys.tryWrite(ours, Uint8Array.of(0))).toBe(-EAGAIN);
    const target = new Uint8Array(1);
    let received = 0;
    while (sys.tryRead(theirs, target) === 1) expect(target[0]).toBe(received++ & 0xff);
    expect(received).toBe(sent);
    expect(sent).toBeGreaterThan(64);
    sys.close(ours);
    sys.close(theirs);
  });
});

describe("poll", () => {
  test("tells which descriptor is ready, and for what", () => {
    const [ours, theirs] = sys.socketPair();
    const set = new PollSet([
      [ours, POLL.in],
      [-1, POLL.in],
      [theirs, POLL.in | POLL.out],
    ]);
    expect(sys.poll(set, 0)).toBe(1);
    expect([0, 1, 2].map((index) => set.ready(index))).toEqual([0, 0, POLL.out]);
    sys.tryWrite(theirs, bytes("x"));
    expect(sys.poll(set, 0)).toBe(2);
    expect(set.ready(0)).toBe(POLL.in);
    sys.close(theirs);
    set.set(2, theirs, POLL.in);
    sys.poll(set, 0);
    expect(set.ready(0)).toBe(POLL.in | POLL.hangup);
    expect(set.ready(2)).toBe(POLL.invalid);
    sys.close(ours);
  });

  test("waits as long as it is told to", () => {
    const [ours, theirs] = sys.socketPair();
    const before = sys.monotonicUs();
    expect(sys.poll(new PollSet([[ours, POLL.in]]), 20)).toBe(0);
    const waitedUs = sys.monotonicUs() - before;
    expect(waitedUs).toBeGreaterThanOrEqual(20_000);
    sys.close(ours);
    sys.close(theirs);
  });
});

test("a thread steps back alone, and no further than there is", async () => {
  const code = `
    import { readdirSync, readFileSync } from "node:fs";
    import { openSys } from ${JSON.stringify(join(import.meta.dir, "../../src/ffi/sys.ts"))};
    const niceOf = (task) =>
      readFileSync("/proc/self/task/" + task + "/stat", "utf8").split(") ")[1].split(" ")[16];
    openSys().stepBack(19);
    const others = readdirSync("/proc/self/task").filter((task) => task !== String(process.pid));
    const areAsBefore = others.every((task) => niceOf(task) === "0");
    console.log(niceOf(process.pid), others.length > 0 && areAsBefore);
  `;
  const { stdout } = Bun.spawnSync([process.execPath, "-e", code]);
  expect(stdout.toString()).toBe("19 true\n");
});

test("a thread that may not move stays where it is", () => {
  const code = `
    import { readFileSync } from "node:fs";
    import { openSys } from ${JSON.stringify(join(import.meta.dir, "../../src/ffi/sys.ts"))};
    const sys = openSys();
    sys.stepBack(5);
    sys.stepBack(0);
    console.log(readFileSync("/proc/thread-self/stat", "utf8").split(") ")[1].split(" ")[16]);
  `;
  const unprivileged = ["setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice"];
  const words = process.geteuid?.() === 0 ? unprivileged : [];
  const { stdout, stderr } = Bun.spawnSync([...words, process.execPath, "-e", code]);
  expect([stdout.toString(), stderr.toString()]).toEqual(["5\n", ""]);
});

test.if(hasSlices)("a thread that goes first has the shortest slices, alone", () => {
  const code = `
    import { openSys } from ${JSON.stringify(join(import.meta.dir, "../../src/ffi/sys.ts"))};
    import { sliceOf } from ${JSON.stringify(join(import.meta.dir, "../slices.ts"))};
    const before = sliceOf("thread-self");
    openSys().goFirst();
    const child = Bun.spawn(["sleep", "10"]);
    console.log(String(sliceOf("thread-self")), sliceOf(String(child.pid)) === before);
    child.kill();
  `;
  const { stdout, stderr } = Bun.spawnSync([process.execPath, "-e", code]);
  expect([stdout.toString(), stderr.toString()]).toEqual(["100000 true\n", ""]);
});

test("a thread that is scheduled in another way does not go first", () => {
  const code = `
    import { openSys } from ${JSON.stringify(join(import.meta.dir, "../../src/ffi/sys.ts"))};
    openSys().goFirst();
    console.log("as it was");
  `;
  const { stdout, stderr } = Bun.spawnSync(["chrt", "--idle", "0", process.execPath, "-e", code]);
  expect([stdout.toString(), stderr.toString()]).toEqual(["as it was\n", ""]);
});

test("the clock counts microseconds since the machine was started", () => {
  const uptimeUs = () => Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1_000_000;
  // /proc/uptime has hundredths of a second, and unlike CLOCK_MONOTONIC counts suspension.
  const [before, now] = [sys.monotonicUs(), uptimeUs()];
  expect(before).toBeLessThan(now + 10_000);
  while (uptimeUs() < now + 30_000);
  const passed = sys.monotonicUs() - before;
  expect(passed).toBeGreaterThan(20_000);
});

describe("memory", () => {
  test("is mapped at an offset, copied and unmapped", () => {
    const file = join(folder, "pages");
    writeFileSync(file, Buffer.concat([Buffer.alloc(4096, "a"), Buffer.alloc(4096, "b")]));
    const fd = sys.open(file, OPEN.readWrite);
    const address = sys.map(fd, 4096, 4096);
    const target = new Uint8Array(5);
    sys.copy(target, address + 4092, 4);
    expect([...target]).toEqual([98, 98, 98, 98, 0]);
    expect(() => sys.copy(target, address, 6)).toThrow(RangeError);
    sys.unmap(address, 4096);
    sys.close(fd);
  });

  test("is mapped side by side in what was reserved, and unmapped as one", () => {
    const file = join(folder, "sides");
    const size = alignMemory(1);
    writeFileSync(file, Buffer.concat([Buffer.alloc(size, "a"), Buffer.alloc(size, "b")]));
    const fd = sys.open(file, OPEN.readWrite);
    const address = sys.reserve(2 * size);
    expect(sys.map(fd, size, size, address)).toBe(address);
    expect(sys.map(fd, size, 0, address + size)).toBe(address + size);
    const target = new Uint8Array(2);
    sys.copy(target, address + size - 1, 2);
    expect(Buffer.from(target).toString()).toBe("ba");
    sys.unmap(address, 2 * size);
    sys.close(fd);
  });

  test("takes no changes into a copy that is too short", () => {
    const rows = new RowTable([{ start: 0, stride: 8, length: 6, count: 3, perRow: 1 }], 2);
    expect(rows.bytes).toBe(22);
    expect(() => sys.takeChanges(new Uint8Array(21), 0, rows, new Uint8Array(2))).toThrow(
      RangeError,
    );
  });

  test("differs in a single bit, at either end", () => {
    const one = new Uint8Array(1000).fill(7);
    for (const at of [0, 1, 500, 999]) {
      const other = one.slice();
      const address = addressOf(other);
      expect(sys.differs(one, address)).toBe(false);
      other[at] = 6;
      expect(sys.differs(one, address)).toBe(true);
    }
  });
});

describe("limited range becomes full range", () => {
  const all = Uint8Array.from({ length: 256 }, (_, value) => value);
  const bounded = (value: number) => Math.min(255, Math.max(0, value));

  test("of luma, rounded to the nearest for each of the 256 values", () => {
    const target = new Uint8Array(256);
    sys.expandLuma(all, target);
    const truth = [...all].map((value) => Math.round(bounded(((value - 16) * 255) / 219)));
    expect([...target]).toEqual(truth);
  });

  test("of chroma, neutral stays neutral and both ends are reached", () => {
    const target = new Uint8Array(256);
    sys.expandChroma(all, target);
    const truth = [...all].map((value) => {
      const expanded = bounded(((value - 128) * 255) / 224 + 128);
      // The one tie, 0.5 at the lower end, goes outwards as 255.5 at the upper end does.
      return value === 16 ? 0 : Math.round(expanded);
    });
    expect([...target]).toEqual(truth);
    expect([target[16], target[128], target[240]]).toEqual([0, 128, 255]);
  });

  test("in a target that is long enough", () => {
    expect(() => sys.expandLuma(all, new Uint8Array(255))).toThrow(RangeError);
    expect(() => sys.expandChroma(all, new Uint8Array(255))).toThrow(RangeError);
  });
});

describe("the native library", () => {
  test("is opened again and again without a descriptor more", () => {
    const before = openDescriptors();
    for (let times = 0; times < 10; times++) expect(openSys().monotonicUs()).toBeGreaterThan(0);
    expect(openDescriptors()).toBe(before);
  });

  test("leaves nothing in the folder of temporary files", () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const script = `
      import { openSys } from ${JSON.stringify(join(root, "src/ffi/sys.ts"))};
      if (openSys().monotonicUs() > 0) process.exit(7);
    `;
    const environment = { ...process.env, TMPDIR: empty, BUN_TMPDIR: empty };
    const { exitCode } = Bun.spawnSync([process.execPath, "-e", script], { env: environment });
    expect(exitCode).toBe(7);
    expect(readdirSync(empty)).toEqual([]);
  });

  test("is clean under the address and undefined-behaviour sanitizers", () => {
    const program = join(folder, "sanitized");
    const flags = "-std=gnu17 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all";
    const natives = ["sys", "changes", "standstill", "range", "deliver"].map(
      (name) => `native/${name}.c`,
    );
    const sources = [...natives, "test/ffi/sanitized.c"];
    const command = ["gcc", ...flags.split(" "), "-o", program, ...sources];
    const made = Bun.spawnSync(command, { cwd: root });
    expect(made.stderr.toString()).toBe("");
    const mapped = join(folder, "mapped");
    copyFileSync(program, mapped);
    const run = Bun.spawnSync([program, mapped]);
    expect([run.exitCode, run.stderr.toString()]).toEqual([0, ""]);
  });
});
