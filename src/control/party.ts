/**
 * People go first: what a person sees must not jump, and what a program does can wait. A `script`
 * has a person's rights, as it comes from the command line of the device or with a password of its
 * user's; but it may run by itself, so it waits for people as a token does.
 */
export const PARTY_KINDS = ["person", "script", "token"] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

/** Who uses keys and mouse, as far as taking turns and letting go are concerned. */
export interface Party {
  readonly kind: PartyKind;
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
