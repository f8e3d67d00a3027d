/** The programs under test, and what the kernel knows of them while they run. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readJpegLayout } from "../../../src/video/jpeg.ts";
import { environmentOf } from "../fakev4l2/device.ts";

/** Where a program is asked, and how. */
export interface Program {
  readonly name: string;
  readonly command: readonly string[];
  readonly origin: string;
  readonly snapshot: string;
  readonly stream: string;
  /** Sent with each request. */
  readonly headers: Record<string, string>;
  /** What a client sends that asks more often than a token may: asked for while it runs. */
  readonly unbounded: () => Promise<Record<string, string>>;
  /** Where the delta stream is, if it has one. */
  readonly delta?: string;
  /** Until it runs as it then goes on: code that is compiled while it runs takes a while. */
  readonly settleMs: number;
}

const PORT = 18_980;
const ORIGIN = `http://127.0.0.1:${PORT}`;

const [USER, PASSWORD] = ["bench", "a long password"];

async function logIn(): Promise<Record<string, string>> {
  const body = new URLSearchParams({ user: USER, passwd: PASSWORD });
  const answer = await fetch(`${ORIGIN}/api/auth/login`, { method: "POST", body });
  const [cookie = ""] = (answer.headers.get("set-cookie") ?? "").split(";");
  return { cookie };
}

/** linkrd as it is built, with settings, `more` among them, and tokens of its own in `folder`. */
export async function linkrd(
  binary: string,
  folder: string,
  device: string,
  more = "",
): Promise<Program> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const server = `bind = "127.0.0.1"\nhttp_port = ${PORT}\nhttps_port = 0\nhttp = "serve"`;
  const video = `device = "${device}"\nquality = 80\nfps_max = 30`;
  writeFileSync(join(folder, "linkrd.toml"), `[server]\n${server}\n[video]\n${video}\n${more}\n`);
  const places = ["--config", folder, "--state", folder];
  await run([binary, "user", "add", USER, "--password-stdin", ...places], `${PASSWORD}\n`);
  const token = await run([binary, "token", "new", "bench", ...places], "");
  return {
    name: "linkrd",
    command: [binary, "serve", ...places],
    origin: ORIGIN,
    snapshot: `${ORIGIN}/api/public/snapshot`,
    stream: `${ORIGIN}/api/public/stream`,
    delta: `${ORIGIN.replace("http", "ws")}/api/screen/ws`,
    headers: { authorization: `token ${token}` },
    unbounded: logIn,
    settleMs: 12_000,
  };
}

/** ustreamer with its own choice of workers, or as `name` and `options` say. */
export function ustreamer(device: string, name: string, ...options: string[]): Program {
  const flags = ["--format=YUYV", "--resolution=1920x1080", "--encoder=CPU", "--quality=80"];
  return {
    name,
    command: [
      ...["ustreamer", `--device=${device}`, ...flags, "--desired-fps=30", `--port=${PORT}`],
      ...options,
    ],
    origin: ORIGIN,
    snapshot: `${ORIGIN}/snapshot`,
    stream: `${ORIGIN}/stream`,
    headers: {},
    unbounded: () => Promise.resolve({}),
    settleMs: 1500,
  };
}

async function run(command: readonly string[], stdin: string): Promise<string> {
  const child = Bun.spawn([...command], { stdin: Buffer.from(stdin), stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout.trim();
}

const START_MS_MAX = 20_000;
/** The thread that plays the hardware inside each program (test/bench/fakev4l2). */
const PLAYER = "fakev4l2";

/** A program that runs, and shows the whole picture. */
export class Running implements AsyncDisposable {
  readonly program: Program;
  /** From exec to the first whole picture that a client has. */
  readonly firstJpegMs: number;
  readonly #child: Bun.Subprocess;

  private constructor(program: Program, child: Bun.Subprocess, firstJpegMs: number) {
    this.program = program;
    this.#child = child;
    this.firstJpegMs = firstJpegMs;
  }

  /** Starts it under the preload, and asks until there is a picture of this width. */
  static async start(
    program: Program,
    library: string,
    devices: string,
    width: number,
  ): Promise<Running> {
    const started = performance.now();
    const child = Bun.spawn([...program.command], {
      env: environmentOf(library, devices),
      stdio: ["ignore", "ignore", "pipe"],
    });
    while (performance.now() - started < START_MS_MAX && child.exitCode === null) {
      const { headers } = program;
      const answer = await fetch(program.snapshot, { headers }).catch(() => undefined);
      const jpeg = answer?.ok === true ? await answer.bytes() : new Uint8Array();
      // Until it has a frame, ustreamer answers with a small picture that says so.
      if (readJpegLayout(jpeg)?.width === width) {
        return new Running(program, child, performance.now() - started);
      }
      await Bun.sleep(1);
    }
    child.kill("SIGKILL");
    throw new Error(`${program.name} gave no picture: ${await child.stderr.text()}`);
  }

  /** Nanoseconds on a CPU of each thread since it began, but for the hardware's. */
  cpu(): Map<string, { name: string; ns: number }> {
    const tasks = `/proc/${this.#child.pid}/task`;
    return new Map(
      readdirSync(tasks).flatMap((task) => {
        const [ns = "0"] = readFileSync(join(tasks, task, "schedstat"), "latin1").split(" ");
        const name = readFileSync(join(tasks, task, "comm"), "latin1").trim();
        return name === PLAYER ? [] : [[task, { name, ns: Number(ns) }] as const];
      }),
    );
  }

  /** MiB of memory in use, but for the buffers, which on hardware are the driver's. */
  memoryMiB(): number {
    const maps = readFileSync(`/proc/${this.#child.pid}/smaps`, "latin1");
    let [kib, counts] = [0, true];
    for (const line of maps.split("\n")) {
      if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) counts = !line.includes(`memfd:${PLAYER}`);
      const [, size] = /^Rss: +(\d+) kB/.exec(line) ?? [];
      if (counts && size !== undefined) kib += Number(size);
    }
    return kib / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.exited;
  }
}
