/** What fingers mean: tap, drag, hold for the right button, two to scroll. */
import type { Button } from "./protocol.ts";

export type TouchAction =
  | { readonly kind: "move"; readonly x: number; readonly y: number }
  | { readonly kind: "button"; readonly button: Button; readonly pressed: boolean }
  /** Pixels that two fingers went, to the right and down. */
  | { readonly kind: "scroll"; readonly dx: number; readonly dy: number };

interface Finger {
  readonly startX: number;
  readonly startY: number;
  x: number;
  y: number;
}

/** A finger is never quite still. */
const STILL_PX = 10;
export const HOLD_MS = 500;

/**
 * One gesture after the other, from the first finger down to the last one up. It decides when a
 * finger moves, comes up, or has been held: until then nothing is pressed.
 */
export class Touch {
  readonly #act: (action: TouchAction) => void;
  readonly #fingers = new Map<number, Finger>();
  #gesture: "none" | "undecided" | "drag" | "scroll" | "over" = "none";

  constructor(act: (action: TouchAction) => void) {
    this.#act = act;
  }

  down(id: number, x: number, y: number): void {
    this.#fingers.set(id, { startX: x, startY: y, x, y });
    if (this.#fingers.size === 1) this.#gesture = "undecided";
    else if (this.#gesture === "undecided") this.#gesture = "scroll";
  }

  move(id: number, x: number, y: number): void {
    const finger = this.#fingers.get(id);
    if (finger === undefined) return;
    const [dx, dy] = [x - finger.x, y - finger.y];
    finger.x = x;
    finger.y = y;
    const isFar = Math.hypot(x - finger.startX, y - finger.startY) > STILL_PX;
    if (this.#gesture === "undecided" && isFar) {
      this.#gesture = "drag";
      this.#act({ kind: "move", x: finger.startX, y: finger.startY });
      this.#act({ kind: "button", button: "left", pressed: true });
    }
    if (this.#gesture === "drag") this.#act({ kind: "move", x, y });
    // Both fingers tell of the same way.
    const share = 1 / this.#fingers.size;
    if (this.#gesture === "scroll") this.#act({ kind: "scroll", dx: dx * share, dy: dy * share });
  }

  up(id: number): void {
    const finger = this.#fingers.get(id);
    if (finger === undefined) return;
    this.#fingers.delete(id);
    if (this.#gesture === "undecided") this.#click("left", finger);
    if (this.#gesture === "drag") this.#act({ kind: "button", button: "left", pressed: false });
    this.#gesture = this.#fingers.size === 0 ? "none" : "over";
  }

  /** A finger has been down for {@link HOLD_MS}. */
  held(id: number): void {
    const finger = this.#fingers.get(id);
    if (finger === undefined || this.#gesture !== "undecided") return;
    this.#gesture = "over";
    this.#click("right", finger);
  }

  /** The system took the fingers away. */
  cancel(): void {
    if (this.#gesture === "drag") this.#act({ kind: "button", button: "left", pressed: false });
    this.#fingers.clear();
    this.#gesture = "none";
  }

  #click(button: Button, { x, y }: Finger): void {
    this.#act({ kind: "move", x, y });
    this.#act({ kind: "button", button, pressed: true });
    this.#act({ kind: "button", button, pressed: false });
  }
}
