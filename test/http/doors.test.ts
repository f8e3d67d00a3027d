/** Where linkrd listens while its settings and certificates change: it is never shut out. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { Hono } from "hono";
import { generate } from "selfsigned";
import { createLog } from "../../src/base/log.ts";
import { type DoorSettings, Doors } from "../../src/http/doors.ts";
import type { Env } from "../../src/http/route.ts";
import { freePort } from "../api/linkrd.ts";
import { until } from "../lab/guest/run.ts";

let folder = "";
let lines: string[] = [];
let doors: Doors;
let settings: DoorSettings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "linkrd-doors-"));
  lines = [];
  doors = doorsWith(folder);
  settings = {
    bind: "127.0.0.1",
    http_port: 0,
    https_port: await freePort(),
    tls_cert: join(folder, "cert.pem"),
    tls_key: join(folder, "key.pem"),
  };
});

afterEach(async () => {
  await doors.close();
  await rm(folder, { recursive: true });
});

function doorsWith(stateDir: string): Doors {
  const log = createLog(
    () => "info",
    (line) => lines.push(line),
  );
  const app = new Hono<Env>().get("/", (context) => context.text("open"));
  return new Doors({ app, socket: join(folder, "sock"), stateDir, certificatePollMs: 10, log });
}

async function pair() {
  const made = await generate([{ name: "commonName", value: "test" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
  });
  const { fingerprint256 } = new X509Certificate(made.cert);
  return { cert: made.cert, key: made.private, fingerprint256 };
}

async function install({ cert, key }: { cert?: string; key?: string }): Promise<void> {
  if (cert !== undefined) await writeFile(settings.tls_cert, cert);
  if (key !== undefined) await writeFile(settings.tls_key, key);
}

/** What a client is shown at `port`; the reason when nobody answers. */
function shown(port = settings.https_port): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
    resolve(socket.getPeerCertificate().fingerprint256);
    socket.destroy();
  });
  socket.once("error", (error) => resolve(error.message));
  return promise;
}

test("half a renewal changes nothing, and the whole of it is shown", async () => {
  const [before, after] = [await pair(), await pair()];
  await install(before);
  await doors.open(settings);
  expect(await shown()).toBe(before.fingerprint256);
  await install({ cert: after.cert });
  await until("the half to be told", 5, () => lines.find((line) => line.includes("stays")));
  expect(lines.at(-1)).toContain(`${settings.tls_key} is not the key of ${settings.tls_cert}: `);
  expect(await shown()).toBe(before.fingerprint256);
  await install({ key: after.key });
  await until("the whole to be shown", 5, async () => {
    return (await shown()) === after.fingerprint256 ? true : undefined;
  });
  expect(doors.fingerprint).toBe(after.fingerprint256);
});

test("settings that cannot be leave open what was, even when its files are gone", async () => {
  const before = await pair();
  await install(before);
  await doors.open(settings);
  await install({ cert: "damaged", key: "damaged" });
  const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const other = { ...settings, tls_cert: "", tls_key: "", http_port: taken.port ?? 0 };
  const refused = await doors.move(other).catch(String);
  expect(refused).toBe(
    `Fault: port ${taken.port} of 127.0.0.1 is taken: ` +
      "stop the other program or choose another in [server] http_port",
  );
  expect(await shown()).toBe(before.fingerprint256);
  await taken.stop(true);
  await doors.move(other);
  expect(await shown()).toBe(doors.fingerprint ?? "");
  expect(doors.fingerprint).not.toBe(before.fingerprint256);
  expect(await doors.move(settings).catch(String)).toContain("holds no certificate");
  expect(await shown()).toBe(doors.fingerprint ?? "");
});

test.each(["cert.pem", "key.pem"])("of its own pair a damaged %s is replaced", async (name) => {
  const own = { ...settings, tls_cert: "", tls_key: "" };
  const reopen = async () => {
    await doors.close();
    doors = doorsWith(folder);
    await doors.open(own);
    return await shown();
  };
  const first = await reopen();
  expect(await reopen()).toBe(first);
  await truncate(join(folder, "tls", name), 0);
  const second = await reopen();
  expect(second).not.toBe(first);
  expect(lines.join("\n")).toContain(
    `warn  linkrd: the device gets another certificate and fingerprint: ${folder}/tls/${name}`,
  );
  expect(await reopen()).toBe(second);
});

test("a state folder that takes nothing is no reason to be shut", async () => {
  doors = doorsWith("/proc");
  await doors.open({ ...settings, tls_cert: "", tls_key: "" });
  expect(await shown()).toBe(doors.fingerprint ?? "");
  expect(lines.filter((line) => line.startsWith("warn"))).toEqual([
    expect.stringMatching(
      /^warn {2}linkrd: \/proc\/tls takes no certificate, the next start makes/,
    ),
  ]);
});
