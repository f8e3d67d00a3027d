/** One subject of the device's state, told to those who listen as it changes. */
import { type Repeat, repeat } from "../../access/repeat.ts";
import { chain } from "../../base/fault.ts";
import type { Log } from "../../base/log.ts";

export type State = Readonly<Record<string, unknown>>;

export interface Subject {
  /** The type of its events. */
  readonly name: string;
  /** All of its state as it is now. */
  readonly read: () => State | Promise<State>;
  /** How often somebody looks whether it has changed; only when told to, where this is absent. */
  readonly everyMs?: number;
  /** Whether each of its members is told in an event of its own. */
  readonly isSplit?: true;
}

export interface Listener {
  hear(event: string): void;
}

/** The text of an event, as kvmd's clients read it. */
export function eventText(type: string, event: State): string {
  return JSON.stringify({ event_type: type, event });
}

/**
 * Who begins to listen is told everything, and from then on the members that have changed. Nobody
 * looks while nobody listens.
 */
export class Topic {
  readonly #subject: Subject;
  readonly #log: Log;
  readonly #listeners = new Set<Listener>();
  /** What was told last, by member, as JSON. */
  readonly #told = new Map<string, string>();
  #looking: Promise<State> | undefined;
  #looks: Repeat | undefined;

  constructor(subject: Subject, log: Log) {
    this.#subject = subject;
    this.#log = log;
  }

  /** Tells `listener` everything, unless `isGone` by then, and what changes from then on. */
  async join(listener: Listener, isGone: () => boolean): Promise<void> {
    const state = await this.look();
    if (isGone()) return;
    this.#tell(state, [listener]);
    this.#listeners.add(listener);
    const { everyMs } = this.#subject;
    if (everyMs === undefined) return;
    this.#looks ??= repeat(everyMs, async () => {
      await this.look();
    });
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#looks?.stop();
    this.#looks = undefined;
  }

  /** Tells everybody what has changed. @returns the state; what cannot be read has no members */
  look(): Promise<State> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<State> {
    const { name, read } = this.#subject;
    try {
      const state = await read();
      const changed = Object.entries(state).filter(([member, value]) => {
        const json = JSON.stringify(value);
        const isNew = this.#told.get(member) !== json;
        this.#told.set(member, json);
        return isNew;
      });
      this.#tell(Object.fromEntries(changed), this.#listeners);
      this.#log.once(name, "error", "");
      return state;
    } catch (error) {
      this.#log.once(name, "error", `the state of ${name} cannot be read: ${chain(error)}`);
      return {};
    }
  }

  #tell(state: State, listeners: Iterable<Listener>): void {
    const { name, isSplit } = this.#subject;
    const members = Object.entries(state);
    if (members.length === 0) return;
    const events = isSplit ? members.map((member) => Object.fromEntries([member])) : [state];
    const texts = events.map((event) => eventText(name, event));
    for (const listener of listeners) for (const text of texts) listener.hear(text);
  }
}
