import type { RenderingOrder, Want } from "./messages.ts";

/** What was ordered of the video thread, and not told yet. */
export class Wants {
  #frameAfterUs = Number.POSITIVE_INFINITY;
  #changeUntilUs = Number.POSITIVE_INFINITY;
  #renderings: RenderingOrder[] = [];

  /** Orders of a kind that come together are one: the one that is content soonest. */
  add(order: Want): void {
    if (order.kind === "rendering") this.#renderings.push(order);
    else if (order.kind === "frame") {
      this.#frameAfterUs = Math.min(this.#frameAfterUs, order.afterUs);
    } else this.#changeUntilUs = Math.min(this.#changeUntilUs, order.untilUs);
  }

  /** Whether there is anything to tell. */
  get any(): boolean {
    return this.owedUs < Number.POSITIVE_INFINITY;
  }

  /** Whether every frame has to be looked at: for a change. */
  get isWatching(): boolean {
    return this.#changeUntilUs < Number.POSITIVE_INFINITY;
  }

  /** When a frame has to be captured that has to be told, even if it shows nothing new. */
  get owedUs(): number {
    const renderings = this.#renderings.map(({ afterUs }) => afterUs);
    return Math.min(this.#frameAfterUs, this.#changeUntilUs, ...renderings);
  }

  /** Whether a frame that was captured then has to be looked at. */
  concern(capturedUs: number): boolean {
    return this.isWatching || this.owe(capturedUs);
  }

  owe(capturedUs: number): boolean {
    return capturedUs >= this.owedUs;
  }

  /** A frame is told that was captured then. @returns the renderings that are wanted of it */
  tell(capturedUs: number): readonly RenderingOrder[] {
    if (capturedUs >= this.#frameAfterUs) this.#frameAfterUs = Number.POSITIVE_INFINITY;
    this.#changeUntilUs = Number.POSITIVE_INFINITY;
    const isDue = ({ afterUs }: RenderingOrder) => capturedUs >= afterUs;
    const due = this.#renderings.filter(isDue);
    this.#renderings = this.#renderings.filter((order) => !isDue(order));
    return due;
  }
}
