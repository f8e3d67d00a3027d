/**
 * Flaws that other KVMs over IP were shipped with, each tried on the built binary. The numbers are
 * those of the project's list of flaws. What neither this file nor those beside it try is of
 * updates (test/image), of stuck keys and lost pictures (test/hid, test/lab), or of power cuts and
 * full disks (test/access).
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Socket } from "node:net";
import { Linkrd } from "./api/linkrd.ts";

const DOORS = [
  ["GET", "/api/public/snapshot"],
  ["POST", "/api/public/control"],
  ["GET", "/api/status"],
  ["GET", "/api/tokens"],
  ["POST", "/api/tokens"],
  ["DELETE", "/api/tokens/test"],
  ["PUT", "/api/account/password"],
] as const;

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
}, 60_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

/** Sends `bytes` as they are; what came back until the connection ended, and how long it took. */
async function raw(bytes: string | Uint8Array, hangUp = true) {
  const started = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  let answer = "";
  const socket = new Socket();
  socket.on("data", (data) => {
    answer += data.toString("latin1");
  });
  socket.on("error", () => resolve());
  socket.on("close", () => resolve());
  socket.connect(linkrd.port, "127.0.0.1", () => {
    if (hangUp) socket.end(bytes);
    else socket.write(bytes);
  });
  await promise;
  return { answer, seconds: (performance.now() - started) / 1000 };
}

test("1: no door is open without a credential, whatever else is sent", async () => {
  const dressings: Record<string, string>[] = [
    {},
    { cookie: "auth_token=admin; session=1" },
    { "x-auth": "admin" },
    { "x-kvmd-user": "admin", "x-kvmd-passwd": "admin" },
    { authorization: "Basic YWRtaW46YWRtaW4=" },
    { authorization: "Basic cm9vdDpyb290" },
  ];
  for (const [method, path] of DOORS) {
    for (const headers of dressings) {
      const { status } = await linkrd.ask(path, { method, headers }, "");
      expect([path, [401, 403].includes(status)]).toEqual([path, true]);
    }
  }
});

test("5: no header of a client's tells who it is", async () => {
  const claims = {
    username: "admin",
    forwarded: "for=127.0.0.1",
    "x-forwarded-for": "127.0.0.1",
    "x-real-ip": "127.0.0.1",
    "x-forwarded-user": "root",
    "x-remote-user": "root",
    "x-original-url": "/",
    "x-http-method-override": "GET",
  };
  for (const [method, path] of DOORS) {
    const { status } = await linkrd.ask(path, { method, headers: claims }, "");
    expect([path, [401, 403].includes(status)]).toEqual([path, true]);
  }
});

test("14: a page of another site can neither ask nor read", async () => {
  const origin = "https://evil.example";
  const headers = { origin, "access-control-request-method": "POST" };
  for (const [, path] of DOORS) {
    const asked = await linkrd.ask(path, { method: "OPTIONS", headers }, "");
    const answered = await linkrd.ask(path, { headers: { origin } });
    for (const answer of [asked, answered]) {
      const cors = [...answer.headers.keys()].filter((name) => name.startsWith("access-control"));
      expect([path, cors]).toEqual([path, []]);
      expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    }
  }
});

test("16: a token in the address is no credential, and gets into no log", async () => {
  for (const name of ["token", "auth_token", "access_token"]) {
    for (const [method, path] of DOORS) {
      const url = `${path}?${name}=${linkrd.token}`;
      const { status, text } = await linkrd.ask(url, { method }, "");
      expect([url.slice(0, 40), [401, 403].includes(status)]).toEqual([url.slice(0, 40), true]);
      expect(text).not.toContain("radxa_linkr_");
    }
  }
  expect(linkrd.log).not.toContain("radxa_linkr_");
});

