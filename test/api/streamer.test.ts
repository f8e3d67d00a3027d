/** The video for clients of cameras and of PiKVM's, beyond single requests. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeJpeg } from "../lab/guest/picture.ts";
import { must, until } from "../lab/guest/run.ts";
import { Linkrd, SIZE } from "./linkrd.ts";

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

interface Stats {
  readonly key: string;
  readonly extra_headers: boolean;
}

async function clientsOf(): Promise<readonly Stats[]> {
  const { json } = await linkrd.ask("/streamer/state");
  const { stream } = (json as { result: { stream: { clients: number; clients_stat: object } } })
    .result;
  const clients = Object.values(stream.clients_stat) as Stats[];
  expect(stream.clients).toBe(clients.length);
  return clients;
}

test("a viewer is told of by its key, until it leaves", async () => {
  const leave = new AbortController();
  const headers = { authorization: `token ${linkrd.token}` };
  const url = `http://127.0.0.1:${linkrd.port}/streamer/stream?key=desk&extra_headers=1`;
  const response = await fetch(url, { headers, signal: leave.signal });
  expect(response.headers.get("set-cookie")).toMatch(
    /^stream_client=desk\/[0-9a-f]{16}; path=\/; max-age=30$/,
  );
  expect(await clientsOf()).toMatchObject([{ key: "desk", extra_headers: true }]);
  leave.abort();
  await until("the viewer to be gone", 15, async () => {
    return (await clientsOf()).length === 0 ? true : undefined;
  });
});

test("the quality changes what is sent, while it is sent", async () => {
  const large = (await linkrd.snapshot()).length;
  const set = (quality: number) => {
    return linkrd.ask(`/api/streamer/set_params?quality=${quality}`, { method: "POST" });
  };
  expect((await set(5)).status).toBe(200);
  const small = await until("a smaller picture", 15, async () => {
    const { length } = await linkrd.snapshot();
    return length < large / 2 ? length : undefined;
  });
  expect(small).toBeGreaterThan(0);
  expect((await set(100)).status).toBe(200);
});

test("ffmpeg reads the stream by its URL", async () => {
  for (const query of ["", "?advance_headers=1"]) {
    const url = `http://x:${linkrd.token}@127.0.0.1:${linkrd.port}/streamer/stream${query}`;
    const ffmpeg = ["ffmpeg", "-v", "error", "-i", url, "-frames:v", "5"];
    const listed = await must([...ffmpeg, "-f", "framecrc", "-"]);
    expect(listed).toContain(`#dimensions 0: ${SIZE.width}x${SIZE.height}`);
    expect(listed.split("\n").filter((line) => line.startsWith("0,"))).toHaveLength(5);
  }
}, 30_000);

describe("without a capture device", () => {
  let off: Linkrd;

  beforeAll(async () => {
    off = await Linkrd.start('[video]\nsource = "v4l2"\ndevice = "/dev/video-none"\n');
  }, 30_000);

  afterAll(async () => {
    await off[Symbol.asyncDispose]();
  });

  test("the state tells it, with the size of what a stream shows", async () => {
    const size = { width: 1280, height: 720 };
    const expected = {
      ok: true,
      result: { streamer: { source: { online: false, resolution: size } } },
    };
    // It is drawn a moment after the daemon is there.
    await until("the picture of what is missing", 15, async () => {
      const { json } = await off.ask("/api/streamer");
      return Bun.deepMatch(expected, json) || undefined;
    });
  });

  test("a snapshot is 503, in kvmd's words", async () => {
    const { status, json } = await off.ask("/api/streamer/snapshot");
    expect([status, json]).toEqual([
      503,
      { ok: false, result: { error: "UnavailableError", error_msg: "Service Unavailable" } },
    ]);
  });

  test.each([
    ["/api/streamer/snapshot?allow_offline=1", 1280],
    ["/api/streamer/snapshot?allow_offline=1&preview=1&preview_max_width=320", 320],
    ["/streamer/snapshot", 1280],
    ["/streamer/?action=snapshot", 1280],
  ])("%s is a real JPEG that says why", async (path, width) => {
    const { status, headers, bytes } = await off.ask(path);
    expect([status, headers.get("content-type")]).toEqual([200, "image/jpeg"]);
    expect(headers.get("x-ustreamer-online")).toBe("false");
    expect(headers.get("x-ustreamer-width")).toBe("1280");
    expect((await decodeJpeg(bytes)).width).toBe(width);
  });

  test("the text of the drawn picture names what is missing", async () => {
    const path = "/api/streamer/snapshot?allow_offline=1&ocr=1";
    expect((await off.ask(path)).text).toMatch(/no device/i);
  }, 90_000);
});
