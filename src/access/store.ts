/**
 * Who may do what, live: access.toml as it was last good, less the tokens that linkrd itself ended.
 * Reading and editing go through one queue, so that what is in force never goes back in time.
 */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { chain, Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { AccessFile } from "./access-file.ts";
import type { FloorClock } from "./clock.ts";
import { digestOf } from "./digest.ts";
import type { Token, User } from "./document.ts";
import { LastUsed } from "./last-used.ts";
import { LiveDocument } from "./live-document.ts";
import * as operations from "./operations.ts";
import { type Repeat, repeat } from "./repeat.ts";
import { type Exchange, replaceFile, storageFault } from "./storage.ts";
import {
  ABILITIES,
  checkAbilities,
  checkExpiry,
  checkTokenName,
  checkUserName,
  mintToken,
} from "./token.ts";
import { TokenIndex, type TokenRow, type Verified } from "./token-index.ts";
import { Tombstones } from "./tombstones.ts";
import { type Watch, watchPaths } from "./watch.ts";

export interface StoreOptions {
  /** access.toml, or a symbolic link to it. */
  readonly path: string;
  /** The state directory; made if missing, done without if it cannot be written. */
  readonly stateDir: string;
  readonly log: Log;
  readonly clock: FloorClock;
  /** For the daemon: follow the file, and keep last uses and the last good version on the disk. */
  readonly live: boolean;
  readonly exchange: Exchange;
}

export interface NewToken {
  readonly name: string;
  /** Who makes it. */
  readonly user: string;
  /** Undefined: all. */
  readonly abilities?: readonly string[] | undefined;
  /** Milliseconds since the epoch; undefined: never. */
  readonly expires?: number | undefined;
}

export class AccessStore {
  readonly #options: StoreOptions;
  readonly #file: AccessFile;
  readonly #current: LiveDocument;
  readonly #tombstones: Tombstones;
  readonly #lastUsed: LastUsed;
  readonly #index: TokenIndex;
  readonly #claimedFile: string;
  readonly #listeners = new Set<() => void>();
  #queue: Promise<unknown> = Promise.resolve();
  #looking = false;
  #watch: Watch | undefined;
  #flushes: Repeat | undefined;

  private constructor(options: StoreOptions) {
    const { path, stateDir, log, live, clock } = options;
    this.#options = options;
    this.#file = new AccessFile(path);
    const lastGood = join(stateDir, "access.last-good.toml");
    this.#current = new LiveDocument({ file: this.#file, lastGood, live, log });
    this.#tombstones = new Tombstones(join(stateDir, "revoked"));
    this.#lastUsed = new LastUsed(join(stateDir, "last-used.json"));
    this.#index = new TokenIndex(clock, this.#lastUsed);
    this.#claimedFile = join(stateDir, "claimed");
  }

  /**
   * Reads everything. A file that is missing or broken is no error but {@link AccessStore.state}; a
   * list of revoked digests that cannot be read is one, since it would bring tokens back.
   */
  static async open(options: StoreOptions): Promise<AccessStore> {
    const store = new AccessStore(options);
    const { stateDir, log, live, path } = options;
    await mkdir(stateDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      log.warn(`nothing is kept across restarts: ${chain(storageFault(stateDir, error))}`);
    });
    await store.#tombstones.load();
    await store.#lastUsed.load().catch((error: unknown) => log.warn(chain(error)));
    await store.#current.open();
    await store.#refresh();
    if (live) {
      store.#watch = watchPaths([path, join(stateDir, "revoked")], () => store.#heard());
      // For what changed after it was read and before it was watched.
      store.#heard();
      store.#flushes = repeat(LIMITS.last_used_flush_ms, () => store.flush());
    }
    return store;
  }

  /** `absent`: no file, and never was one. `broken`: the file is at fault and not in force. */
  get state(): "ready" | "absent" | "broken" {
    if (this.#current.absent) return "absent";
    return this.#current.fault === undefined ? "ready" : "broken";
  }

  /** What is wrong with the file when the state is not `ready`. */
  get fault(): Fault | undefined {
    return this.#current.fault;
  }

  /** The time that expiry is held against. */
  get clock(): FloorClock {
    return this.#options.clock;
  }

  /** Whether the first user may be made by anyone: nobody is in the file, and nobody ever was. */
  get setupOpen(): boolean {
    return this.state === "ready" && this.users().length === 0 && !existsSync(this.#claimedFile);
  }

  /** Makes the file with `text`, the one that is shipped, unless there is one by now. */
  async create(text: string): Promise<void> {
    await this.#enqueue(async () => {
      await mkdir(dirname(this.#file.path), { recursive: true }).catch((error: unknown) => {
        throw storageFault(this.#file.path, error);
      });
      await this.#file.create(text);
      await this.#look();
    });
  }

  /**
   * Whose text this is, and whether it still holds; undefined when it is nobody's. Costs the same
   * for every text and any number of tokens.
   */
  verify(text: string): Verified | undefined {
    return this.#index.verify(text);
  }

  /** How the token of this digest stands now, for a stream that began earlier. */
  check(sha256: string): Verified | undefined {
    return this.#index.check(sha256);
  }

  /** All tokens in the order of the file, expired and revoked ones too. */
  tokens(): readonly TokenRow[] {
    return this.#index.rows();
  }

  users(): readonly User[] {
    return this.#current.document.users;
  }

  user(name: string): User | undefined {
    return this.users().find((user) => user.name === name);
  }

  /**
   * Mints a token; `text` is told this once. Faults: `bad_request` (`Invalid Name Format`, an
   * ability or an expiry that cannot be), `conflict` (`Name Already Exists`), `storage`,
   * `bad_config` when the file is broken.
   */
  async createToken(wish: NewToken): Promise<{ readonly text: string; readonly token: TokenRow }> {
    checkTokenName(wish.name);
    const abilities = checkAbilities(wish.abilities ?? ABILITIES);
    const now = this.#options.clock.now();
    if (wish.expires !== undefined) checkExpiry(wish.expires, now);
    const text = mintToken();
    const sha256 = digestOf(text);
    const { name, user, expires } = wish;
    await this.#edit(operations.addToken({ name, user, sha256, abilities, created: now, expires }));
    const token = this.#index.row(sha256);
    if (token === undefined) {
      throw new Fault("storage", "the new token was taken out again at once: try it anew");
    }
    return { text, token };
  }

  /**
   * Ends a token at once and for good; its row stays. `not_found` for an unknown name. After a
   * Fault `storage` the token is refused all the same, but a restart may bring it back.
   */
  async revokeToken(name: string): Promise<TokenRow> {
    const sha256 = await this.#end(name, operations.revokeToken);
    const token = this.#index.row(sha256);
    if (token === undefined) throw new Fault("not_found", `no token is named ${name} any more`);
    return token;
  }

  /** Ends a token at once and for good, and takes its block out. Faults as of `revokeToken`. */
  async deleteToken(name: string): Promise<void> {
    const sha256 = await this.#end(name, operations.deleteToken);
    if (this.#index.check(sha256) === undefined) return;
    throw new Fault("storage", `${name} is revoked, but its block is still there: delete it again`);
  }

  /**
   * Adds a user with an argon2id hash. With `first` only while there is none, so that of two people
   * who set a device up at once one is told. Faults `bad_request`, `conflict`, `storage`.
   */
  async addUser(name: string, passwordHash: string, first = false): Promise<void> {
    checkUserName(name);
    await this.#edit(operations.addUser(name, passwordHash, first));
  }

  /** Sets an argon2id hash. Faults `not_found`, `storage`. */
  async setPassword(name: string, passwordHash: string): Promise<void> {
    await this.#edit(operations.setUser(name, "password", passwordHash));
  }

  /** Sets the base32 secret of the second factor, or drops it with "". Faults as above. */
  async setTotp(name: string, secret: string): Promise<void> {
    await this.#edit(operations.setUser(name, "totp", secret));
  }

  /**
   * Calls `listener` after each change of tokens or users, until the function returned is called.
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Remembers that `token` was used now, by the client at the address `from`. */
  noteUse(token: Token, from: string): void {
    this.#lastUsed.note(token.sha256, { at: this.#options.clock.now(), from });
  }

  /** Puts last uses and the latest time seen on the disk, if there is anything new. */
  async flush(): Promise<void> {
    const { clock, log } = this.#options;
    await clock.keep();
    try {
      await this.#lastUsed.save((sha256) => this.#index.check(sha256) !== undefined);
    } catch (error) {
      log.once("last used", "warn", `last uses are not kept: ${chain(error)}`);
    }
  }

  /** Ends the watch, waits for edits under way, and flushes if live. */
  async close(): Promise<void> {
    this.#watch?.stop();
    this.#flushes?.stop();
    await this.#enqueue(async () => undefined);
    if (this.#options.live) await this.flush();
  }

  async #edit(operation: operations.Operation): Promise<void> {
    await this.#enqueue(() => this.#write(operation));
  }

  async #write(operation: operations.Operation): Promise<void> {
    const change = (text: string) => operation(text, this.#file.path);
    await this.#current.wrote(await this.#file.update(change, this.#options.exchange));
    await this.#refresh();
  }

  /**
   * Ends the token first in memory, then among the tombstones, then in the file. With the tombstone
   * on the disk it is done: that the file could not be changed is then only worth a warning.
   */
  async #end(
    name: string,
    operation: (sha256: string, at: number) => operations.Operation,
  ): Promise<string> {
    const at = this.#options.clock.now();
    let sha256 = this.#condemn(name, at);
    return await this.#enqueue(async () => {
      if (sha256 === undefined) await this.#look();
      sha256 ??= this.#condemn(name, at);
      if (sha256 === undefined) {
        throw new Fault("not_found", `no token is named ${name}: look at the list`);
      }
      const buried = await settle(this.#tombstones.save());
      const written = await settle(this.#write(operation(sha256, at)));
      if (!buried.ok) {
        // A command holds nothing in force: the daemon goes by what is on the disk.
        const still = !this.#options.live && !written.ok;
        const message = still
          ? `${name} is not revoked and stays as it was`
          : `${name} is refused now, but a restart or an old copy may bring it back`;
        throw new Fault("storage", `${message}: see to the disk, then do it again`, {
          cause: buried.error,
        });
      }
      if (!written.ok) this.#options.log.warn(`${name} is revoked, but: ${chain(written.error)}`);
      return sha256;
    });
  }

  #condemn(name: string, at: number): string | undefined {
    const token = this.#current.document.tokens.find((candidate) => candidate.name === name);
    if (token === undefined) return undefined;
    this.#tombstones.add(token.sha256, token.revoked ?? at);
    this.#publish();
    return token.sha256;
  }

  #heard(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#enqueue(async () => {
      this.#looking = false;
      await this.#look();
    }).catch((error: unknown) => this.#options.log.error(`access.toml: ${chain(error)}`));
  }

  async #look(): Promise<void> {
    const ended = await this.#tombstones.load();
    const changed = await this.#current.look();
    if (ended || changed) await this.#refresh();
  }

  /** Makes the document in force the one that is asked, and tells who listens. */
  async #refresh(): Promise<void> {
    this.#publish();
    const { live, log } = this.#options;
    if (!live || this.users().length === 0 || existsSync(this.#claimedFile)) return;
    await replaceFile(this.#claimedFile, new Uint8Array()).catch((error: unknown) => {
      log.once("claimed", "warn", chain(storageFault(this.#claimedFile, error)));
    });
  }

  #publish(): void {
    const tokens = this.#current.document.tokens.map((token) => {
      return { ...token, revoked: token.revoked ?? this.#tombstones.revokedAt(token.sha256) };
    });
    this.#index.replace(tokens);
    for (const listener of this.#listeners) listener();
  }

  async #enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => undefined);
    return await result;
  }
}

type Settled = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

async function settle(promise: Promise<void>): Promise<Settled> {
  return await promise.then(
    () => ({ ok: true }),
    (error: unknown) => ({ ok: false, error }),
  );
}
