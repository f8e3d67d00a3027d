/** The HTTP application in this process, with real parts: tokens on a disk, a simulated host. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { Authority } from "../../src/access/authority.ts";
import { FloorClock } from "../../src/access/clock.ts";
import { AccessStore } from "../../src/access/store.ts";
import { createLog } from "../../src/base/log.ts";
import { LogRing } from "../../src/base/log-ring.ts";
import { Machine } from "../../src/base/machine.ts";
import { parseSettings } from "../../src/config/load.ts";
import { Arbiter } from "../../src/control/arbiter.ts";
import { Runner } from "../../src/control/runner.ts";
import { Devices } from "../../src/devices.ts";
import { openSys } from "../../src/ffi/sys.ts";
import { layoutOf } from "../../src/hid/layout.ts";
import { UsbPlug } from "../../src/hid/plug.ts";
import { SIMULATED_PORT } from "../../src/hid/udc.ts";
import { type AppParts, createApp, routes } from "../../src/http/app.ts";
import { Traffic } from "../../src/http/metrics.ts";
import { type OpenApi, openApiOf } from "../../src/http/openapi.ts";
import type { Asset } from "../../src/http/page.ts";
import { exchange } from "../access/fixture.ts";
import { checkAnswer } from "./documented.ts";

const SETTINGS = `
[video]
source = "simulated"
fps_max = 120
[simulated]
width = 320
height = 240
`;

export interface World extends AsyncDisposable {
  readonly parts: AppParts;
  readonly store: AccessStore;
  /** Where access.toml and all state lie. */
  readonly folder: string;
  readonly log: readonly string[];
  /** How far the clock of the tokens, and the monotonic one of logins, are ahead. */
  readonly time: { aheadMs: number };
  /** Makes a token. @param expires milliseconds since the epoch */
  token(name: string, abilities?: readonly string[], expires?: number): Promise<string>;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: NonNullable<RequestInit["headers"]>;
  readonly body?: NonNullable<RequestInit["body"]>;
  /** Undefined stands for the unix socket. */
  readonly peer?: string | undefined;
  /** Whether it came over TLS. */
  readonly secure?: boolean;
  /** Aborts when the client leaves. */
  readonly signal?: AbortSignal;
}

/** What a client sees of an answer. */
export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const US = layoutOf("us");

/** A page of two files, whose encodings can be told apart. */
const PAGE: readonly Asset[] = [
  { path: "/", type: "text/html; charset=utf-8", immutable: false },
  { path: "/assets/main-0.js", type: "text/javascript; charset=utf-8", immutable: true },
].map((file) => {
  const text = `// ${file.path}: the page, or a file of it, of some length`;
  const identity = new TextEncoder().encode(text);
  const br = new Uint8Array(brotliCompressSync(identity));
  const bodies = { identity, gzip: Bun.gzipSync(identity), br };
  return { ...file, digest: "0123456789abcdef", bodies };
});

/** The parts that are the same in every world. */
const SETTLED = {
  version: "0.0.0",
  epoch: "epoch",
  usbPort: () => SIMULATED_PORT,
  usbPlug: new UsbPlug({ configfs: "/nowhere", udcClass: "/nowhere" }),
  problems: () => [],
  machines: () => [{ name: "nas", mac: "00:11:22:aa:bb:cc", address: "127.0.0.1", port: 9 }],
  simulated: () => true,
  uptimeSeconds: () => 1,
  quality: () => 80,
  fpsMax: () => 30,
  fpsLimit: () => 30,
  hosts: () => ["kvm.example.org"],
  page: PAGE,
  policy: () => "serve",
  httpsPort: () => 0,
  fingerprint: () => undefined,
} satisfies Partial<AppParts>;

export async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-http-"));
  const lines: string[] = [];
  const ring = new LogRing();
  const time = { aheadMs: 0 };
  const log = createLog(
    () => "debug",
    (line) => {
      lines.push(line);
      ring.add(line, Date.now());
    },
  );
  const clock = new FloorClock({
    file: join(folder, "clock"),
    builtAt: 0,
    log,
    system: () => Date.now() + time.aheadMs,
    monotonic: () => performance.now(),
  });
  const path = join(folder, "access.toml");
  const parsed = parseSettings(SETTINGS, "");
  if ("faults" in parsed) throw new Error("the settings of the test are at fault");
  const sys = openSys();
  const devices = new Devices(sys, log);
  const options = { path, stateDir: folder, log, clock, live: false, exchange };
  const store = await AccessStore.open(options);
  const monotonic = () => performance.now() + time.aheadMs;
  const authority = new Authority({ store, stateDir: folder, log, monotonic });
  const runner = new Runner({
    sink: devices.hid,
    layout: () => US,
    leds: () => 0,
    releaseAfterSeconds: () => 60,
  });
  const world: World = {
    time,
    log: lines,
    folder,
    store,
    parts: {
      ...SETTLED,
      screen: devices.screen,
      hid: devices.hid,
      runner,
      // Its clock stands still, so that what it counts down is the same on a busy machine.
      arbiter: new Arbiter({ runner, monotonic: () => time.aheadMs }),
      authority,
      machine: new Machine(),
      traffic: new Traffic(),
      lines: ring,
      rerender: (jpeg, wish) => devices.rerender(jpeg, wish),
      nowUs: () => sys.monotonicUs(),
      log,
    },
    token: async (name, abilities, expires) => {
      const { text } = await world.store.createToken({ name, user: "test", abilities, expires });
      return text;
    },
    [Symbol.asyncDispose]: async () => {
      await devices.stop();
      await authority.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await world.store.create("version = 1\n");
  devices.start(parsed.settings);
  return world;
}

/** Making one takes longer than a request does. */
const APPS = new WeakMap<AppParts, ReturnType<typeof createApp>>();

function appOf(parts: AppParts): ReturnType<typeof createApp> {
  const app = APPS.get(parts) ?? createApp(parts);
  APPS.set(parts, app);
  return app;
}

let document: OpenApi | undefined;

/** It says the same of all parts, and takes longer to make than a request. */
function documentOf(parts: AppParts): OpenApi {
  document ??= openApiOf(routes(parts), parts.version);
  return document;
}

/** One request to the application, as the server would hand it on. Of a stream only the head. */
export async function ask(parts: AppParts, path: string, how: Ask = {}): Promise<Seen> {
  const { method = "GET", body, signal } = how;
  const headers = new Headers(how.headers);
  if (!headers.has("host")) headers.set("host", "127.0.0.1");
  const init = { method, headers, ...(body && { body }), ...(signal && { signal }) };
  const request = new Request(`http://127.0.0.1${path}`, init);
  const peer = "peer" in how ? how.peer : "192.0.2.7";
  const facts = {
    peer,
    secure: how.secure ?? false,
    unhurried: () => undefined,
    upgrade: () => undefined,
  };
  const response = await appOf(parts).fetch(request, facts);
  const answered = Object.fromEntries(response.headers);
  const isEndless = answered["content-type"]?.startsWith("multipart/") === true;
  if (isEndless) await response.body?.cancel();
  const text = isEndless ? "" : await response.text();
  const seen = { status: response.status, headers: answered, body: text };
  checkAnswer(documentOf(parts), { method, path }, seen);
  return seen;
}
