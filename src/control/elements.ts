import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";

/** What `value` is, for a refusal: its type, and as much of it as may be repeated. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "string") return quote(value);
  return value === undefined ? "nothing" : String(value);
}

/** `text` as a JSON string, cut to the bound. */
export function quote(text: string): string {
  const characters = [...text.slice(0, 2 * LIMITS.input_echo_characters_max)];
  const shown = characters.slice(0, LIMITS.input_echo_characters_max).join("");
  return shown === text ? JSON.stringify(shown) : `${JSON.stringify(shown)}…`;
}

/**
 * Reads the elements of one event by place. Each reader returns the element with its type, or
 * throws Fault `bad_request` that names the event, the element and what was expected; the same two
 * indices are in its details.
 */
export class Elements {
  readonly #event: readonly unknown[];
  readonly #index: number;

  /** @param index place of `event` in its batch */
  constructor(event: readonly unknown[], index: number) {
    this.#event = event;
    this.#index = index;
  }

  get length(): number {
    return this.#event.length;
  }

  /** @throws Fault `bad_request` always: `events[3][2]: sentence` */
  refuse(element: number, sentence: string, details: Record<string, unknown> = {}): never {
    throw new Fault("bad_request", `events[${this.#index}][${element}]: ${sentence}`, {
      details: { event: this.#index, element, ...details },
    });
  }

  integer(element: number, name: string, lowest: number, highest: number): number {
    const value = this.#event[element];
    if (Number.isInteger(value) && isWithin(value, lowest, highest)) return value;
    return this.#expected(element, name, `an integer from ${lowest} to ${highest}`);
  }

  /** A number from 0 to 1, both included. */
  fraction(element: number, name: string): number {
    const value = this.#event[element];
    if (isWithin(value, 0, 1)) return value;
    return this.#expected(element, name, "a number from 0 to 1");
  }

  boolean(element: number, name: string): boolean {
    const value = this.#event[element];
    if (typeof value === "boolean") return value;
    return this.#expected(element, name, "true or false");
  }

  string(element: number, name: string): string {
    const value = this.#event[element];
    if (typeof value === "string") return value;
    return this.#expected(element, name, "a string");
  }

  /** A string that is never repeated, as it may be a password. */
  text(element: number): string {
    const value = this.#event[element];
    if (typeof value === "string") return value;
    return this.refuse(element, "a text must be a string");
  }

  #expected(element: number, name: string, what: string): never {
    this.refuse(element, `${name} must be ${what}, got ${describe(this.#event[element])}`);
  }
}

/** False for what is no number at all, and for NaN. */
function isWithin(value: unknown, lowest: number, highest: number): value is number {
  return typeof value === "number" && value >= lowest && value <= highest;
}
