import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Arbiter } from "../../src/control/arbiter.ts";
import { Runner } from "../../src/control/runner.ts";
import { layoutOf } from "../../src/hid/layout.ts";
import { unpackOrder } from "../../src/video/messages.ts";
import { Screen } from "../../src/video/screen.ts";
import { ask, openWorld, type Seen, type World } from "./world.ts";

const US = layoutOf("us");

let world: World;
let both: string;

beforeAll(async () => {
  world = await openWorld();
  both = await world.token("both", ["view", "control"]);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface How {
  readonly token?: string;
  readonly screen?: Screen;
  /** What takes the reports, instead of the simulated host. */
  readonly host?: () => Promise<void>;
}

async function act(query: string, how: How = {}): Promise<Seen> {
  const headers = { authorization: `token ${how.token ?? both}` };
  const body = '{"events":[["text","a"]]}';
  const { host, screen = world.parts.screen } = how;
  const options = { layout: () => US, leds: () => 0, releaseAfterSeconds: () => 60 };
  const runner = host && new Runner({ ...options, sink: { send: host } });
  const monotonic = () => performance.now();
  const arbiter = runner ? new Arbiter({ runner, monotonic }) : world.parts.arbiter;
  const parts = { ...world.parts, screen, arbiter };
  return await ask(parts, `/api/public/control${query}`, { method: "POST", headers, body });
}

describe("control with then=snapshot", () => {
  test("answers with the picture, whether it settled and what changed", async () => {
    const { status, headers } = await act("?then=snapshot&report=1&settle=60");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "image/jpeg",
      "x-frame-size": "320x240",
      "x-settled": "true",
      "x-changed": "true",
    });
    expect(headers["x-report"]).toMatch(/^events=1, characters=1, milliseconds=\d+$/);
    expect(headers["etag"]).toMatch(/^"epoch-\d+"$/);
    const quiet = await act("?then=snapshot&settle=10000&most=40");
    expect([quiet.status, quiet.headers["x-settled"]]).toEqual([200, "false"]);
    expect(quiet.headers["x-report"]).toBeUndefined();
  });

  test("renders it as a snapshot would be", async () => {
    const { headers } = await act("?then=snapshot&crop=0,32,160,100&width=80&settle=40");
    expect(headers["x-frame-size"]).toBe("80x50");
    expect(headers["etag"]).toMatch(/^"epoch-\d+-\w+"$/);
  });

  test("is for those who may also view", async () => {
    const token = await world.token("blind", ["control"]);
    const { status, body } = await act("?then=snapshot", { token });
    expect([status, JSON.parse(body)]).toEqual([
      403,
      { code: 403, data: null, message: "No Permission" },
    ]);
    expect((await act("", { token })).status).toBe(200);
  });

  test("does the batch without a picture too, and says both", async () => {
    const screen = new Screen({ ...world.parts, inputUs: () => 0, order: () => undefined });
    screen.receive({ kind: "state", state: { stage: "no signal" } });
    const { status, body } = await act("?then=snapshot&most=60", { screen });
    expect(status).toBe(503);
    const { data, message } = JSON.parse(body);
    expect(data).toMatchObject({ stage: "no signal", report: { events: 1, characters: 1 } });
    expect(message).toStartWith("all events were done, but there is no picture: no signal on");
    expect(world.parts.runner.holdings).toEqual({ keys: [], modifiers: 0, buttons: 0 });
  });

  test("sees the picture that the batch has brought back", async () => {
    const { nowUs, log } = world.parts;
    const screen: Screen = new Screen({
      nowUs,
      inputUs: () => 0,
      log,
      order: (order) => {
        if (unpackOrder(order).kind === "frame") queueMicrotask(frame);
      },
    });
    let sequence = 0;
    const size = { width: 64, height: 64 };
    const frame = () => {
      const facts = { number: 1, sequence: ++sequence, capturedUs: nowUs() };
      const [header, strips] = [new Uint8Array(4), [{ index: 0, data: new Uint8Array(8) }]];
      if (sequence > 1) screen.receive({ kind: "same", ...facts });
      else screen.receive({ kind: "strips", ...facts, ...size, header, strips });
    };
    screen.receive({ kind: "state", state: { stage: "no signal" } });
    const mode = { device: "d", driver: "d", format: "YUYV", tellsSignal: true, ...size };
    const wake = async () => screen.receive({ kind: "state", state: { stage: "ok", mode } });
    const { status, headers } = await act("?then=snapshot&settle=20", { screen, host: wake });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "x-settled": "true", "x-changed": "true" });
  });

  test.each([
    ["?then=nothing", "then: the one thing to do then is snapshot"],
    ["?settle=100", "settle: it goes with then=snapshot"],
    ["?quality=80", "quality: it goes with then=snapshot"],
    ["?then=snapshot&settle=10001", "settle: give a whole number from 0 to 10000"],
    ["?then=snapshot&most=60001", "most: give a whole number from 0 to 60000"],
    ["?then=snapshot&crop=300,0,100,100", "crop: it does not lie within the picture"],
  ])("is refused before anything is done: %s", async (query, message) => {
    await act("?then=snapshot&settle=0&most=0");
    const { version } = await world.parts.screen.next(new AbortController().signal);
    const { status, body } = await act(query);
    expect(status).toBe(400);
    expect(JSON.parse(body).message).toStartWith(message);
    const changes = world.parts.screen.changesSince(version);
    const strips = changes && "strips" in changes ? changes.strips.map(({ index }) => index) : [];
    expect(strips.filter((index) => index > 2)).toEqual([]);
  });
});
