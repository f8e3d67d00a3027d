/** The usage of the key, and its bit in the LED report of a boot keyboard. */
export const CAPS_LOCK = 0x39;
const CAPS_LOCK_LED = 0x02;

/** A host's answer to a lock key takes a few polls; what comes later was not it. */
const SETTLE_MS = 500;

/**
 * Whether the host has Caps Lock on: as its light says, or, right after the key was pressed here,
 * while the light may lag behind, as that press has left it.
 */
export class CapsLock {
  readonly #leds: () => number;
  #assumed = false;
  #assumedUntilMs = 0;

  /** @param leds the last LED report of the keyboard */
  constructor(leds: () => number) {
    this.#leds = leds;
  }

  get isOn(): boolean {
    if (performance.now() < this.#assumedUntilMs) return this.#assumed;
    return (this.#leds() & CAPS_LOCK_LED) !== 0;
  }

  /** The key goes down. */
  press(): void {
    this.#assumed = !this.isOn;
    this.#assumedUntilMs = performance.now() + SETTLE_MS;
  }
}
