import type { Context } from "hono";
import type { Authority } from "../access/authority.ts";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import {
  acknowledged,
  beginMessage,
  stateMessage,
  stripsMessage,
  wholeMessage,
} from "../video/delta.ts";
import { readJpegLayout } from "../video/jpeg.ts";
import type { Picture } from "../video/picture.ts";
import type { Changes, Screen } from "../video/screen.ts";
import { sentenceOf } from "../video/signal.ts";
import { STRIP_LINES } from "../video/strips.ts";
import type { RouteDoc } from "./doc.ts";
import { LOOK_AGAIN_MS, type Pace, untilDue } from "./pace.ts";
import { readQuery } from "./query.ts";
import type { Env } from "./route.ts";
import { isSameSite } from "./same-site.ts";
import { CLOSE, type Socket, type SocketHandler } from "./socket.ts";

export interface ScreenSocketParts extends Pace {
  readonly screen: Screen;
  readonly authority: Authority;
}

/** Pictures on their way to a viewer: one that is shown while the next one travels. */
const UNACKNOWLEDGED_MAX = 2;

export const screenSocketDoc = {
  tag: "Screen",
  summary: "The delta stream",
  about:
    "A WebSocket that carries only the strips that changed; docs/screen-ws.md has it byte by byte.",
  query: {},
  answers: { 101: { about: "The WebSocket." } },
  faults: ["upgrade_required"],
} as const satisfies RouteDoc;

/**
 * GET /api/screen/ws: the delta stream (docs/screen-ws.md). A viewer is told the strips that
 * changed since what it was told last, and no more before it has acknowledged: a slow link gets
 * fewer and newer pictures, and never a queue.
 */
export function screenSocketHandler(parts: ScreenSocketParts) {
  const { screen, authority } = parts;
  const viewers = new Set<Viewer>();
  return (context: Context<Env>): Response => {
    readQuery(context.req.url, screenSocketDoc.query);
    if (!isSameSite(context.req.raw.headers)) {
      throw new Fault(
        "no_permission",
        "this page is of another site: use linkrd's own, or a token",
      );
    }
    if (viewers.size >= LIMITS.viewers_max) {
      throw new Fault("too_many", `${viewers.size} viewers are watching already: try again later`);
    }
    const { identity } = context.var;
    const viewer = new Viewer(screen, parts, {
      open: () => authority.watch(identity, () => viewer.end(CLOSE.credentialEnded, "signed out")),
      close: () => viewers.delete(viewer),
    });
    const response = context.env.upgrade(viewer);
    if (response === undefined) {
      throw new Fault(
        "upgrade_required",
        "this address speaks WebSocket: connect with a client of it",
      );
    }
    viewers.add(viewer);
    return response;
  };
}

interface ViewerHooks {
  /** @returns what is to be called when the viewer is gone */
  readonly open: () => () => void;
  readonly close: () => void;
}

class Viewer implements SocketHandler {
  readonly #screen: Screen;
  readonly #pace: Pace;
  readonly #hooks: ViewerHooks;
  readonly #gone = new AbortController();
  #socket: Socket | undefined;
  #unwatch: (() => void) | undefined;
  /** Resolves what waits for an acknowledgement. */
  #acknowledged: (() => void) | undefined;
  #number = 0;
  #shownNumber = 0;
  #version = 0;
  #stage = "";
  /** When the frame was captured that was told last. */
  #sentUs = 0;

  constructor(screen: Screen, pace: Pace, hooks: ViewerHooks) {
    this.#screen = screen;
    this.#pace = pace;
    this.#hooks = hooks;
  }

  open(socket: Socket): void {
    this.#socket = socket;
    this.#unwatch = this.#hooks.open();
    this.#show(socket).catch(() => {
      if (!this.#gone.signal.aborted) this.end(CLOSE.internal, "linkrd failed");
    });
  }

  message(_socket: Socket, message: Uint8Array | string): void {
    const number = typeof message === "string" ? undefined : acknowledged(message);
    if (number === undefined || number > this.#number) {
      this.end(CLOSE.policy, "not an acknowledgement");
      return;
    }
    this.#shownNumber = Math.max(this.#shownNumber, number);
    this.#acknowledged?.();
  }

  close(): void {
    this.#gone.abort();
    this.#acknowledged?.();
    this.#unwatch?.();
    this.#hooks.close();
  }

  end(code: number, reason: string): void {
    this.#socket?.close(code, reason);
  }

  async #show(socket: Socket): Promise<void> {
    const { signal } = this.#gone;
    while (!signal.aborted) {
      await this.#untilAcknowledged();
      await untilDue(this.#pace, this.#sentUs);
      const picture = await this.#nextPicture(socket);
      const changes = picture && this.#screen.changesSince(this.#version);
      if (picture === undefined || changes === undefined) continue;
      this.#tell(socket, changes);
      this.#sentUs = picture.capturedUs;
    }
  }

  async #untilAcknowledged(): Promise<void> {
    while (this.#number - this.#shownNumber >= UNACKNOWLEDGED_MAX && !this.#gone.signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#acknowledged = resolve;
      await promise;
    }
  }

  /** Waits for a change. Without a picture, the viewer is told why, once for each reason. */
  async #nextPicture(socket: Socket): Promise<Picture | undefined> {
    try {
      // In pieces, so that a device that stalls is told from a screen that stands still.
      const untilUs = this.#pace.nowUs() + LIMITS.stream_silence_ms_max * 1000;
      const picture = await this.#screen.change(this.#version, untilUs, this.#gone.signal);
      this.#stage = "";
      return picture;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (this.#gone.signal.aborted) return undefined;
      const { state } = this.#screen;
      const stage = state.stage === "ok" ? "stalled" : state.stage;
      if (stage !== this.#stage) socket.send(stateMessage(stage, sentenceOf({ stage })));
      this.#stage = stage;
      this.#version = 0;
      await Bun.sleep(LOOK_AGAIN_MS);
      return undefined;
    }
  }

  #tell(socket: Socket, changes: Changes): void {
    const { version, sequence } = changes;
    if ("whole" in changes) {
      socket.send(wholeMessage(++this.#number, sequence, changes.whole));
    } else {
      const { begin, strips } = changes;
      if (begin !== undefined) socket.send(beginOf(begin));
      socket.send(stripsMessage(++this.#number, sequence, strips));
    }
    this.#version = version;
  }
}

function beginOf(begin: { header: Uint8Array; width: number; height: number }): Uint8Array {
  const layout = readJpegLayout(begin.header);
  if (layout === undefined) throw new Fault("internal", "a header of ours is none");
  return beginMessage({ ...begin, stripLines: STRIP_LINES }, begin.header, layout.heightAt);
}
