import { expect, jest, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { HidDevice } from "../../src/hid/device.ts";
import { packReports } from "../../src/hid/packet.ts";
import { SIMULATED_PORT } from "../../src/hid/udc.ts";

const REPORT = { endpoint: "mouse", bytes: Uint8Array.of(0, 1, 2, 3, 4) } as const;

/** A device whose packets are kept, as many as fit. */
function setUp(room = Number.POSITIVE_INFINITY) {
  const packets: Uint8Array[] = [];
  const [clock, plug] = [{ us: 0 }, { isOut: false, woken: 0 }];
  const device = new HidDevice({
    write: (packet) => packets.length < room && packets.push(packet) > 0,
    nowUs: () => clock.us,
    isUnplugged: () => plug.isOut,
    wake: () => void plug.woken++,
  });
  return { device, packets, clock, plug };
}

function faultOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Fault)) throw new Error(`no fault: ${error}`);
  return [error.code, error.details["stage"]];
}

/** `done`, or the fault of a call. */
function outcome(call: Promise<void>): Promise<unknown> {
  return call.then(() => "done", faultOf);
}

test("each call is a packet of its own, and ends with its own answer", async () => {
  const { device, packets } = setUp();
  const calls = [1, 2, 3].map(() => outcome(device.send([REPORT])));
  expect(packets).toEqual([1, 2, 3].map((call) => packReports(call, [REPORT])));
  device.receive({ kind: "taken", call: 2 });
  expect(await calls[1]).toBe("done");
  device.receive({ kind: "failed", call: 3, stage: "host asleep", detail: "/dev/hidg2" });
  expect(await calls[2]).toEqual(["no_hid", "host asleep"]);
  device.receive({ kind: "taken", call: 1 });
  expect(await calls[0]).toBe("done");
});

test("when the host took input is known, and of reports that failed it may have taken some", () => {
  const { device, clock } = setUp();
  expect(device.takenUs).toBe(0);
  clock.us = 70;
  device.receive({ kind: "leds", leds: 1 });
  expect(device.takenUs).toBe(0);
  device.receive({ kind: "taken", call: 1 });
  expect(device.takenUs).toBe(70);
  clock.us = 90;
  device.receive({ kind: "failed", call: 2, stage: "host asleep", detail: "" });
  expect(device.takenUs).toBe(90);
});

test("the stage is that of the last answer", () => {
  const { device } = setUp();
  expect(device.state(SIMULATED_PORT).stage).toBe("ok");
  device.receive({ kind: "failed", call: 1, stage: "no gadget", detail: "" });
  expect(device.state(SIMULATED_PORT).stage).toBe("no gadget");
  device.receive({ kind: "taken", call: 2 });
  expect(device.state(SIMULATED_PORT).stage).toBe("ok");
});

test("a gadget that is there and has no nodes is unplugged", async () => {
  const { device, plug } = setUp();
  plug.isOut = true;
  const call = outcome(device.send([REPORT]));
  device.receive({ kind: "failed", call: 1, stage: "no gadget", detail: "" });
  expect(await call).toEqual(["no_hid", "unplugged"]);
  expect(device.state(SIMULATED_PORT).stage).toBe("unplugged");
  device.receive({ kind: "taken", call: 9 });
  const port = { controller: "dummy_udc.0", state: "not attached" };
  expect(device.state(port).stage).toBe("unplugged");
  plug.isOut = false;
  expect(device.state(port).stage).toBe("host off");
  device.receive({ kind: "failed", call: 2, stage: "host off", detail: "" });
  expect(device.state(SIMULATED_PORT).stage).toBe("host off");
});

test("it is busy until the host has taken all", async () => {
  const { device } = setUp();
  expect(device.isBusy).toBe(false);
  const calls = [1, 2].map(() => outcome(device.send([REPORT])));
  device.receive({ kind: "taken", call: 1 });
  expect(device.isBusy).toBe(true);
  device.receive({ kind: "failed", call: 2, stage: "host off", detail: "" });
  expect(device.isBusy).toBe(false);
  await Promise.all(calls);
});

