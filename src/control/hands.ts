import type { ControlEvent } from "./events.ts";
import type { Party } from "./party.ts";

/** Keys, by usage, and buttons, as a mask, that are let go together. */
export interface Grip {
  readonly keys: readonly number[];
  readonly buttons: number;
}

const BUTTONS = [1, 2, 4, 8, 16];

/**
 * Who pressed what is down, so that it is let go when they are gone, and nothing of others is.
 *
 * A key belongs to whoever pressed it last, a button to whoever pressed it first: a button's events
 * repeat its state.
 */
export class Hands {
  readonly #keys = new Map<number, Party>();
  readonly #buttons = new Map<number, Party>();

  /** `party` does `event`. */
  note(event: ControlEvent, party: Party): void {
    switch (event.kind) {
      case "key":
        if (event.pressed) this.#keys.set(event.usage, party);
        else this.#keys.delete(event.usage);
        break;
      case "pointer":
      case "mouse":
        for (const button of BUTTONS) this.#note(button, (event.buttons & button) !== 0, party);
        break;
      case "button":
        this.#note(event.button, event.pressed, party);
        break;
      case "release":
        this.open(() => true);
        break;
    }
  }

  /** Whether one that is `meant` holds anything. */
  hold(meant: (party: Party) => boolean): boolean {
    return this.#keys.values().some(meant) || this.#buttons.values().some(meant);
  }

  /** Takes away what those hold who are `meant`, and says what that is. */
  open(meant: (party: Party) => boolean): Grip {
    const mine = (held: ReadonlyMap<number, Party>) =>
      [...held].filter(([, party]) => meant(party)).map(([each]) => each);
    const [keys, buttons] = [mine(this.#keys), mine(this.#buttons)];
    for (const key of keys) this.#keys.delete(key);
    for (const button of buttons) this.#buttons.delete(button);
    return { keys, buttons: buttons.reduce((mask, button) => mask | button, 0) };
  }

  #note(button: number, pressed: boolean, party: Party): void {
    if (!pressed) this.#buttons.delete(button);
    else if (!this.#buttons.has(button)) this.#buttons.set(button, party);
  }
}
