/**
 * A host that falls asleep in the middle of input: the real writer thread, sockets for endpoints.
 */
import { expect, test } from "bun:test";
import { setImmediate } from "node:timers/promises";
import { createLog } from "../../src/base/log.ts";
import { Runner } from "../../src/control/runner.ts";
import { openSys } from "../../src/ffi/sys.ts";
import { ENDPOINTS, type Endpoint } from "../../src/hid/descriptors.ts";
import { HidDevice } from "../../src/hid/device.ts";
import { layoutOf, strokesOf } from "../../src/hid/layout.ts";
import { type DeviceThread, startWriterThread } from "../../src/threads.ts";
import { partyOf } from "../control/party.ts";
import { until } from "../lab/guest/run.ts";

const sys = openSys();
const US = layoutOf("us");
const ME = partyOf("token", "me");
const { signal } = new AbortController();

function typed(characters: string) {
  const { strokes } = strokesOf(characters, US);
  return { kind: "text", strokes, characters: characters.length, skipped: 0 } as const;
}

function setUp() {
  const pairs = ENDPOINTS.map((endpoint) => [endpoint, sys.socketPair()] as const);
  const ends = (index: 0 | 1) => {
    const list = pairs.map(([endpoint, pair]) => [endpoint, pair[index]]);
    return Object.fromEntries(list) as Record<Endpoint, number>;
  };
  const [places, ports] = [ends(0), ends(1)];
  let thread: DeviceThread | undefined;
  const device = new HidDevice({
    write: (packet) => thread?.send(packet) ?? false,
    nowUs: () => 0,
    isUnplugged: () => false,
    wake: () => undefined,
  });
  const log = createLog(
    () => "error",
    () => undefined,
  );
  thread = startWriterThread({ sys, log, device }, places);
  const runner = new Runner({
    sink: device,
    layout: () => US,
    leds: () => 0,
    releaseAfterSeconds: () => 60,
  });
  /** What the host takes when it polls its keyboard: in hex, without zeros at the end. */
  const poll = () => {
    const [report, taken]: [Uint8Array, string[]] = [new Uint8Array(64), []];
    for (;;) {
      const length = sys.tryRead(ports.keyboard, report);
      if (length <= 0) return taken;
      taken.push(
        report
          .subarray(0, length)
          .toHex()
          .replace(/(00)+$/, ""),
      );
    }
  };
  return { runner, device, places, poll, stop: () => thread?.stop() };
}

test("what it missed never comes, it is told to let go, and the next text is exact", async () => {
  const { runner, device, places, poll, stop } = setUp();
  await runner.run([{ kind: "key", usage: 0xe0, pressed: true }, typed("a")], ME, signal);
  expect(poll()).toEqual(["01", "", "000004", "01"]);
  const marker = Uint8Array.of(0x77);
  let asleep = 0;
  while (sys.tryWrite(places.keyboard, marker) > 0) asleep++;
  const missed = runner.run([typed("never")], ME, signal).catch((error: unknown) => error);
  expect(await missed).toMatchObject({ code: "no_hid" });
  expect(runner.holdings).toEqual({ keys: [], modifiers: 0, buttons: 0 });
  expect(device.state(undefined).stage).toBe("host asleep");
  // It wakes: what it was sent before it slept, and then, without anybody asking, the release.
  expect(poll()).toEqual(Array(asleep).fill("77"));
  const first = await until("the release", 5, async () => {
    const taken = poll();
    return taken.length > 0 ? taken : undefined;
  });
  await runner.run([typed("b")], ME, signal);
  const all = [...first, ...poll()];
  // Twice, when the first one was taken in the moment in which it was given up.
  const releases = all.slice(0, all.indexOf("000005"));
  expect(new Set(releases)).toEqual(new Set([""]));
  expect(all.slice(releases.length)).toEqual(["000005", ""]);
  await stop();
}, 30_000);

test("a text whose client leaves stops where the host is, and is let go of", async () => {
  const { runner, poll, stop } = setUp();
  const client = new AbortController();
  const text = typed("a".repeat(1024));
  // More than the host's port keeps: it takes a part and waits.
  const run = runner.run([text], ME, client.signal);
  const taken = await until("the port to be full", 5, async () => {
    const some = poll();
    return some.length > 0 ? some : undefined;
  });
  client.abort(new Error("client gone"));
  const over = run.catch(() => "over");
  // It goes on polling: what is not called off would all be taken.
  await until("the text to be over", 5, async () => {
    taken.push(...poll());
    return await Promise.race([over, setImmediate().then(() => undefined)]);
  });
  await expect(run).rejects.toThrow("client gone");
  taken.push(...poll());
  expect(taken.length).toBeLessThan(2 * text.strokes.length);
  expect(taken.at(-1)).toBe("");
  await runner.run([typed("b")], ME, signal);
  expect(poll()).toEqual(["000005", ""]);
  await stop();
}, 30_000);
