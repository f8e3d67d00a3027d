import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AppParts } from "../../src/http/app.ts";
import { unpackOrder } from "../../src/video/messages.ts";
import { Screen } from "../../src/video/screen.ts";
import { ask, openWorld, type World } from "./world.ts";

const SNAPSHOT = "/api/public/snapshot";

let world: World;
let authorization: string;
/** Parts whose screen gets, at each order, the next frame: changed where it says so. */
let parts: AppParts;
const changes: boolean[] = [];

beforeAll(async () => {
  world = await openWorld();
  authorization = `token ${await world.token("view", ["view"])}`;
  const { nowUs, log } = world.parts;
  let sequence = 0;
  const screen = new Screen({
    nowUs,
    inputUs: () => 0,
    log,
    order: (order) => {
      if (unpackOrder(order).kind !== "frame") return;
      const isSame = changes.shift() === false;
      const header = sequence === 0 ? new Uint8Array(4) : undefined;
      const facts = { number: 0, sequence: ++sequence, capturedUs: nowUs() };
      const strips = [{ index: 0, data: new Uint8Array(8) }];
      const size = { width: 16, height: 16 };
      queueMicrotask(() => {
        if (isSame) screen.receive({ kind: "same", ...facts });
        else screen.receive({ kind: "strips", ...facts, ...size, header, strips });
      });
    },
  });
  parts = { ...world.parts, screen };
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Asks for a frame, which has changed or not, with If-None-Match. */
async function snapshot(changed: boolean, known?: string) {
  changes.push(changed);
  const condition = known === undefined ? {} : { "if-none-match": known };
  return await ask(parts, SNAPSHOT, { headers: { authorization, ...condition } });
}

describe("a snapshot", () => {
  test("is the picture of the simulated host, with its facts", async () => {
    const seen = await ask(world.parts, SNAPSHOT, { headers: { authorization } });
    expect(seen.status).toBe(200);
    expect(seen.headers).toMatchObject({
      "content-type": "image/jpeg",
      "cache-control": "private, no-cache",
      "x-frame-size": "320x240",
    });
    expect(seen.headers["x-frame-sequence"]).toMatch(/^\d+$/);
    expect(Number(seen.headers["x-frame-age-ms"])).toBeLessThan(1000);
    expect(seen.headers["etag"]).toMatch(/^"epoch-\d+"$/);
  });

  test("is 304 while the screen is the one that the client has", async () => {
    const first = await snapshot(true);
    const tag = first.headers["etag"] ?? "";
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const same = await snapshot(false, known);
      expect([known, same.status, same.body]).toEqual([known, 304, ""]);
      expect(same.headers["etag"]).toBe(tag);
    }
    for (const unknown of ['"other"', tag.slice(1, -1), "", `${tag}x`]) {
      expect([unknown, (await snapshot(false, unknown)).status]).toEqual([unknown, 200]);
    }
    const changed = await snapshot(true, tag);
    expect(changed.status).toBe(200);
    expect(changed.headers["etag"]).not.toBe(tag);
  });

  test.each([
    ["?qality=80", "qality: unknown query parameter: did you mean quality?"],
    ["?quality=80&quality=90", "quality: give it once"],
    ["?quality=0", "quality: give a whole number from 1 to 100"],
    ["?quality=1e1", "quality: give a whole number from 1 to 100"],
    ["?width=0", "width: give a whole number from 1 to 4096"],
    ["?height=-1", "height: give a whole number from 1 to 2160"],
    ["?crop=1,2,3", "crop: give x,y,width,height in pixels"],
    ["?crop=1,2,3,", "crop: give a whole number from 1 to 4096"],
    ["?crop=1,2,0,4", "crop: give a whole number from 1 to 4096"],
    ["?wait=ever", "wait: the one thing to wait for is change"],
    ["?timeout=5", "timeout: it goes with wait=change"],
    ["?wait=change&timeout=61", "timeout: give a whole number from 1 to 60"],
    ["?token=radxa_linkr_x", "token: unknown query parameter: leave it out"],
    ["?a=1&b=2", "a: unknown query parameter: leave it out"],
  ])("takes no parameter that it does not know: %s", async (query, message) => {
    const seen = await ask(parts, `${SNAPSHOT}${query}`, { headers: { authorization } });
    expect(seen.status).toBe(400);
    expect(JSON.parse(seen.body)).toMatchObject({ code: 400, message });
  });

  test("without a picture is 503 that names the stage", async () => {
    const screen = new Screen({ ...world.parts, inputUs: () => 0, order: () => undefined });
    screen.receive({ kind: "state", state: { stage: "no device" } });
    const seen = await ask({ ...parts, screen }, SNAPSHOT, { headers: { authorization } });
    expect(seen.status).toBe(503);
    expect(JSON.parse(seen.body)).toEqual({
      code: 503,
      data: { stage: "no device" },
      message: "no capture device: is the HDMI capture plugged in, and is its driver loaded?",
    });
  });
});

describe("the query of control", () => {
  test.each([
    ["?report=2", "report: give 0 or 1"],
    ["?report=", "report: give 0 or 1"],
    ["?report=1&report=1", "report: give it once"],
    ["?reprot=1", "reprot: unknown query parameter: did you mean report?"],
  ])("is refused before the body is looked at: %s", async (query, message) => {
    const headers = { authorization: `token ${await world.token(`c${Bun.hash.crc32(query)}`)}` };
    const how = { method: "POST", headers, body: "{ not JSON" };
    const seen = await ask(parts, `/api/public/control${query}`, how);
    expect(JSON.parse(seen.body)).toMatchObject({ code: 400, message });
  });
});
