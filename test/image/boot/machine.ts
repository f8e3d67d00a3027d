/** The image in qemu-system-aarch64, as one computer that is switched on and off. */
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { must, type Outcome, run, until } from "../../lab/guest/run.ts";
import type { Board } from "./boards.ts";
import { Monitor } from "./monitor.ts";

const ROOT = resolve(import.meta.dir, "../../..");
export const WORK = join(ROOT, "build/image-test");
/** A Raspberry Pi in emulation, on a machine that does other things too, takes its time. */
const BOOT_SECONDS_MAX = 420;
const COMMAND_SECONDS_MAX = 120;
const SUSPEND_SECONDS_MAX = 300;

export class Machine implements AsyncDisposable {
  readonly #board: Board;
  readonly #card: string;
  readonly #folder: string;
  readonly #ports: { readonly ssh: number; readonly https: number };
  #process: Bun.Subprocess | undefined;

  private constructor(board: Board, card: string, folder: string) {
    this.#board = board;
    this.#card = card;
    this.#folder = folder;
    this.#ports = { ssh: freePort(), https: freePort() };
  }

  /** A machine that is off, with `card` in it, as qemu describes a drive. */
  static async make(board: Board, card: string): Promise<Machine> {
    const folder = join(WORK, "machine");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const key = join(folder, "key");
    await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
    return new Machine(board, card, folder);
  }

  /** A machine that is off, with `image` on a card of `size`, such as "4G". */
  static async insert(board: Board, image: string, size: string): Promise<Machine> {
    const disk = join(WORK, "card.qcow2");
    await must(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image, disk, size]);
    return await Machine.make(board, `file=${disk},format=qcow2`);
  }

  /** The public key that the machine's owner has. */
  async publicKey(): Promise<string> {
    return await Bun.file(join(this.#folder, "key.pub")).text();
  }

  get url(): string {
    return `https://127.0.0.1:${this.#ports.https}`;
  }

  /** All that the serial console has shown since it was switched on. */
  async console(): Promise<string> {
    const file = Bun.file(this.#serial);
    return (await file.exists()) ? await file.text() : "";
  }

  get #serial(): string {
    return join(this.#folder, "serial.log");
  }

  get #control(): string {
    return join(this.#folder, "control");
  }

  /** @param extra arguments of qemu, such as `-incoming` */
  async switchOn(...extra: string[]): Promise<void> {
    await rm(this.#serial, { force: true });
    const { ssh, https } = this.#ports;
    const forward = `hostfwd=tcp:127.0.0.1:${ssh}-:22,hostfwd=tcp:127.0.0.1:${https}-:443`;
    this.#process = Bun.spawn(
      [
        "qemu-system-aarch64",
        ...this.#board.qemu(this.#card),
        ...["-accel", "tcg,thread=multi,tb-size=256", "-display", "none", "-nodefaults"],
        ...["-serial", `file:${this.#serial}`],
        ...["-qmp", `unix:${this.#control},server=on,wait=off`],
        ...["-netdev", `user,id=net,${forward}`, "-device", `${this.#board.network},netdev=net`],
        ...extra,
      ],
      { stdin: "ignore", stdout: "ignore", stderr: Bun.file(join(this.#folder, "qemu.log")) },
    );
  }

  /** Waits until `look` finds what it looks for; a machine that died ends the wait. */
  async wait<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    return await until(what, BOOT_SECONDS_MAX, async () => {
      if (this.#process?.exitCode !== null) {
        const said = await Bun.file(join(this.#folder, "qemu.log")).text();
        throw new Error(`the machine went off: ${said}${(await this.console()).slice(-2000)}`);
      }
      const found = await look();
      if (found === undefined) await Bun.sleep(500);
      return found;
    });
  }

  /** Waits until linkrd answers over HTTPS. @returns seconds that it took */
  async answers(): Promise<number> {
    const started = performance.now();
    await this.wait("linkrd to answer", async () => {
      const { exit } = await this.curl("/api/auth/check", "--max-time", "10");
      return exit === 0 ? true : undefined;
    });
    return Math.round((performance.now() - started) / 1000);
  }

  /** curl, by default not looking at the certificate. */
  async curl(path: string, ...options: string[]): Promise<Outcome> {
    const how = options.some((option) => option.startsWith("--pin")) ? [] : ["--insecure"];
    return await run(["curl", "--silent", "--show-error", ...how, ...options, this.url + path]);
  }

  /** A command as root over SSH. */
  async root(command: string, input = "", seconds = COMMAND_SECONDS_MAX): Promise<Outcome> {
    const { ssh } = this.#ports;
    const bounded = ["timeout", `${seconds}`, "ssh", "-p", `${ssh}`, ...this.#identity];
    return await run([...bounded, "root@127.0.0.1", command], input);
  }

  /** The output of a command as root, which has to succeed. */
  async must(command: string, input = ""): Promise<string> {
    const { exit, stdout, stderr } = await this.root(command, input);
    if (exit !== 0) throw new Error(`${command}: exit ${exit}: ${stderr.trim()} ${stdout.trim()}`);
    return stdout.trim();
  }

  /** Copies a file to the machine, as its owner would. */
  async send(file: string, to: string): Promise<void> {
    const target = [file, `root@127.0.0.1:${to}`];
    await must(["scp", "-q", "-P", `${this.#ports.ssh}`, ...this.#identity, ...target]);
  }

  get #identity(): readonly string[] {
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
    const all = [...options, "ConnectTimeout=30", "BatchMode=yes"];
    return ["-i", join(this.#folder, "key"), ...all.flatMap((option) => ["-o", option])];
  }

  /** Waits until root can log in. */
  async reachable(): Promise<void> {
    await this.wait("root to log in over SSH", async () => {
      return (await this.root("true")).exit === 0 ? true : undefined;
    });
  }

  /** Has it start again, as its owner would. @returns seconds that it took, up to the API */
  async restart(): Promise<number> {
    await this.root("systemctl reboot");
    await this.wait("the machine to go down", async () => {
      return (await this.curl("/api/status", "--max-time", "3")).exit !== 0 ? true : undefined;
    });
    return await this.answers();
  }

  /** Stops it and writes all but the card to `file`, for {@link goOn}; then it is off. */
  async suspend(file: string): Promise<void> {
    using monitor = await Monitor.open(this.#control);
    await monitor.order("stop");
    await monitor.order("migrate", { uri: `exec:cat >${file}` });
    await until("all of the machine to be written", SUSPEND_SECONDS_MAX, async () => {
      const status = await monitor.status("query-migrate");
      if (status === "failed") throw new Error(`the machine was not written to ${file}`);
      return status === "completed" || undefined;
    });
    await this.cut();
  }

  /** Goes on from what {@link suspend} wrote. */
  async goOn(file: string): Promise<void> {
    await this.switchOn("-incoming", `exec:cat ${file}`);
    await this.wait("the machine to be read", async () => {
      using monitor = await Monitor.open(this.#control).catch(() => undefined);
      const status = await monitor?.status("query-status");
      if (status !== "paused") return undefined;
      await monitor?.order("cont");
      return true;
    });
  }

  /** Takes the power away. */
  async cut(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}

function freePort(): number {
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: () => undefined },
  });
  const { port } = server;
  server.stop(true);
  return port;
}
