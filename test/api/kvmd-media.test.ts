/** Section 8.4 of the PiKVM reference: /api/media/ws of the built binary. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { must } from "../lab/guest/run.ts";
import { KvmdClient } from "./kvmd-client.ts";
import { Linkrd, SIZE } from "./linkrd.ts";

const PATH = "/api/media/ws";
const JPEG = { type: "video", format: "jpeg" };

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

function connect(query = "", token = linkrd.token): KvmdClient {
  return new KvmdClient(linkrd, { path: PATH, query, token });
}

/** The binary messages that have come. */
function bytesOf({ heard }: KvmdClient): readonly Uint8Array[] {
  return heard.filter((message) => message instanceof Uint8Array);
}

function pictureOf(client: KvmdClient): Promise<Uint8Array> {
  return client.until(() => bytesOf(client)[0]);
}

/** Width and height of a JPEG that libjpeg-turbo's own djpeg decodes. */
async function sizeOf(jpeg: Uint8Array): Promise<string> {
  const file = `${linkrd.folder}/media.jpg`;
  await Bun.write(file, jpeg);
  const ppm = await must(["sh", "-c", `djpeg -strict ${file} | head -c 15`]);
  return ppm.split("\n")[1] ?? "";
}

test("a client is told the formats, asks for one, and is sent pictures", async () => {
  using client = connect();
  const [greeting] = await client.until(() => (client.heard.length > 0 ? client.heard : undefined));
  expect(greeting).toEqual({ event_type: "media", event: { video: { jpeg: {} } } });
  client.say("start", { type: "video", format: "h264" });
  client.send("junk");
  client.say("start", JPEG);
  const picture = await pictureOf(client);
  expect([...picture.subarray(0, 4)]).toEqual([1, 1, 0xff, 0xd8]);
  expect(await sizeOf(picture.subarray(2))).toBe(`${SIZE.width} ${SIZE.height}`);
  const before = bytesOf(client).length;
  client.say("start", JPEG);
  await linkrd.control([["text", "a"]]);
  await client.until(() => bytesOf(client).length > before || undefined);
});

test("with a format in its address it is sent nothing else", async () => {
  using client = connect("?video=jpeg");
  const picture = await pictureOf(client);
  expect([...picture.subarray(0, 2)]).toEqual([0xff, 0xd8]);
  expect(await sizeOf(picture)).toBe(`${SIZE.width} ${SIZE.height}`);
  client.send(Uint8Array.of(0));
  await client.until(() => (client.heard.length > 2 ? true : undefined));
  for (const bytes of bytesOf(client)) expect(bytes[0]).toBe(0xff);
  expect(bytesOf(client).length).toBe(client.heard.length);
  const { json } = await linkrd.ask("/streamer/state");
  expect(json).toMatchObject({ result: { sinks: { jpeg: { has_clients: true } } } });
});

test("a ping is answered, and a message without a byte ends it", async () => {
  using client = connect();
  await client.until(() => client.heard.length > 0 || undefined);
  client.send(Uint8Array.of(0));
  expect([...(await pictureOf(client))]).toEqual([255]);
  client.send(new Uint8Array());
  expect((await client.untilClosed()).code).toBe(1000);
});

test("a format that there is not is refused, and so is who may not look", async () => {
  const refused = await linkrd.ask(`${PATH}?video=h264`);
  expect([refused.status, refused.json]).toEqual([
    400,
    { ok: false, result: { error: "ValidatorError", error_msg: "Unsupported video type" } },
  ]);
  expect((await linkrd.ask(PATH, {}, "")).status).toBe(401);
  const formats = await linkrd.ask("/api/media");
  expect(formats.json).toEqual({ ok: true, result: { media: { video: { jpeg: {} } } } });
});

test("it ends with its credential", async () => {
  const token = await linkrd.newToken("short", "--abilities", "view");
  using client = connect("?video=jpeg", token);
  await pictureOf(client);
  await linkrd.cli("token", "revoke", "short");
  expect((await client.untilClosed()).code).toBe(4401);
});