test("while calls succeed, the stage is what the device controller says", () => {
  const { device } = setUp();
  const stage = (state: string) => device.state({ controller: "dummy_udc.0", state }).stage;
  const states = ["configured", "suspended", "not attached", "default", "addressed"];
  expect(states.map(stage)).toEqual(["ok", "host asleep", "host off", "ok", "ok"]);
  device.receive({ kind: "failed", call: 1, stage: "no gadget", detail: "" });
  expect(stage("suspended")).toBe("no gadget");
});

test("without a controller there is no gadget, unless something else takes reports", () => {
  const { device, clock } = setUp();
  expect(device.state(undefined).stage).toBe("no gadget");
  clock.us = 90;
  device.receive({ kind: "taken", call: 1 });
  expect(device.state(undefined).stage).toBe("ok");
});

test("a call that is called off ends with the reason, as the writer thread says it", async () => {
  const { device, packets } = setUp();
  const client = new AbortController();
  const before = device.send([REPORT], client.signal);
  device.receive({ kind: "taken", call: 1 });
  await before;
  const [off, release] = [device.send([REPORT], client.signal), device.send([REPORT])];
  expect(device.cancelled[0]).toBe(0);
  client.abort(new Error("client gone"));
  expect(device.cancelled[0]).toBe(2);
  device.receive({ kind: "cancelled", call: 2 });
  await expect(off).rejects.toThrow("client gone");
  device.receive({ kind: "taken", call: 3 });
  await release;
  await expect(device.send([REPORT], client.signal)).rejects.toThrow("client gone");
  expect(packets).toHaveLength(3);
  expect(device.reports.entries()).toEqual([
    ["taken", 2],
    ["cancelled", 1],
  ]);
});

test("a host that takes no input for a moment is woken, and not by what lets go", async () => {
  jest.useFakeTimers();
  const { device, plug } = setUp();
  const { signal } = new AbortController();
  const [fast, slow, release] = [
    device.send([REPORT], signal),
    device.send([REPORT], signal),
    device.send([REPORT]),
  ];
  device.receive({ kind: "taken", call: 1 });
  await fast;
  jest.advanceTimersByTime(99);
  expect(plug.woken).toBe(0);
  jest.advanceTimersByTime(1000);
  expect(plug.woken).toBe(1);
  device.receive({ kind: "taken", call: 2 });
  device.receive({ kind: "taken", call: 3 });
  await Promise.all([slow, release]);
  jest.useRealTimers();
});

test("a full letterbox is too many, and nothing waits for it", async () => {
  const { device } = setUp(1);
  const first = outcome(device.send([REPORT]));
  expect(await outcome(device.send([REPORT]))).toEqual(["too_many", undefined]);
  device.receive({ kind: "taken", call: 1 });
  expect(await first).toBe("done");
});

test("when the writer thread is gone, all who wait are told", async () => {
  const { device } = setUp();
  const calls = [device.send([REPORT]), device.send([REPORT])].map(outcome);
  device.fail("the writer thread: a bug");
  const failed = ["no_hid", "failed"];
  expect(device.cancelled[0]).toBe(0);
  expect(await Promise.all(calls)).toEqual([failed, failed]);
  expect(device.state(SIMULATED_PORT).stage).toBe("failed");
  const next = outcome(device.send([REPORT]));
  device.receive({ kind: "taken", call: 3 });
  expect(await next).toBe("done");
});

test("a thread that is to go does not do to its end what was called for meanwhile", async () => {
  const { device } = setUp();
  const { signal } = new AbortController();
  const call = outcome(device.send([REPORT], signal));
  device.fail("it is being stopped");
  expect(device.cancelled[0]).toBe(1);
  expect(await call).toEqual(["no_hid", "failed"]);
});

test("lights are kept, and answer no call", () => {
  const { device } = setUp();
  expect(device.leds).toBe(0);
  device.receive({ kind: "leds", leds: 0b101 });
  expect(device.leds).toBe(0b101);
});

test("an answer that nobody waits for is let be", () => {
  const { device } = setUp();
  expect(() => device.receive({ kind: "taken", call: 99 })).not.toThrow();
});
