/**
 * PiKVM's media: pictures over a WebSocket, for its page and for scripts. JPEG is what there is
 * here; a client that wants H.264 sees that it is not offered.
 */
import type { Context } from "hono";
import { is, literal, object, record, strictObject, string, unknown } from "valibot";
import type { Authority } from "../../access/authority.ts";
import type { Identity } from "../../access/identity.ts";
import { Fault } from "../../base/fault.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Screen } from "../../video/screen.ts";
import type { RouteDoc } from "../doc.ts";
import { LOOK_AGAIN_MS, type Pace, untilDue } from "../pace.ts";
import { readLooseQuery } from "../query.ts";
import type { Env, Route } from "../route.ts";
import { isSameSite } from "../same-site.ts";
import { CLOSE, type Socket, type SocketHandler } from "../socket.ts";
import type { Viewer, Viewers } from "../viewers.ts";
import { kvmd, kvmdReply } from "./dialect.ts";
import { optional, required } from "./query.ts";
import { validText } from "./validate.ts";

export interface MediaParts extends Pace {
  readonly screen: Screen;
  readonly authority: Authority;
  readonly viewers: Viewers;
}

/** Formats by kvmd's names, each with what a decoder has to know. */
const FORMATS = { video: { jpeg: {} } };
const START = object({
  event_type: literal("start"),
  event: object({ type: literal("video"), format: literal("jpeg") }),
});
const GREETING = JSON.stringify({ event_type: "media", event: FORMATS });
/** First bytes of binary messages, and that a picture needs no other one before it. */
const OP = { ping: 0, picture: 1, pong: 255 } as const;
const IS_KEY = 1;
/** How often it is looked whether a client has taken what it was sent. */
const UNSENT_LOOK_MS = 10;

const mediaDoc = {
  tag: "PiKVM",
  summary: "Formats of the media socket",
  answers: {
    200: {
      about: "By kind and name.",
      json: strictObject({ media: record(string(), record(string(), unknown())) }),
    },
  },
} as const satisfies RouteDoc;

const mediaSocketDoc = {
  tag: "PiKVM",
  summary: "Pictures over a WebSocket",
  about: "With `video` the messages are pictures and nothing else, from the start.",
  query: { video: optional(required("The format.", { enum: ["", "jpeg"] }, validFormat), "") },
  answers: { 101: { about: "The WebSocket." } },
} as const satisfies RouteDoc;

export function mediaRoutes(parts: MediaParts): readonly Route[] {
  const shared = { method: "GET", access: "view", dialect: kvmd } as const;
  return [
    {
      ...shared,
      path: "/api/media",
      doc: mediaDoc,
      handler: () => kvmdReply({ media: FORMATS }),
    },
    {
      ...shared,
      path: "/api/media/ws",
      doc: mediaSocketDoc,
      handler: mediaSocketHandler(parts),
    },
  ];
}

function mediaSocketHandler(parts: MediaParts) {
  return (context: Context<Env>): Response => {
    const { video } = readLooseQuery(context.req.url, mediaSocketDoc.query);
    if (!isSameSite(context.req.raw.headers)) {
      const remedy = "use linkrd's own, or a token";
      throw new Fault("no_permission", `this page is of another site: ${remedy}`);
    }
    const client = new Client(parts, context.var.identity, video !== "");
    const response = context.env.upgrade(client);
    if (response !== undefined) return response;
    client.close();
    throw new Fault("bad_request", "this address speaks WebSocket: connect with a client of it");
  };
}

/** A client of the socket; a `pure` one is sent pictures alone, without asking for them. */
class Client implements SocketHandler {
  readonly #parts: MediaParts;
  readonly #identity: Identity;
  readonly #pure: boolean;
  readonly #viewer: Viewer;
  readonly #gone = new AbortController();
  #unwatch: (() => void) | undefined;
  #isShowing = false;

  /** @throws Fault `too_many` */
  constructor(parts: MediaParts, identity: Identity, pure: boolean) {
    this.#parts = parts;
    this.#identity = identity;
    this.#pure = pure;
    this.#viewer = parts.viewers.enter("media");
  }

  open(socket: Socket): void {
    const signOut = () => socket.close(CLOSE.credentialEnded, "signed out");
    this.#unwatch = this.#parts.authority.watch(this.#identity, signOut);
    if (this.#pure) this.#start(socket);
    else socket.send(GREETING);
  }

  message(socket: Socket, message: Uint8Array | string): void {
    if (message.length === 0) socket.close(CLOSE.normal, "");
    else if (typeof message === "string") {
      if (isStart(message)) this.#start(socket);
    } else if (message[0] === OP.ping && !this.#pure) socket.send(Uint8Array.of(OP.pong));
  }

  close(): void {
    this.#gone.abort();
    this.#unwatch?.();
    this.#parts.viewers.leave(this.#viewer);
  }

  #start(socket: Socket): void {
    if (this.#isShowing) return;
    this.#isShowing = true;
    this.#show(socket).catch(() => {
      if (!this.#gone.signal.aborted) socket.close(CLOSE.internal, "linkrd failed");
    });
  }

  /** What changes, and one picture a second of what does not; a slow client gets fewer. */
  async #show(socket: Socket): Promise<void> {
    const { screen, nowUs } = this.#parts;
    const { signal } = this.#gone;
    let version = 0;
    for (let sentUs = 0; !signal.aborted; ) {
      await untilDue(this.#parts, sentUs);
      if (socket.unsent > 0) {
        await Bun.sleep(UNSENT_LOOK_MS);
        continue;
      }
      try {
        const untilUs = nowUs() + LIMITS.stream_silence_ms_max * 1000;
        const picture = await screen.change(version, untilUs, signal);
        this.#send(socket, picture.jpeg());
        ({ version, capturedUs: sentUs } = picture);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Fault)) throw error;
        if (screen.drawn !== undefined) this.#send(socket, screen.drawn.bytes);
        version = 0;
        await Bun.sleep(LOOK_AGAIN_MS);
      }
    }
  }

  #send(socket: Socket, jpeg: Uint8Array): void {
    if (this.#pure) socket.send(jpeg);
    else socket.send(Buffer.concat([Uint8Array.of(OP.picture, IS_KEY), jpeg]));
  }
}

/** Whether `text` asks for the pictures that there are; kvmd lets anything else be. */
function isStart(text: string): boolean {
  try {
    return is(START, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function validFormat(raw: string | undefined): "" | "jpeg" {
  const format = validText(raw, "video type");
  if (format === "" || format === "jpeg") return format;
  throw new Fault("bad_request", "Unsupported video type");
}
