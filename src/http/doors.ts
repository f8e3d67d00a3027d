import { unwatchFile, watchFile } from "node:fs";
import type { Hono } from "hono";
import { chain } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { type Certificate, openCertificate } from "./certificate.ts";
import type { Env } from "./route.ts";
import { type Listener, listenTcp, listenUnix } from "./serve.ts";

/** [server] of linkrd.toml, as far as it says where to listen. */
export interface DoorSettings {
  readonly bind: string;
  readonly http_port: number;
  readonly https_port: number;
  /** PEM files of the operator's; both empty for the device's own certificate. */
  readonly tls_cert: string;
  readonly tls_key: string;
}

export interface DoorParts {
  readonly app: Hono<Env>;
  /** The unix socket. */
  readonly socket: string;
  /** Where the device's own certificate is kept. */
  readonly stateDir: string;
  /** How often the operator's certificate is looked at, in milliseconds. */
  readonly certificatePollMs: number;
  readonly log: Log;
}

/**
 * Where the app is listened for: the unix socket always, plain HTTP and HTTPS as the settings say.
 */
export class Doors {
  readonly #parts: DoorParts;
  #unix: Listener | undefined;
  #network: Listener[] = [];
  /** What `#network` was opened by. */
  #settings: DoorSettings | undefined;
  #watched: readonly string[] = [];
  #certificate: Certificate | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /** SHA-256 fingerprint of the certificate in use; undefined without HTTPS. */
  get fingerprint(): string | undefined {
    return this.#certificate?.fingerprint;
  }

  /** @throws Fault that says what stands in the way; what was opened before it stays open */
  async open(settings: DoorSettings): Promise<void> {
    this.#unix = listenUnix(this.#parts.app, this.#parts.socket);
    this.#openNetwork(settings, await this.#certificateOf(settings));
  }

  /**
   * Listens where `settings` say. Where that is so already, nothing is closed; where it cannot be,
   * what was listened on before is listened on again, and the reason thrown.
   */
  move(settings: DoorSettings): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#settings !== undefined && isSame(this.#settings, settings)) return;
      await this.#reopen(settings, await this.#certificateOf(settings));
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#closeNetwork());
    await this.#unix?.stop();
  }

  /** One change of where to listen after the other: they would take each other's ports. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(task);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** All that can be known to fail has been tried before: what is open is closed here. */
  async #reopen(settings: DoorSettings, certificate: Certificate | undefined): Promise<void> {
    const [former, shown] = [this.#settings, this.#certificate];
    await this.#closeNetwork();
    try {
      this.#openNetwork(settings, certificate);
    } catch (error) {
      await this.#closeNetwork();
      if (former !== undefined) this.#openNetwork(former, shown);
      throw error;
    }
  }

  async #certificateOf(settings: DoorSettings): Promise<Certificate | undefined> {
    const { https_port, tls_cert, tls_key } = settings;
    if (https_port === 0) return undefined;
    const { stateDir, log } = this.#parts;
    return await openCertificate({ cert: tls_cert, key: tls_key }, stateDir, log);
  }

  #openNetwork(settings: DoorSettings, certificate: Certificate | undefined): void {
    const { app, log } = this.#parts;
    const { bind, http_port, https_port } = settings;
    if (certificate !== undefined) {
      this.#network.push(listenTcp(app, bind, https_port, certificate));
    }
    if (http_port !== 0) this.#network.push(listenTcp(app, bind, http_port));
    this.#certificate = certificate;
    this.#settings = settings;
    this.#followFiles(settings);
    for (const { address } of this.#network) log.info(`listening on ${address}`);
    if (certificate !== undefined) log.info(`certificate SHA-256 ${certificate.fingerprint}`);
  }

  async #closeNetwork(): Promise<void> {
    for (const file of this.#watched) unwatchFile(file);
    this.#watched = [];
    this.#certificate = undefined;
    this.#settings = undefined;
    await Promise.all(this.#network.splice(0).map((listener) => listener.stop()));
  }

  /** Whoever renews a certificate of the operator's tells nobody; the runtime keeps the old one. */
  #followFiles({ https_port, tls_cert, tls_key }: DoorSettings): void {
    if (https_port === 0 || tls_cert === "") return;
    this.#watched = [tls_cert, tls_key];
    const renew = () => {
      this.#inTurn(() => this.#renew()).catch((error: unknown) => {
        this.#parts.log.error(`the certificate stays as it was: ${chain(error)}`);
      });
    };
    for (const file of this.#watched) {
      watchFile(file, { interval: this.#parts.certificatePollMs, persistent: false }, renew);
    }
  }

  /** The new files are read before anything is closed: half a renewal changes nothing. */
  async #renew(): Promise<void> {
    const settings = this.#settings;
    if (settings === undefined) return;
    const found = await this.#certificateOf(settings);
    const shown = this.#certificate;
    if (found?.cert === shown?.cert && found?.key === shown?.key) return;
    await this.#reopen(settings, found);
  }
}

/**
 * The other settings of [server] are asked at each request: a change of them opens nothing anew.
 */
function isSame(one: DoorSettings, other: DoorSettings): boolean {
  const names = ["bind", "http_port", "https_port", "tls_cert", "tls_key"] as const;
  return names.every((name) => one[name] === other[name]);
}
