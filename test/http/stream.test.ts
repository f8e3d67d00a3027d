import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import { LIMITS } from "../../src/base/limits.ts";
import { createApp } from "../../src/http/app.ts";
import type { Env } from "../../src/http/route.ts";
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

async function open(token: string): Promise<Response> {
  const headers = { authorization: `token ${token}`, host: "127.0.0.1" };
  const request = new Request("http://127.0.0.1/api/public/stream", { headers });
  return await app.fetch(request, {
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
