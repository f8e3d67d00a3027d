/** GET /api/ws: PiKVM's WebSocket. The device's state goes out, keys and mouse come in. */
import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import type { Authority } from "../../access/authority.ts";
import { type Identity, isAble } from "../../access/identity.ts";
import { Bucket } from "../../base/bucket.ts";
import { chain, Fault } from "../../base/fault.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Arbiter } from "../../control/arbiter.ts";
import { InputFeed } from "../../control/feed.ts";
import type { RouteDoc } from "../doc.ts";
import { partyOf } from "../lease.ts";
import { readLooseQuery } from "../query.ts";
import type { Env } from "../route.ts";
import { isSameSite } from "../same-site.ts";
import { CLOSE, type Socket, type SocketHandler } from "../socket.ts";
import { Hub, type HubClient } from "./hub.ts";
import { readMessage } from "./message.ts";
import { bool, optional } from "./query.ts";
import { eventText, type Subject } from "./topic.ts";

export interface KvmdSocketParts {
  readonly arbiter: Arbiter;
  readonly authority: Authority;
  readonly log: Log;
}

const RATE = {
  max: LIMITS.socket_messages_max,
  perSecond: LIMITS.socket_messages_per_second_max,
} as const;

export const kvmdSocketDoc = {
  tag: "PiKVM",
  summary: "PiKVM's WebSocket",
  about: "The device's state goes out as it changes, keys and mouse come in.",
  query: { stream: optional(bool("Whether this client counts as a viewer."), true) },
  answers: { 101: { about: "The WebSocket." } },
} as const satisfies RouteDoc;

export function kvmdSocketHandler(parts: KvmdSocketParts, subjects: readonly Subject[]) {
  const hub = new Hub(subjects, parts.log);
  return (context: Context<Env>): Response => {
    const { stream: isViewer } = readLooseQuery(context.req.url, kvmdSocketDoc.query);
    if (!isSameSite(context.req.raw.headers)) {
      const remedy = "use linkrd's own, or a token";
      throw new Fault("no_permission", `this page is of another site: ${remedy}`);
    }
    if (hub.size >= LIMITS.sockets_max) {
      throw new Fault("too_many", `${hub.size} clients are connected already: try again later`);
    }
    const client = new Client(parts, hub, context.var.identity, isViewer);
    const response = context.env.upgrade(client);
    if (response !== undefined) return response;
    throw new Fault("bad_request", "this address speaks WebSocket: connect with a client of it");
  };
}

class Client implements SocketHandler, HubClient {
  readonly isViewer: boolean;
  readonly #parts: KvmdSocketParts;
  readonly #hub: Hub;
  readonly #identity: Identity;
  readonly #messages = new Bucket(() => performance.now(), RATE);
  /** Undefined for who may look and not touch. */
  readonly #feed: InputFeed | undefined;
  #socket: Socket | undefined;
  #unwatch: (() => void) | undefined;
  #isEnding = false;

  constructor(parts: KvmdSocketParts, hub: Hub, identity: Identity, isViewer: boolean) {
    this.#parts = parts;
    this.#hub = hub;
    this.#identity = identity;
    this.isViewer = isViewer;
    if (!isAble(identity, "control")) return;
    const hand = `socket ${randomUUID()}`;
    const party = { ...partyOf(parts.authority, identity), hand };
    const refused = (error: unknown) => this.#refused(error);
    this.#feed = new InputFeed({ arbiter: parts.arbiter, party, refused });
  }

  open(socket: Socket): void {
    this.#socket = socket;
    const signOut = () => this.#end(CLOSE.credentialEnded, "signed out");
    this.#unwatch = this.#parts.authority.watch(this.#identity, signOut);
    void this.#hub.join(this);
  }

  message(socket: Socket, message: Uint8Array | string): void {
    if (this.#isEnding) return;
    if (!this.#messages.take(1 + Math.floor(message.length / LIMITS.socket_message_bytes))) {
      this.#end(CLOSE.policy, `more than ${RATE.perSecond} messages a second`);
      return;
    }
    const read = readMessage(message);
    if (read?.kind === "ping") socket.send(read.pong);
    else if (read?.kind === "end") this.#end(CLOSE.normal, "");
    else if (read?.kind === "input") this.#take(read.events);
  }

  /** What was sent before a goodbye is done; what comes before a break may be old, and is not. */
  close(code: number): void {
    this.#isEnding = true;
    this.#hub.leave(this);
    const ended = code === CLOSE.lost ? this.#feed?.close() : this.#feed?.end();
    // Until then a credential that ends takes its input along.
    void Promise.resolve(ended).then(this.#unwatch);
  }

  hear(event: string): void {
    this.#socket?.send(event);
  }

  ping(): void {
    this.#socket?.ping();
  }

  #take(events: Parameters<InputFeed["push"]>[0]): void {
    if (this.#feed === undefined) {
      const who = this.#identity.kind === "token" ? this.#identity.name : this.#identity.kind;
      const sentence = `${who} lacks the ability control: keys and mouse are let be`;
      this.#parts.log.once(`input of ${who}`, "warn", sentence);
    } else if (!this.#feed.push(events)) {
      this.#end(CLOSE.tryLater, "keys come faster than the host takes them");
    }
  }

  /** No client of kvmd's waits for an answer, and linkrd's own want to know. */
  #refused(error: unknown): void {
    if (error instanceof Fault) {
      const { code, message, details } = error;
      this.hear(eventText("refused", { ...details, code, message }));
      return;
    }
    this.#parts.log.error(`input failed: ${chain(error)}`);
    this.#end(CLOSE.internal, "linkrd failed");
  }

  #end(code: number, reason: string): void {
    this.#isEnding = true;
    if (code !== CLOSE.normal) void this.#feed?.close();
    this.#socket?.close(code, reason);
  }
}
