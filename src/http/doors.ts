import { unwatchFile, watchFile } from "node:fs";
import type { Hono } from "hono";
import { chain } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
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
    await this.#openNetwork(settings);
  }

  /**
   * Listens where `settings` say. Where that is so already, nothing is closed; where it cannot be,
   * what was listened on before is listened on again, and the reason thrown.
   */
  async move(settings: DoorSettings): Promise<void> {
    const former = this.#settings;
    if (former !== undefined && isSame(former, settings)) return;
    await this.#reopen(settings, former);
  }

  async #reopen(settings: DoorSettings, former: DoorSettings | undefined): Promise<void> {
    await this.#closeNetwork();
    try {
      await this.#openNetwork(settings);
    } catch (error) {
      await this.#closeNetwork();
      if (former !== undefined) await this.#openNetwork(former);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#closeNetwork();
    await this.#unix?.stop();
  }

  async #openNetwork(settings: DoorSettings): Promise<void> {
    const { app, log, stateDir } = this.#parts;
    const { bind, http_port, https_port, tls_cert, tls_key } = settings;
    if (https_port !== 0) {
      this.#certificate = await openCertificate({ cert: tls_cert, key: tls_key }, stateDir);
      this.#network.push(listenTcp(app, bind, https_port, this.#certificate));
      this.#followFiles(settings);
    }
    if (http_port !== 0) this.#network.push(listenTcp(app, bind, http_port));
    this.#settings = settings;
    for (const { address } of this.#network) log.info(`listening on ${address}`);
    if (this.#certificate) log.info(`certificate SHA-256 ${this.#certificate.fingerprint}`);
  }

  async #closeNetwork(): Promise<void> {
    for (const file of this.#watched) unwatchFile(file);
    this.#watched = [];
    this.#certificate = undefined;
    await Promise.all(this.#network.splice(0).map((listener) => listener.stop()));
  }

  /** Whoever renews a certificate of the operator's tells nobody; the runtime keeps the old one. */
  #followFiles(settings: DoorSettings): void {
    if (settings.tls_cert === "") return;
    this.#watched = [settings.tls_cert, settings.tls_key];
    const renew = () => {
      this.#renew(settings).catch((error: unknown) => {
        this.#parts.log.error(`the certificate stays as it was: ${chain(error)}`);
      });
    };
    for (const file of this.#watched) {
      watchFile(file, { interval: LIMITS.certificate_poll_ms, persistent: false }, renew);
    }
  }

  /** The new files are read before anything is closed: half a renewal changes nothing. */
  async #renew(settings: DoorSettings): Promise<void> {
    const { tls_cert, tls_key } = settings;
    await openCertificate({ cert: tls_cert, key: tls_key }, this.#parts.stateDir);
    await this.#reopen(settings, settings);
  }
}

/**
 * The other settings of [server] are asked at each request: a change of them opens nothing anew.
 */
function isSame(one: DoorSettings, other: DoorSettings): boolean {
  const names = ["bind", "http_port", "https_port", "tls_cert", "tls_key"] as const;
  return names.every((name) => one[name] === other[name]);
}
