/** Who uses keys and mouse, as far as taking turns and letting go are concerned. */
export interface Party {
  /** People go before tokens: what a script does can wait, what a person sees must not jump. */
  readonly kind: "person" | "token";
  /** The same for what the same client sends, and of nobody else. */
  readonly key: string;
  /** For people to read. */
  readonly name: string;
  /**
   * What its keys are pressed by, and let go with: all requests of a client share one, and a
   * WebSocket has its own, which ends when it closes.
   */
  readonly hand: string;
  /**
   * Calls `onEnd` once when what it came in with has ended: revoked, expired, logged out. Not after
   * the function returned was called.
   */
  readonly watch: (onEnd: () => void) => () => void;
}
