import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { LIMITS } from "../../src/base/limits.ts";
import { createApp } from "../../src/http/app.ts";
import type { Env } from "../../src/http/route.ts";
import { listenTcp } from "../../src/http/serve.ts";
import { Screen } from "../../src/video/screen.ts";
import type { Stage } from "../../src/video/signal.ts";
import type { StatePicture } from "../../src/video/state-picture.ts";
import { decode } from "../video/pictures.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let app: Hono<Env>;

beforeAll(async () => {
  world = await openWorld();
  app = createApp(world.parts);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function open(token: string, to = app): Promise<Response> {
  const headers = { authorization: `token ${token}`, host: "127.0.0.1" };
  const request = new Request("http://127.0.0.1/api/public/stream", { headers });
  return await to.fetch(request, {
    peer: "192.0.2.7",
    secure: true,
    unhurried: () => undefined,
    upgrade: () => undefined,
  });
}

/** The parts of a stream, each whole as the server hands it on. */
function partsOf(response: Response): Reader {
  if (response.body === null) throw new Error("the answer has no body");
  return response.body.getReader();
}

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** A screen that answers each order at once with a picture, of its number `length` times. */
function ownScreen(length = 1) {
  let sequence = 0;
  const screen: Screen = new Screen({
    order: () => {
      const capturedUs = world.parts.nowUs();
      const bytes = new Uint8Array(length + 4).fill(++sequence);
      bytes.set([0xff, 0xd8]);
      bytes.set([0xff, 0xd9], length + 2);
      const picture = {
        kind: "jpeg",
        number: sequence,
        sequence,
        capturedUs,
        width: 64,
        height: 48,
        bytes,
      } as const;
      setImmediate(() => screen.receive(picture));
    },
    nowUs: world.parts.nowUs,
    inputUs: () => 0,
    log: world.parts.log,
  });
  const names = { device: "/dev/video0", driver: "d", format: "MJPG" };
  const mode = { ...names, width: 64, height: 48, tellsSignal: true };
  return {
    screen,
    app: createApp({ ...world.parts, screen }),
    ok: () => screen.receive({ kind: "state", state: { stage: "ok", mode } }),
    tell: (stage: Stage, drawn: StatePicture) =>
      screen.receive({ kind: "state", state: { stage }, drawn }),
  };
}

/** A drawn picture, told from others by one byte. */
function drawn(byte: number): StatePicture {
  return { bytes: Uint8Array.of(0xff, 0xd8, byte, 0xff, 0xd9), width: 1280, height: 720 };
}

interface Part {
  readonly head: string;
  readonly jpeg: Uint8Array;
}

async function next(reader: Reader): Promise<Part> {
  const { value } = await reader.read();
  if (value === undefined) throw new Error("the stream is over");
  const head = Buffer.from(value).toString("latin1").split("\r\n\r\n", 1)[0] ?? "";
  return { head, jpeg: value.subarray(head.length + 4, value.length - 2) };
}

describe("a stream", () => {
  test("has a part for each picture, with its length, and each is a JPEG", async () => {
    const response = await open(await world.token("parts", ["view"]));
    expect(response.status).toBe(200);
    const type = response.headers.get("content-type");
    expect(type).toBe("multipart/x-mixed-replace;boundary=linkrd-frame");
    const reader = partsOf(response);
    let last = -1;
    for (let times = 0; times < 4; times++) {
      const { head, jpeg } = await next(reader);
      const [boundary, ...lines] = head.split("\r\n");
      const fields = Object.fromEntries(lines.map((line) => line.split(": ", 2)));
      expect([boundary, fields["Content-Type"]]).toEqual(["--linkrd-frame", "image/jpeg"]);
      expect(fields["Content-Length"]).toBe(`${jpeg.length}`);
      expect(fields["X-Frame-Size"]).toBe("320x240");
      expect(Number(fields["X-Frame-Sequence"])).toBeGreaterThan(last);
      last = Number(fields["X-Frame-Sequence"]);
      expect(decode(jpeg).width).toBe(320);
    }
    await reader.cancel();
  });

  test("says what is missing while there is no picture, and goes on with one", async () => {
    const own = ownScreen();
    own.tell("no cable", drawn(100));
    const reader = partsOf(await open(await world.token("states", ["view"]), own.app));
    const seen = async () => {
      const { head, jpeg } = await next(reader);
      const state = /^X-Frame-State: (.*)$/m.exec(head)?.[1]?.trim();
      const isNumbered = /^X-Frame-Sequence: /m.test(head);
      return { state, isNumbered, size: /^X-Frame-Size: (\S+)/m.exec(head)?.[1], byte: jpeg[2] };
    };
    const stated = (state: Stage, byte: number) => {
      return { state, isNumbered: false, size: "1280x720", byte };
    };
    expect(await seen()).toEqual(stated("no cable", 100));
    own.tell("no signal", drawn(101));
    expect(await seen()).toEqual(stated("no signal", 101));
    const shownMs = performance.now();
    expect(await seen()).toEqual(stated("no signal", 101));
    expect(performance.now() - shownMs).toBeGreaterThan(LIMITS.stream_silence_ms_max - 50);
    own.ok();
    expect(await seen()).toEqual({ state: undefined, isNumbered: true, size: "64x48", byte: 1 });
    own.tell("stalled", drawn(102));
    expect(await seen()).toEqual(stated("stalled", 102));
    await reader.cancel();
  });

  test("is whole to a client that falls behind", async () => {
    const own = ownScreen(1_000_000);
    own.ok();
    const listener = listenTcp(own.app, "127.0.0.1", 0);
    const headers = { authorization: `token ${await world.token("behind", ["view"])}` };
    const answer = await fetch(`${listener.address}/api/public/stream`, { headers });
    // More than the kernel's buffers take: the rest of a part waits in the daemon.
    let received = Buffer.alloc(0);
    let last = 0;
    for await (const chunk of answer.body ?? expect.unreachable()) {
      received = Buffer.concat([received, chunk]);
      const start = received.indexOf("\r\n\r\n") + 4;
      const end = start + 1_000_004;
      if (start < 4 || received.length < end + 2) continue;
      const [first, number] = [received[start], received[start + 2] ?? 0];
      expect([first, number > last]).toEqual([0xff, true]);
      const picture = received.subarray(start + 2, end - 2);
      expect(Buffer.compare(picture, Buffer.alloc(1_000_000, number))).toBe(0);
      received = received.subarray(end + 2);
      last = number;
      if (last >= 20) break;
    }
    await listener.stop();
  });

  test("does not begin with neither a picture nor a drawn one", async () => {
    const own = ownScreen();
    own.screen.fail("a bug");
    const response = await open(await world.token("nothing", ["view"]), own.app);
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { code: 503, data: { stage: "failed" } },
    ]);
  });

  test("ends when its token is revoked", async () => {
    const reader = partsOf(await open(await world.token("revoked", ["view"])));
    await next(reader);
    await world.store.revokeToken("revoked");
    while (!(await reader.read()).done);
  });

  test("needs the ability to view", async () => {
    const response = await open(await world.token("blind", ["control"]));
    expect([response.status, await response.json()]).toEqual([
      403,
      { code: 403, data: null, message: "No Permission" },
    ]);
  });

  test("is refused beyond the bound of viewers, and open again when one has gone", async () => {
    const token = await world.token("many", ["view"]);
    const readers: Reader[] = [];
    for (let viewers = 0; viewers < LIMITS.viewers_max; viewers++) {
      readers.push(partsOf(await open(token)));
    }
    const refused = await open(token);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 429 });
    await readers[3]?.cancel();
    const again = await open(token);
    expect(again.status).toBe(200);
    await again.body?.cancel();
    await Promise.all(readers.map((reader) => reader.cancel()));
  });
});
