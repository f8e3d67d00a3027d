/** A boot partition's folder and a device's root, both folders of this machine. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provision, type Report } from "../../src/provision/provision.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

export const HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$4hKHlcE5bvrRrDihCc6VajMjwN2nWiYMGtTxgiQiNw8" +
  "$XaRaZQZ7FyStGIZhNB0SvsyE7Nt95wojg2dXkIzJJ/o";
export const KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ6Pw5Yf8m5bLq1qvN7tqJ3m6m5j0k8cV1tq3J1m0aB anna@laptop";

export class Card implements AsyncDisposable {
  readonly #top: string;

  private constructor(top: string) {
    this.#top = top;
  }

  static async open(files: Files): Promise<Card> {
    const card = new Card(await mkdtemp(join(tmpdir(), "linkrd-card-")));
    await mkdir(card.#folder);
    await mkdir(join(card.#top, "root/proc/sys/kernel"), { recursive: true });
    await card.put(files);
    return card;
  }

  get #folder(): string {
    return join(this.#top, "linkrd");
  }

  async put(files: Files): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(this.#folder, name), content);
    }
  }

  async start(keep = false): Promise<readonly Report[]> {
    return await provision({ folder: this.#folder, root: join(this.#top, "root"), keep });
  }

  /** The names that are left in the folder. */
  async left(): Promise<string[]> {
    return (await readdir(this.#folder)).sort();
  }

  async log(): Promise<string> {
    return await Bun.file(join(this.#folder, "log.txt")).text();
  }

  /** The text of a file of the device; undefined where there is none. */
  async device(path: string): Promise<string | undefined> {
    const file = Bun.file(join(this.#top, "root", path));
    return (await file.exists()) ? await file.text() : undefined;
  }

  /** The permissions of a file of the device. */
  async mode(path: string): Promise<number> {
    return (await Bun.file(join(this.#top, "root", path)).stat()).mode & 0o777;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#top, { recursive: true });
  }
}
