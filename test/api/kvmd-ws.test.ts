/** Section 8 of the PiKVM reference: /api/ws of the built binary. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { until } from "../lab/guest/run.ts";
import { KvmdClient } from "./kvmd-client.ts";
import { Linkrd } from "./linkrd.ts";
import { enter } from "./person.ts";
import { consoleLines } from "./screen.ts";

const NOTHING_HELD = { keys: 0, modifiers: 0, buttons: 0 };

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
  // Out of the way of what is read.
  await linkrd.control([["mouse_abs", 0, 1, 1, 0, 0]]);
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

async function untilHeld(held: Partial<typeof NOTHING_HELD>): Promise<void> {
  const expected = { ...NOTHING_HELD, ...held };
  await until(`held ${JSON.stringify(expected)}`, 15, async () => {
    return Bun.deepEquals((await linkrd.status()).hid.held, expected) ? true : undefined;
  });
}

async function lastLine(): Promise<string | undefined> {
  return (await consoleLines(await linkrd.snapshot())).findLast((line) => line !== "");
}

/** Status and JSON of an upgrade that is refused. */
async function refused(query: string, token?: string, headers: Record<string, string> = {}) {
  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const how = { headers: { ...upgrade, ...headers } };
  const { status, json } = await linkrd.ask(`/api/ws${query}`, how, token);
  return [status, (json as { result: { error: string } }).result.error];
}

describe("the handshake", () => {
  test("begins with loop, and then comes every state in full", async () => {
    using client = await KvmdClient.connect(linkrd);
    expect(client.heard[0]).toEqual({
      event_type: "loop",
      event: { version: { major: 4, minor: 197 } },
    });
    for (const name of ["atx", "gpio", "hid", "hid/keymaps", "msd", "switch"]) {
      const { json } = await linkrd.ask(`/api/${name}`);
      const [first] = client.events(name.replace("/", "_"));
      expect([name, first]).toEqual([name, (json as { result: Record<string, unknown> }).result]);
    }
    const streamer = await client.until(() => client.events("streamer")[0]);
    expect(Object.keys(streamer)).toEqual(
      expect.arrayContaining(["features", "limits", "params", "streamer", "snapshot"]),
    );
    const ocr = await client.until(() => client.events("ocr")[0]);
    expect(Object.keys(ocr).toSorted()).toEqual(["enabled", "langs"]);
    const info = client.events("info").slice(0, 8);
    expect(info.flatMap((event) => Object.keys(event)).toSorted()).toEqual([
      ...["auth", "extras", "fan", "health", "meta", "node", "system", "uptime"],
    ]);
    for (const event of info) expect(Object.keys(event)).toHaveLength(1);
    expect(client.events("clients")).toEqual([{ count: 1 }]);
  });

  test("counts who watches, and tells those who stay", async () => {
    using client = await KvmdClient.connect(linkrd, { query: "?stream=false" });
    expect(client.state("clients")).toEqual({ count: 0 });
    using viewer = await KvmdClient.connect(linkrd);
    expect(viewer.state("clients")).toEqual({ count: 1 });
    await client.until(() => client.state("clients")["count"] === 1 || undefined);
    viewer[Symbol.dispose]();
    await client.until(() => client.state("clients")["count"] === 0 || undefined);
  });

  test("is refused as kvmd refuses it", async () => {
    expect(await refused("?stream=abc")).toEqual([400, "ValidatorError"]);
    expect(await refused("", "")).toEqual([401, "UnauthorizedError"]);
    const none = await linkrd.newToken("neither", "--abilities", "info,log");
    expect(await refused("", none)).toEqual([403, "ForbiddenError"]);
    const evil = { origin: "https://evil.example" };
    expect(await refused("", linkrd.token, evil)).toEqual([403, "ForbiddenError"]);
    expect((await linkrd.ask("/api/ws")).status).toBe(400);
  });
});

describe("what changes", () => {
  test("is told in part: the mouse that was switched, and lights", async () => {
    using client = await KvmdClient.connect(linkrd);
    const before = client.events("hid").length;
    await linkrd.ask("/api/hid/set_params?mouse_output=usb_rel", { method: "POST" });
    await client.until(() => client.events("hid")[before]);
    expect(Object.keys(client.events("hid")[before] ?? {})).toEqual(["mouse"]);
    expect(client.state("hid")["mouse"]).toMatchObject({ absolute: false });
    await linkrd.ask("/api/hid/set_params?mouse_output=usb", { method: "POST" });
    for (const lit of [true, false]) {
      client.say("key", { key: "CapsLock", state: true, finish: true });
      await client.until(() => {
        const { leds } = client.state("hid")["keyboard"] as { leds: { caps: boolean } };
        return leds.caps === lit || undefined;
      });
    }
  });

  test("is told by uptime about every five seconds", async () => {
    using client = await KvmdClient.connect(linkrd);
    const uptimes = () => client.events("info").filter((event) => "uptime" in event);
    await client.until(() => uptimes()[1]);
    expect(Object.keys(uptimes()[1] ?? {})).toEqual(["uptime"]);
  });

  test("who is in control is told to everybody", async () => {
    using client = await KvmdClient.connect(linkrd);
    expect(client.events("control")).toEqual([{ holder: null, person_active: false }]);
    await linkrd.ask("/api/lease", { method: "POST", body: '{"seconds":60}' });
    await client.until(() => client.state("control")["holder"] === "token" || undefined);
    await linkrd.ask("/api/lease", { method: "DELETE" });
    await client.until(() => client.state("control")["holder"] === null || undefined);
  });
});

