/** A client of PiKVM's WebSocket, which puts states together as PiKVM's page does. */
import type { Linkrd } from "./linkrd.ts";

export interface Event {
  readonly event_type: string;
  readonly event: Readonly<Record<string, unknown>>;
}

export class KvmdClient implements Disposable {
  readonly #socket: WebSocket;
  #wake: () => void = () => undefined;
  /** Everything that has come, in order: events, and bytes. */
  readonly heard: (Event | Uint8Array)[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;

  constructor(
    linkrd: Linkrd,
    {
      path = "/api/ws",
      query = "",
      headers = {} as Readonly<Record<string, string>>,
      token = linkrd.token,
    } = {},
  ) {
    const url = `ws://127.0.0.1:${linkrd.port}${path}${query}`;
    const credential = token === "" ? {} : { authorization: `token ${token}` };
    this.#socket = new WebSocket(url, { headers: { ...credential, ...headers } });
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => {
      const message: unknown = data;
      if (typeof message === "string") this.heard.push(JSON.parse(message) as Event);
      else this.heard.push(new Uint8Array(message as ArrayBuffer));
      this.#wake();
    };
    this.#socket.onclose = ({ code, reason }) => {
      this.closed = { code, reason };
      this.#wake();
    };
  }

  /** One that has been greeted, and told everything. */
  static async connect(...how: ConstructorParameters<typeof KvmdClient>): Promise<KvmdClient> {
    const client = new KvmdClient(...how);
    await client.until(() => client.state("info")["uptime"]);
    return client;
  }

  /** Waits until `found` finds something in what has come, or says that it was closed. */
  async until<Found>(found: () => Found | undefined): Promise<Found> {
    for (;;) {
      const result = found();
      if (result !== undefined) return result;
      if (this.closed !== undefined) {
        throw new Error(`closed: ${this.closed.code} ${this.closed.reason}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async untilClosed(): Promise<{ readonly code: number; readonly reason: string }> {
    return await this.until(() => this.closed);
  }

  events(type: string): Event["event"][] {
    return this.heard.flatMap((each) => {
      return !(each instanceof Uint8Array) && each.event_type === type ? [each.event] : [];
    });
  }

  /** All members of a subject, as told last. */
  state(type: string): Event["event"] {
    return Object.assign({}, ...this.events(type)) as Event["event"];
  }

  send(message: Uint8Array | string): void {
    this.#socket.send(message);
  }

  say(event_type: string, event: unknown): void {
    this.send(JSON.stringify({ event_type, event }));
  }

  bytes(hex: string): void {
    this.send(Uint8Array.fromHex(hex.replaceAll(" ", "")));
  }

  /** Resolves when all that was sent before was read. */
  async read(): Promise<void> {
    const pongs = () => this.heard.filter((each) => each instanceof Uint8Array).length;
    const before = pongs();
    this.bytes("00");
    await this.until(() => pongs() > before || undefined);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
