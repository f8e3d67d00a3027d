/**
 * How often each of a few things happened since the daemon started. Keys come from tables of ours,
 * never from outside, so that there are few of them.
 */
export class Counts<Key extends string> {
  readonly #totals = new Map<Key, number>();

  add(key: Key, by = 1): void {
    this.#totals.set(key, this.of(key) + by);
  }

  of(key: Key): number {
    return this.#totals.get(key) ?? 0;
  }

  /** What happened at least once, in the order of its first time. */
  entries(): readonly (readonly [key: Key, total: number])[] {
    return [...this.#totals];
  }
}