test("17: a name that is not this device's is sent away before anything else", async () => {
  for (const host of ["evil.example", "127.0.0.1.evil.example", `evil.example:${linkrd.port}`]) {
    const head = `GET /api/status HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`;
    const { answer } = await raw(`${head}Authorization: token ${linkrd.token}\r\n\r\n`);
    expect(answer).toStartWith("HTTP/1.1 421 ");
  }
  const { answer } = await raw("GET /api/status HTTP/1.1\r\nConnection: close\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
});

test("20: no answer has a stack, a path or a version of what it is made of", async () => {
  const answers = await Promise.all([
    linkrd.ask("/nothing"),
    linkrd.ask("/api/nothing"),
    linkrd.ask("/api/public/nothing"),
    linkrd.ask("/%"),
    linkrd.ask("/%ff%00"),
    linkrd.ask("/api/public/snapshot?%"),
    linkrd.ask("/api/public/control", { method: "POST", body: "{" }),
    linkrd.ask("/api/status", { method: "DELETE" }),
  ]);
  for (const { status, text, headers } of answers) {
    expect(status).toBeWithin(400, 500);
    expect(text).not.toMatch(/\.ts\b|\bat \w+ \(|node_modules|\$bunfs|hono|<html/i);
    expect(text).not.toContain(linkrd.folder);
    expect([headers.get("server"), headers.get("x-powered-by")]).toEqual([null, null]);
  }
});

test("33: odd requests are refused, and the daemon lives on", async () => {
  const host = `Host: 127.0.0.1:${linkrd.port}\r\n`;
  const authorization = `Authorization: token ${linkrd.token}\r\n`;
  const post = `POST /api/public/control HTTP/1.1\r\n${host}${authorization}`;
  const odd: readonly (string | Uint8Array)[] = [
    `${post}Content-Length: 60\r\n\r\n{"events":[["keyboard","KeyA",true]]}`,
    `${post}Transfer-Encoding: chunked\r\n\r\n25\r\n{"events":[["keyboard","KeyA",true]]}\r\n`,
    `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    "\r\n\r\n",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    `GET  /  HTTP/1.1\r\n${host}\r\n`,
    `GET /\0 HTTP/1.1\r\n${host}\r\n`,
    `GET http://[::1/api/status HTTP/1.1\r\n${host}\r\n`,
    `GET //evil/%2e%2e/ HTTP/1.1\r\n${host}\r\n`,
    `GET * HTTP/1.1\r\n${host}\r\n`,
    `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`,
    "GET /api/status HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET /api/status HTTP/1.1\r\nHost: \r\n\r\n",
    "GET /api/status HTTP/1.1\r\nHost: [\r\n\r\n",
    "GET /api/status HTTP/1.1\r\nHost: %00\r\n\r\n",
    `GET /api/status HTTP/1.1\r\n${host}${host}\r\n`,
    `GET /api/status HTTP/1.1\r\n${host}Authorization\r\n\r\n`,
    `GET /api/status HTTP/1.1\r\n${host}Authorization: token \xff\xfe\r\n\r\n`,
    `GET /api/status HTTP/1.1\r\n${host}: nothing\r\n\r\n`,
    `GET /api/status HTTP/1.1\n${host}\n`,
    `GET /${"a".repeat(100_000)} HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}X: ${"a".repeat(100_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}${"X: a\r\n".repeat(5000)}\r\n`,
    `POST /api/public/control HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n{}`,
    `POST /api/public/control HTTP/1.1\r\n${host}Content-Length: 9e9\r\n\r\n{}`,
    `POST /api/public/control HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\n{}`,
    `POST /api/public/control HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}`,
    `POST / HTTP/1.1\r\n${host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
    `POST /api/public/control HTTP/1.1\r\n${host}Content-Type: multipart/form-data\r\n\r\n--x`,
    `GET /api/status HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03),
    new Uint8Array(65_536),
  ];
  for (const [at, bytes] of odd.entries()) {
    const { answer } = await raw(bytes);
    expect([at, answer]).toEqual([at, expect.not.stringMatching(/^HTTP\/1\.1 (?:2|500)/)]);
  }
  expect((await linkrd.status()).hid.held.keys).toBe(0);
  expect(linkrd.lines("error")).toEqual([]);
});

test("35: bodies of strangers are not kept in memory", async () => {
  const before = await linkrd.memoryMiB();
  const body = new Uint8Array(8 << 20);
  const statuses = await Promise.all(
    Array.from({ length: 24 }, async () => {
      const how = { method: "POST", body };
      return (await linkrd.ask("/api/public/control", how, "").catch(() => ({ status: 0 }))).status;
    }),
  );
  for (const status of statuses) expect([0, 403]).toContain(status);
  expect((await linkrd.memoryMiB()) - before).toBeLessThan(96);
});

test("36: a request that comes drop by drop is cut off, and holds up nobody", async () => {
  const host = `Host: 127.0.0.1:${linkrd.port}\r\n`;
  const slow = Promise.all([
    raw("", false),
    raw(`GET /api/status HTTP/1.1\r\n${host}X: `, false),
    raw(`POST /api/public/control HTTP/1.1\r\n${host}Content-Length: 60\r\n\r\n{`, false),
  ]);
  expect((await linkrd.ask("/api/status")).status).toBe(200);
  for (const { seconds } of await slow) expect(seconds).toBeWithin(0, 20);
  expect((await linkrd.ask("/api/status")).status).toBe(200);
}, 60_000);
