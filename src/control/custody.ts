import type { Party } from "./party.ts";

export interface CustodyParts {
  /** Whether `party` has anything to lose: the lease, or keys that are down. */
  readonly keeps: (party: Party) => boolean;
  /** Takes that from `party`, whose credential has ended. */
  readonly end: (party: Party) => void;
}

interface Watched {
  readonly party: Party;
  readonly unwatch: () => void;
}

/** Watches the credentials of those who keep something while no request of theirs is under way. */
export class Custody {
  readonly #parts: CustodyParts;
  readonly #watched = new Map<string, Watched>();

  constructor(parts: CustodyParts) {
    this.#parts = parts;
  }

  /** To be called when `party` may have come to keep something. */
  look(party: Party): void {
    const { keeps, end } = this.#parts;
    for (const [hand, { party: other, unwatch }] of this.#watched) {
      if (keeps(other)) continue;
      unwatch();
      this.#watched.delete(hand);
    }
    if (this.#watched.has(party.hand) || !keeps(party)) return;
    let isOver = false;
    const unwatch = party.watch(() => {
      isOver = true;
      this.#watched.delete(party.hand);
      end(party);
    });
    if (!isOver) this.#watched.set(party.hand, { party, unwatch });
  }
}
