/** The network between a browser and linkrd, which can be cut and mended. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { Transform } from "node:stream";

export class Wire implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #ends: Set<Socket>;
  #isCut = false;

  private constructor(server: Server, ends: Set<Socket>, port: number) {
    this.#server = server;
    this.#ends = ends;
    this.port = port;
    server.on("connection", (socket) => {
      if (this.#isCut) socket.destroy();
    });
  }

  /**
   * A wire to `target`, a port of loopback. @param passes whether WebSockets pass, as they do not
   * through some proxies
   */
  static async lay(target: number, passes = true): Promise<Wire> {
    const ends = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(target, "127.0.0.1");
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        ends.add(one);
        if (passes || one === far) one.pipe(other);
        else one.pipe(withoutUpgrade()).pipe(other);
        one.on("error", () => one.destroy());
        one.on("close", () => {
          ends.delete(one);
          other.destroy();
        });
      }
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new Wire(server, ends, address.port);
  }

  /** All connections break, and none is made. */
  cut(): void {
    this.#isCut = true;
    for (const end of this.#ends) end.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }
}

/** Requests as an old proxy hands them on: nothing is asked to become a WebSocket. */
function withoutUpgrade(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString("latin1").replace(/^Upgrade: websocket\r\n/im, "");
      done(null, Buffer.from(text, "latin1"));
    },
  });
}
