import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { Fault } from "../src/base/fault.ts";
import { createLog } from "../src/base/log.ts";
import { parseSettings } from "../src/config/load.ts";
import type { Settings } from "../src/config/schema.ts";
import { parseBatch } from "../src/control/events.ts";
import { Runner } from "../src/control/runner.ts";
import { Devices } from "../src/devices.ts";
import { EAGAIN } from "../src/ffi/errno.ts";
import { openSys } from "../src/ffi/sys.ts";
import type { EndpointPlaces } from "../src/hid/delivery.ts";
import { ENDPOINTS } from "../src/hid/descriptors.ts";
import { HidDevice } from "../src/hid/device.ts";
import { layoutOf } from "../src/hid/layout.ts";
import { SIMULATED_PORT } from "../src/hid/udc.ts";
import { SimulatedHost } from "../src/simulated/host.ts";
import { startVideoThread, startWriterThread } from "../src/threads.ts";
import type { Picture } from "../src/video/picture.ts";
import { Planes } from "../src/video/planes.ts";
import { Screen } from "../src/video/screen.ts";
import { partyOf } from "./control/party.ts";
import { until } from "./lab/guest/run.ts";
import { readText } from "./simulated/read.ts";
import { decode } from "./video/pictures.ts";

const sys = openSys();
const ME = partyOf("token", "me");
const never = new AbortController().signal;

function simulated(more = ""): Settings {
  const text = `[video]\nsource = "simulated"\nquality = 95\n${more}`;
  const parsed = parseSettings(text, "linkrd.toml");
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed.settings;
}

/** A log whose lines can be waited for: each call gives the next line that has `words`. */
function makeLog() {
  const lines: string[] = [];
  const waiters = new Set<() => void>();
  let from = 0;
  const log = createLog(
    () => "debug",
    (line) => {
      lines.push(line);
      for (const look of waiters) look();
    },
  );
  const next = (words: string): Promise<string> => {
    return new Promise((resolve) => {
      const look = () => {
        const at = lines.findIndex((line, index) => index >= from && line.includes(words));
        if (at < 0) return;
        from = at + 1;
        waiters.delete(look);
        resolve(lines[at] ?? "");
      };
      waiters.add(look);
      look();
    });
  };
  return { log, next };
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** The rows of the console in a picture of the simulated screen, read from its JPEG. */
function consoleOf({ jpeg, width, height }: Picture): string[] {
  const { layout } = new SimulatedHost({ width, height });
  const decoded = decode(jpeg(), "-grayscale");
  const planes = new Planes(width, height);
  for (let y = 0; y < height; y++) {
    const row = decoded.pixels.subarray(y * width, (y + 1) * width);
    planes.y.set(
      row.map((value) => (value > 127 ? 255 : 0)),
      y * planes.strideY,
    );
  }
  return readText(planes, layout.consoleText, layout.face);
}

const US = layoutOf("us");
const TEXTS = { layout: US, skip: false };

function runnerFor(devices: Devices): Runner {
  return new Runner({
    sink: devices.hid,
    layout: () => US,
    leds: () => devices.hid.leds,
    releaseAfterSeconds: () => 60,
  });
}

function faultOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Fault)) throw new Error(`no fault: ${error}`);
  return [error.code, error.details["stage"]];
}

describe("devices, simulated", () => {
  test("show what is typed in the next picture", async () => {
    const devices = new Devices(sys, makeLog().log);
    devices.start(simulated());
    const runner = runnerFor(devices);
    const before = await devices.screen.next(never);
    expect([before.width, before.height]).toEqual([1920, 1080]);
    expect(consoleOf(before)).toContain("$");
    // The pointer is moved away: it covers none of what is read.
    const events = [
      ["mouse_abs", 0, 1, 1, 0, 0],
      ["text", "Hello, {World}! 100% ~ok\n"],
      ["text", "second line"],
    ];
    await runner.run(parseBatch({ events }, TEXTS), ME, never);
    const after = await devices.screen.next(never);
    expect(
      consoleOf(after)
        .filter((row) => row !== "")
        .slice(-2),
    ).toEqual(["$ Hello, {World}! 100% ~ok", "$ second line"]);
    expect(after.version).toBeGreaterThan(before.version);
    expect(after.capturedUs).toBeGreaterThan(before.capturedUs);
    await devices.stop();
  });

  test("tell the keyboard's lights", async () => {
    const { log } = makeLog();
    const devices = new Devices(sys, log);
    devices.start(simulated());
    const press = (pressed: boolean) => ({ events: [["keyboard", "CapsLock", pressed]] });
    expect(devices.hid.leds).toBe(0);
    const runner = runnerFor(devices);
    await runner.run(parseBatch(press(true), TEXTS), ME, never);
    await runner.run(parseBatch(press(false), TEXTS), ME, never);
    // The lights come back on a way of their own, and a picture is later than they are.
    while (devices.hid.leds === 0) await devices.screen.next(never);
    expect(devices.hid.leds).toBe(0b10);
    await devices.stop();
  });

  test("stop both threads, close what they opened, and start again", async () => {
    const devices = new Devices(sys, makeLog().log);
    devices.start(simulated());
    await devices.screen.next(never);
    await devices.stop();
    const before = openDescriptors();
    for (let times = 0; times < 3; times++) {
      devices.start(simulated("[simulated]\nwidth = 320\nheight = 200\n"));
      const asked = devices.screen.next(never);
      expect(openDescriptors()).toBeGreaterThan(before);
      expect(await asked).toMatchObject({ width: 320, height: 200 });
      await devices.stop();
      // A thread that has no core to end on closes its own when it does.
      const closed = () => openDescriptors() === before || undefined;
      await until("what they opened to be closed", 20, closed);
    }
    const report = { endpoint: "mouse", bytes: new Uint8Array(5) } as const;
    const refused = devices.hid.send([report]).catch((error: unknown) => error);
    expect(await refused).toBeInstanceOf(Fault);
  });
});

