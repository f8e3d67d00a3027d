import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { ask, openWorld, type World } from "./world.ts";

let world: World;
let token: string;

beforeAll(async () => {
  world = await openWorld();
  token = await world.token("power", ["power"]);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function wake(body: unknown, parts = world.parts) {
  const headers = { authorization: `token ${token}` };
  const how = { method: "POST", headers, body: JSON.stringify(body) };
  const seen = await ask(parts, "/api/wol", how);
  return { status: seen.status, json: JSON.parse(seen.body) };
}

/** A socket of loopback, and the next packet that comes to it. */
async function listen() {
  const socket = createSocket("udp4");
  const packet = new Promise<Buffer>((resolve) => {
    socket.once("message", resolve);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  return { port: socket.address().port, packet, close: () => socket.close() };
}

const PACKET = "f".repeat(12) + "001122aabbcc".repeat(16);

describe("Wake-on-LAN", () => {
  test("sends the packet of a MAC to an address", async () => {
    const { port, packet, close } = await listen();
    const { status, json } = await wake({ mac: "00-11-22-AA-BB-CC", address: "127.0.0.1", port });
    expect([status, json]).toEqual([
      200,
      { mac: "00:11:22:aa:bb:cc", addresses: ["127.0.0.1"], port },
    ]);
    expect((await packet).toString("hex")).toBe(PACKET);
    close();
  });

  test("sends that of a machine that the settings name, where they say", async () => {
    const { port, packet, close } = await listen();
    const machines = () => [{ name: "nas", mac: "001122aabbcc", address: "127.0.0.1", port }];
    const { status } = await wake({ name: "nas" }, { ...world.parts, machines });
    expect(status).toBe(200);
    expect((await packet).toString("hex")).toBe(PACKET);
    close();
  });

  test.each([
    [{ mac: "00:11:22:aa:bb" }, "mac: give one such as 00:11:22:aa:bb:cc"],
    [{ mac: "ff:ff:ff:ff:ff:ff" }, "mac: give one such as 00:11:22:aa:bb:cc"],
    [{ mac: 7 }, "mac: give a string"],
    [{}, "mac: give it, or the name of a machine of linkrd.toml"],
    [{ name: "nass" }, "name: no machine of this name is known: did you mean nas?"],
    [{ name: "x".repeat(500) }, "name: no machine of this name is known: add it to linkrd.toml"],
    [{ name: "nas", mac: "001122aabbcc" }, "name: give a name or a mac, not both"],
    [{ name: "nas", address: "nowhere" }, "address: give an IP address"],
    [{ name: "nas", port: 65536 }, "port: give a whole number from 1 to 65535"],
    [{ name: "nas", to: "1" }, "to: unknown key: leave it out"],
  ])("refuses by field: %j", async (body, detail) => {
    const { status, json } = await wake(body);
    expect(status).toBe(400);
    expect(json.detail).toStartWith(detail);
  });

  test("is not for tokens without power", async () => {
    const headers = { authorization: `token ${await world.token("weak", ["control"])}` };
    const seen = await ask(world.parts, "/api/wol", { method: "POST", headers, body: "{}" });
    expect(seen.status).toBe(403);
  });
});