describe("input", () => {
  test("as JSON and as bytes types what then stands on the screen", async () => {
    using client = await KvmdClient.connect(linkrd);
    client.bytes("0103 456e746572");
    client.say("key", { key: "KeyH", state: true, finish: "true" });
    client.say("key", { key: "ShiftLeft", state: "true" });
    client.bytes("0183 0017");
    client.bytes("0100 53686966744c656674");
    client.say("key", { key: "Digit1", state: 1 });
    client.say("key", { key: "Digit1", state: 0 });
    await client.read();
    await until("it to be typed", 15, async () =>
      (await lastLine()) === "$ hI1" ? true : undefined,
    );
    await untilHeld({});
  });

  test("that was sent before a goodbye is done, and nothing stays down", async () => {
    for (const end of ["close", "end"]) {
      using client = await KvmdClient.connect(linkrd);
      client.bytes("0103 456e746572");
      for (const key of ["KeyB", "KeyY", "KeyE"]) client.say("key", { key, state: true });
      if (end === "end") client.bytes("");
      else client[Symbol.dispose]();
      await until("it to be typed", 15, async () =>
        (await lastLine()) === "$ bye" ? true : undefined,
      );
      await untilHeld({});
    }
  });

  test("moves the pointer, presses buttons and turns wheels", async () => {
    using client = await KvmdClient.connect(linkrd);
    client.bytes("0201 6c656674");
    await untilHeld({ buttons: 1 });
    client.bytes("0281 0112");
    await untilHeld({ buttons: 5 });
    client.say("mouse_move", { to: { x: 32767, y: 32767 } });
    client.say("mouse_relative", { delta: [{ x: 1, y: 1 }], squash: true });
    client.say("mouse_wheel", { delta: { x: 0, y: -1 } });
    client.bytes("0200 6c656674");
    client.bytes("0280 0112");
    await untilHeld({});
    await linkrd.control([["mouse_abs", 0, 1, 1, 0, 0]]);
  });

  test("that is junk is let be, and answers nothing", async () => {
    using client = await KvmdClient.connect(linkrd);
    const junk = ["", "{", "[]", "null", '{"event_type":"key","event":{"key":"x"}}', "\u0000"];
    for (const text of junk) client.send(text);
    for (const hex of ["c8", "01", "0181 00", "03 00", "04", "ff ff"]) client.bytes(hex);
    const before = client.heard.length;
    client.say("ping", {});
    await client.until(() => client.events("pong")[0]);
    expect(client.events("pong")).toEqual([{}]);
    await client.read();
    expect(client.heard.at(-1)).toEqual(Uint8Array.of(255));
    expect(client.heard.slice(before).filter((each) => each instanceof Uint8Array)).toHaveLength(1);
    expect(client.events("refused")).toEqual([]);
    await untilHeld({});
  });

  test("of no byte ends the connection", async () => {
    using client = await KvmdClient.connect(linkrd);
    client.send(new Uint8Array());
    expect((await client.untilClosed()).code).toBe(1000);
  });

  test("that a socket pressed is let go when it is gone, and nothing of others", async () => {
    using one = await KvmdClient.connect(linkrd);
    using other = await KvmdClient.connect(linkrd);
    one.say("key", { key: "ControlLeft", state: true });
    one.bytes("0101 4b6579 42");
    one.bytes("0201 7269676874");
    await untilHeld({ keys: 1, modifiers: 1, buttons: 2 });
    other.say("key", { key: "ShiftLeft", state: true });
    await untilHeld({ keys: 1, modifiers: 3, buttons: 2 });
    one[Symbol.dispose]();
    await untilHeld({ modifiers: 2 });
    other.say("key", { key: "ShiftLeft", state: false });
    await untilHeld({});
  });

  test("of a token that may only look is let be, and logged once", async () => {
    const token = await linkrd.newToken("looks", "--abilities", "view");
    using client = await KvmdClient.connect(linkrd, { token });
    for (let times = 0; times < 3; times++) client.say("key", { key: "KeyA", state: true });
    await client.read();
    await untilHeld({});
    expect(linkrd.lines("looks lacks the ability control")).toHaveLength(1);
  });

  test("of a token that is revoked ends, with 4401, and its keys are up", async () => {
    const token = await linkrd.newToken("brief", "--abilities", "control");
    using client = await KvmdClient.connect(linkrd, { token });
    client.say("key", { key: "KeyA", state: true });
    await untilHeld({ keys: 1 });
    await linkrd.cli("token", "revoke", "brief");
    expect(await client.untilClosed()).toEqual({ code: 4401, reason: "signed out" });
    await untilHeld({});
  });

  test("of a token is refused while a person is in control, and it is told why", async () => {
    using client = await KvmdClient.connect(linkrd);
    const how = { method: "POST", headers: { cookie: await enter(linkrd) } };
    // A person is in control for two seconds, which a busy machine may let go by.
    const refusal = await until("the refusal", 20, async () => {
      await linkrd.ask("/api/hid/events/send_key?key=F9", how, "");
      client.say("key", { key: "KeyA", state: true });
      client.say("key", { key: "KeyA", state: false });
      await client.read();
      return client.events("refused")[0];
    });
    expect(refusal).toMatchObject({
      code: "conflict",
      reason: "person active",
      holder: { kind: "person" },
    });
    await client.until(() => {
      return client.events("control").some((event) => event["person_active"] === true) || undefined;
    });
    await client.until(() => client.state("control")["person_active"] === false || undefined);
  });
});

test("all of that left no fault in the log, and no key", () => {
  expect(linkrd.lines("error")).toEqual([]);
  expect(linkrd.log).not.toContain("KeyA");
});
