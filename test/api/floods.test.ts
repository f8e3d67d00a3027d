/** Clients that die at any moment, and more of them than there is room for. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { until } from "../lab/guest/run.ts";
import { Linkrd } from "./linkrd.ts";
import { consoleLines } from "./screen.ts";

const NOTHING_HELD = { keys: 0, modifiers: 0, buttons: 0 };
const PATH = "/api/public/control";
const DEATHS = 10;
/** What the runtime keeps of a burst, and gives back when it likes, lies below. */
const GROWTH_MIB_MAX = 96;

let linkrd: Linkrd;
let other: string;

beforeAll(async () => {
  linkrd = await Linkrd.start();
  other = await linkrd.newToken("other");
  // Out of the way of what is read.
  await linkrd.control([["mouse_abs", 0, 1, 1, 0, 0]]);
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

const hid = async () => (await linkrd.status()).hid;

async function untilWaiting(batches: number): Promise<void> {
  await until(`${batches} batches waiting`, 15, async () => {
    return (await hid()).batches_waiting === batches ? true : undefined;
  });
}

async function untilHeld(keys: number): Promise<void> {
  await until(`${keys} keys held`, 15, async () => {
    return (await hid()).held.keys === keys ? true : undefined;
  });
}

/** A client that has sent the first `bytes` of a request, all of it unless told. */
async function client(events: readonly unknown[], query = "", bytes = Number.POSITIVE_INFINITY) {
  const body = JSON.stringify({ events });
  const lines = [
    `POST ${PATH}${query} HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: token ${linkrd.token}`,
    `Content-Length: ${body.length}`,
  ];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(linkrd.port, "127.0.0.1", resolve).once("error", reject);
  await promise;
  socket.on("error", () => undefined);
  const request = `${lines.join("\r\n")}\r\n\r\n${body}`;
  await new Promise((written) => socket.write(request.slice(0, bytes), written));
  return socket;
}

const PRESS = [["keyboard", "KeyA", true]];
const LONG = [...PRESS, ["delay", 600_000]];
const HEAD_BYTES = 150;

/** A client in each stage of a batch, and the stage itself. */
const STAGES: Readonly<Record<string, () => Promise<Socket>>> = {
  "in the middle of its headers": () => client(LONG, "", 40),
  "before its body": () => client(LONG, "", HEAD_BYTES + linkrd.token.length),
  "in the middle of its body": () => client(LONG, "", HEAD_BYTES + linkrd.token.length + 20),
  "at once after its body": () => client(LONG),
  "while its batch runs": async () => {
    const socket = await client(LONG);
    await untilHeld(1);
    return socket;
  },
  "in the middle of a text": () => client([["text", "x".repeat(1024)]]),
  "while it waits for the screen to settle": async () => {
    const socket = await client(PRESS, "?then=snapshot&settle=10000&most=60000");
    await untilHeld(1);
    return socket;
  },
};

test.each(Object.keys(STAGES))("a client that dies %s leaves nothing behind", async (stage) => {
  for (let death = 0; death < DEATHS; death++) {
    (await STAGES[stage]?.())?.destroy();
    await until("nothing held", 15, async () => {
      const { held, batches_waiting } = await hid();
      return batches_waiting === 0 && Bun.deepEquals(held, NOTHING_HELD) ? true : undefined;
    });
  }
  expect((await linkrd.control([["delay", 1]])).status).toBe(200);
});

test("clients that die in the queue, or until they may, are skipped", async () => {
  const running = await client(LONG);
  await untilHeld(1);
  const queued = await Promise.all(Array.from({ length: 8 }, () => client(PRESS)));
  await untilWaiting(8);
  for (const socket of queued) socket.destroy();
  await untilWaiting(0);
  running.destroy();
  await untilHeld(0);
  const lease = (method: string, body?: string) =>
    linkrd.ask("/api/lease", { method, ...(body === undefined ? {} : { body }) }, other);
  expect((await lease("POST", '{"seconds":60}')).status).toBe(200);
  const patient = await Promise.all(Array.from({ length: 8 }, () => client(PRESS, "?wait=60")));
  await untilWaiting(8);
  for (const socket of patient) socket.destroy();
  await untilWaiting(0);
  expect((await lease("DELETE")).status).toBe(204);
  expect((await hid()).held).toEqual(NOTHING_HELD);
});

test("of two hundred at once each is answered, and what was answered is true", async () => {
  await linkrd.control([["text", "\n"]]);
  const { port } = linkrd;
  // Of their own, lest they use up the requests with which it is looked at what they did.
  const token = await linkrd.newToken("crowd");
  const answers = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const body = JSON.stringify({ events: [["text", "x"]] });
      const headers = { authorization: `token ${token}`, connection: "close" };
      const url = `http://127.0.0.1:${port}${PATH}`;
      return (await fetch(url, { method: "POST", body, headers })).status;
    }),
  );
  const typed = answers.filter((status) => status === 200).length;
  expect(typed).toBeGreaterThan(0);
  expect(answers.filter((status) => status !== 200 && status !== 429)).toEqual([]);
  const lines = await consoleLines(await linkrd.snapshot());
  const shown = lines.join("").split("$").at(-1)?.trim();
  expect(shown).toBe("x".repeat(typed));
});

test("neither memory nor descriptors grow with the clients that come and go", async () => {
  const descriptors = () => readdirSync(`/proc/${linkrd.pid}/fd`).length;
  const before = { descriptors: descriptors(), memory: await linkrd.memoryMiB() };
  for (let round = 0; round < 10; round++) {
    const body = HEAD_BYTES + linkrd.token.length + 20;
    const dying = Array.from({ length: 50 }, () => client(LONG, "", body));
    for (const socket of await Promise.all(dying)) socket.destroy();
  }
  await until("the descriptors to be closed", 10, async () => {
    return descriptors() <= before.descriptors ? true : undefined;
  });
  expect((await linkrd.memoryMiB()) - before.memory).toBeLessThan(GROWTH_MIB_MAX);
});

test("nobody's death is logged as a fault", () => {
  expect(linkrd.lines("error").concat(linkrd.lines("warn"))).toEqual([]);
});