describe("a thread that fails is told of and started again", () => {
  test("the writer, and what it had not read is not done late", async () => {
    const { log, next } = makeLog();
    const device = new HidDevice({
      write: (packet) => thread.send(packet),
      nowUs: () => 0,
      isUnplugged: () => false,
      wake: () => undefined,
    });
    const [keyboard, port] = sys.socketPair();
    const places = { keyboard, pointer: keyboard, mouse: keyboard, consumer: keyboard };
    const thread = startWriterThread({ sys, log, device }, places);
    const send = (first: number) => {
      return device.send([{ endpoint: "mouse", bytes: Uint8Array.of(first, 0, 0, 0, 0) }]);
    };
    await send(1);
    const failing = [
      // A packet too short to be one is a bug, and ends the thread.
      thread.send(Uint8Array.of(0)),
      send(2).catch(faultOf),
      send(3).catch(faultOf),
    ];
    const failed = ["no_hid", "failed"];
    expect(await Promise.all(failing)).toEqual([true, failed, failed]);
    expect(device.state(SIMULATED_PORT).stage).toBe("failed");
    expect(await next("started again")).toMatch(/the writer thread failed .*: .*\S/);
    await send(4);
    expect(device.state(SIMULATED_PORT).stage).toBe("ok");
    const report = new Uint8Array(8);
    const taken: number[] = [];
    while (sys.tryRead(port, report) > 0) taken.push(report[0] ?? 0);
    expect(taken).toEqual([1, 4]);
    await thread.stop();
    // The numbers of its descriptors may be somebody else's by now.
    const others = [sys.socketPair(), sys.socketPair()].flat();
    expect(thread.send(Uint8Array.of(0))).toBe(false);
    expect(others.map((fd) => sys.tryRead(fd, report))).toEqual(new Array(4).fill(-EAGAIN));
    for (const fd of others) sys.close(fd);
    sys.close(keyboard);
    sys.close(port);
  });

  test("the video thread, whose state says so meanwhile", async () => {
    const { log, next } = makeLog();
    const before = openDescriptors();
    const pairs = ENDPOINTS.map(() => sys.socketPair());
    const [keyboard = 0, pointer = 0, mouse = 0, consumer = 0] = pairs.map(([ours]) => ours);
    const ports = { keyboard, pointer, mouse, consumer };
    const screen = new Screen({
      order: (order) => void thread.send(order),
      nowUs: () => sys.monotonicUs(),
      inputUs: () => 0,
      log,
    });
    // A quality that libjpeg-turbo does not know ends the thread with the first picture.
    const settings = { width: 64, height: 48, fps: 30 };
    const work = { simulated: { settings, quality: 101, ports } };
    const thread = startVideoThread({ sys, log, screen }, work);
    await next("the picture is there");
    expect(await screen.next(never).then(() => "a picture", faultOf)).toEqual([
      "no_video",
      "failed",
    ]);
    expect(await next("started again")).toContain("the video thread failed");
    expect(screen.state.stage).toBe("failed");
    await next("the picture is there");
    expect(screen.state.stage).toBe("ok");
    await thread.stop();
    for (const fd of pairs.flat()) sys.close(fd);
    expect(openDescriptors()).toBe(before);
  });

  test("one that is stopped while it waits to be started again stays stopped", async () => {
    const { log, next } = makeLog();
    const before = openDescriptors();
    const device = new HidDevice({
      write: () => false,
      nowUs: () => 0,
      isUnplugged: () => false,
      wake: () => undefined,
    });
    const places = Object.fromEntries(
      ENDPOINTS.map((one) => [one, `/dev/null/${one}`]),
    ) as EndpointPlaces;
    const thread = startWriterThread({ sys, log, device }, places);
    thread.send(Uint8Array.of(0));
    await next("started again");
    await thread.stop();
    expect(openDescriptors()).toBe(before);
  });
});
