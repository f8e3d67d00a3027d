/**
 * The data partition of the image on a card with a cache, mounted by this machine's kernel, and the
 * daemon on it: the card is an NBD server, which qemu-storage-daemon makes a file of (FUSE), on
 * which there is a loop device. A flush of ext4's is a flush of the card's. Needs root, and a mount
 * namespace of its own.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BINARY, freePort, settings } from "../../api/linkrd.ts";
import { must, run, until } from "../../lab/guest/run.ts";
import { CachedCard, type Manner } from "./cached-card.ts";
import { filledAccess, PASSWORD, PLACES, USER } from "./kept.ts";
import { ask, logIn, type Session } from "./promises.ts";

const BYTES = 64 * 2 ** 20;
/** As image/early/linkrd/state mounts it. */
const OPTIONS = "rw,noatime,nodev,nosuid,errors=remount-ro";
const WAIT_SECONDS_MAX = 20;

/** A formatted partition with a user and tokens on it. */
export interface Flashed {
  readonly folder: string;
  readonly image: string;
  readonly port: number;
  /** Texts by name. */
  readonly tokens: ReadonlyMap<string, string>;
}

/** Makes the partition, as scripts/image-disk.sh does, in `folder`. */
export async function flash(folder: string): Promise<Flashed> {
  const image = join(folder, "data.ext4");
  const top = join(folder, "files");
  const { access, tokens } = await filledAccess();
  const port = await freePort();
  const put = async (name: string, text: string) => {
    await mkdir(join(top, name, ".."), { recursive: true });
    await writeFile(join(top, name), text, { mode: 0o600 });
  };
  await put(PLACES.access, access);
  await put(PLACES.access.replace("access", "linkrd"), settings(port));
  await put(PLACES.tombstones, "");
  for (const tree of ["etc", "var"]) await mkdir(join(top, tree, "work"));
  await must(["truncate", "-s", `${BYTES}`, image]);
  await must(["mkfs.ext4", "-q", "-F", "-b", "4096", "-e", "remount-ro", "-d", top, image]);
  return { folder, image, port, tokens };
}

export class Rig implements AsyncDisposable {
  readonly card: CachedCard;
  readonly #flashed: Flashed;
  readonly #processes: Bun.Subprocess[] = [];
  /** What was mounted, then what it is on. */
  readonly #undo: (readonly string[])[] = [];

  private constructor(flashed: Flashed, card: CachedCard) {
    this.#flashed = flashed;
    this.card = card;
  }

  /** Puts the card in and starts the daemon. @param wrapper a program that runs it */
  static async start(flashed: Flashed, how: Manner, wrapper: readonly string[]): Promise<Rig> {
    const socket = join(flashed.folder, "card.sock");
    await rm(socket, { force: true });
    const rig = new Rig(flashed, await CachedCard.insert(socket, flashed.image, BYTES, how));
    try {
      await rig.#mount(await rig.#attach(socket));
      await rig.#serve(wrapper);
      return rig;
    } catch (error) {
      await rig.cut();
      await rig[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Logs the user in. */
  async session(): Promise<Session> {
    const url = `http://127.0.0.1:${this.#flashed.port}`;
    return { url, cookie: await logIn(url, USER, PASSWORD), password: PASSWORD };
  }

  /** Ends all that goes on, as the power does that the card has lost; nothing is written by it. */
  async cut(): Promise<void> {
    // Whoever waits for the card waits until that is gone: nothing is awaited before.
    for (const process of this.#processes) process.kill("SIGKILL");
    for (const process of this.#processes.splice(0)) await process.exited;
    for (const command of this.#undo.splice(0).reverse()) await run(command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.card[Symbol.asyncDispose]();
  }

  /** @returns the block device of the card */
  async #attach(socket: string): Promise<string> {
    const file = join(this.#flashed.folder, "card.raw");
    await writeFile(file, "");
    const daemon = Bun.spawn(
      [
        ...["qemu-storage-daemon", "--blockdev"],
        `driver=nbd,node-name=card,server.type=unix,server.path=${socket}`,
        "--export",
        `type=fuse,id=card,node-name=card,mountpoint=${file},writable=on`,
      ],
      { stdin: "ignore", stdout: "ignore", stderr: "inherit" },
    );
    this.#processes.push(daemon);
    this.#undo.push(["umount", "--lazy", file]);
    await until("the card to be a file", WAIT_SECONDS_MAX, () => {
      return Bun.file(file).size === BYTES || undefined;
    });
    const device = (await must(["losetup", "--find", "--show", file])).trim();
    this.#undo.push(["losetup", "--detach", device]);
    return device;
  }

  async #mount(device: string): Promise<void> {
    const data = this.#place("data");
    const mount = async (place: string, ...words: string[]) => {
      await mkdir(place, { recursive: true });
      await must(["mount", ...words, place]);
      this.#undo.push(["umount", "--lazy", place]);
    };
    await mount(data, "-t", "ext4", "-o", OPTIONS, device);
    for (const tree of ["etc", "var"]) {
      const lower = this.#place(`lower/${tree}`);
      await mkdir(lower, { recursive: true });
      const [upper, work] = [join(data, tree, "upper"), join(data, tree, "work")];
      const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
      await mount(this.#place(tree), "-t", "overlay", "-o", layers, "overlay");
    }
  }

  async #serve(wrapper: readonly string[]): Promise<void> {
    const places = [
      "--config",
      this.#place("etc/linkrd"),
      "--state",
      this.#place("var/lib/linkrd"),
    ];
    const daemon = Bun.spawn([...wrapper, BINARY, "serve", ...places], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: Bun.file(join(this.#flashed.folder, "linkrd.log")),
    });
    this.#processes.push(daemon);
    await until("the daemon to answer", WAIT_SECONDS_MAX, async () => {
      const url = `http://127.0.0.1:${this.#flashed.port}`;
      return (await ask(url, "/api/auth/check").catch(() => undefined)) && true;
    });
  }

  #place(name: string): string {
    return join(this.#flashed.folder, name);
  }
}
