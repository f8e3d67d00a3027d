/** A WebSocket to one client, as far as linkrd's own code sees it. */
export interface Socket {
  /** @returns false when the client has not taken enough of what was sent before */
  send(message: Uint8Array | string): boolean;
  /** Bytes that were sent and that the client has not taken. */
  readonly unsent: number;
  /** Asks whether the client is still there; one that says nothing for long is closed. */
  ping(): void;
  close(code: number, reason: string): void;
}

/**
 * What is done with a WebSocket. `message` is called in the order in which messages come and must
 * not wait for anything: a client that floods would otherwise keep as many calls under way.
 */
export interface SocketHandler {
  open(socket: Socket): void;
  message(socket: Socket, message: Uint8Array | string): void;
  /**
   * The connection is gone, whoever ended it.
   *
   * @param code of RFC 6455, section 7.4: the client's, or what `Socket.close` was given
   */
  close(code: number): void;
}

/** Codes of RFC 6455, section 7.4.1, and of the application. */
export const CLOSE = {
  /** The client asked for it. */
  normal: 1000,
  /** No goodbye: the connection broke. */
  lost: 1006,
  /** A message that no client of ours sends. */
  policy: 1008,
  /** Ours to mend. */
  internal: 1011,
  tryLater: 1013,
  /** The credential ended: revoked, expired, logged out. */
  credentialEnded: 4401,
} as const;

/** What the runtime keeps with each WebSocket. */
export interface SocketData {
  readonly handler: SocketHandler;
}

/**
 * How long a client may be silent; the runtime pings in between, so a client that is there answers.
 */
const SILENCE_SECONDS = 30;
/** Acknowledgements and key events are small; kvmd's longest event is well below. */
const MESSAGE_BYTES_MAX = 16 * 1024;
/** A viewer has two pictures under way at most, of which each is a few hundred kilobytes. */
const UNSENT_BYTES_MAX = 16 * 1024 * 1024;

/** What Bun.serve is given for all WebSockets of a listener. */
export const websocket: Bun.WebSocketHandler<SocketData> = {
  idleTimeout: SILENCE_SECONDS,
  maxPayloadLength: MESSAGE_BYTES_MAX,
  backpressureLimit: UNSENT_BYTES_MAX,
  closeOnBackpressureLimit: true,
  sendPings: true,
  perMessageDeflate: false,
  open: (ws) => ws.data.handler.open(socketOf(ws)),
  message: (ws, message) => {
    const bytes = typeof message === "string" ? message : new Uint8Array(message);
    ws.data.handler.message(socketOf(ws), bytes);
  },
  close: (ws, code) => ws.data.handler.close(code),
};

function socketOf(ws: Bun.ServerWebSocket<SocketData>): Socket {
  return {
    send: (message) => ws.send(message) !== 0,
    get unsent() {
      return ws.getBufferedAmount();
    },
    ping: () => {
      ws.ping();
    },
    close: (code, reason) => ws.close(code, reason),
  };
}
