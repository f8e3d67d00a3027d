/**
 * What is pressed now, and which reports tell the host so. Pure: nothing here writes or waits.
 *
 * An event of a key or a pointer ends in a report of the state after it even if nothing changed: so
 * the host comes to know what linkrd knows, and an event to a host that sleeps is seen to fail.
 */
import type { Endpoint } from "./descriptors.ts";
import { isModifier, modifierBit, pageOf } from "./keys.ts";
import type { Stroke } from "./layout.ts";
import {
  consumerReport,
  type HidReport,
  keyboardReport,
  mouseReports,
  NOWHERE,
  pointerReport,
} from "./reports.ts";

/** What is pressed, for status: usages of keys, and bit masks. */
export interface Holdings {
  readonly keys: readonly number[];
  readonly modifiers: number;
  readonly buttons: number;
}

/** Held keys that stay in the report while text is typed; the sixth place is the typed key's. */
const HELD_WHILE_TYPING_MAX = 5;

export class Held {
  /** Usages of ordinary keys in the order of their presses. */
  #keys: readonly number[] = [];
  #modifiers = 0;
  /**
   * By page, the last key pressed of the other pages, or the page alone: their reports have room
   * for one key each. A page is here once a key of it was pressed.
   */
  readonly #ofPages = new Map<number, number>();
  /** Where a button was pressed, there it stays until it is released: no host sees it twice. */
  #pointerButtons = 0;
  #mouseButtons = 0;
  /** Where the absolute pointer was sent last: each of its reports carries a position. */
  #x = 0;
  #y = 0;
  /** Which of the two was used last. At first no position is known that the pointer would keep. */
  #usesPointer = false;
  /** What was never used holds nothing, and to release it would move the pointer. */
  readonly #used = new Set<Endpoint>();

  get holdings(): Holdings {
    const buttons = this.#pointerButtons | this.#mouseButtons;
    const others = [...this.#ofPages].flatMap(([page, usage]) =>
      usage === page << 16 ? [] : usage,
    );
    return { keys: [...this.#keys, ...others], modifiers: this.#modifiers, buttons };
  }

  get isAnythingHeld(): boolean {
    if (this.#keys.length > 0 || this.#modifiers !== 0) return true;
    if ((this.#pointerButtons | this.#mouseButtons) !== 0) return true;
    return this.#ofPages.entries().some(([page, usage]) => usage !== page << 16);
  }

  /**
   * Presses or releases a key. One of the keyboard page that is down and pressed again goes up
   * first, as with kvmd: its release may have been lost, and a press is meant to type. A modifier
   * stays down instead, since a tap of Meta or Alt alone is a command of its own.
   */
  key(usage: number, pressed: boolean): readonly HidReport[] {
    if (pageOf(usage) !== 0) return this.#keyOfPage(usage, pressed);
    this.#used.add("keyboard");
    if (isModifier(usage)) {
      const bit = modifierBit(usage);
      this.#modifiers = pressed ? this.#modifiers | bit : this.#modifiers & ~bit;
      return [this.#keyboard()];
    }
    const wasHeld = this.#keys.includes(usage);
    this.#keys = this.#keys.filter((held) => held !== usage);
    if (!pressed) return [this.#keyboard()];
    const lifted = wasHeld ? [this.#keyboard()] : [];
    this.#keys = [...this.#keys, usage];
    return [...lifted, this.#keyboard()];
  }

  /** Moves the absolute pointer; `buttons` is the state of all five wherever they were pressed. */
  pointer(buttons: number, x: number, y: number, wheel: number, pan: number): readonly HidReport[] {
    this.#used.add("pointer");
    this.#usesPointer = true;
    const kept = this.#mouseButtons & buttons;
    const isReleasedThere = kept !== this.#mouseButtons;
    this.#mouseButtons = kept;
    this.#pointerButtons = buttons & ~kept;
    this.#x = x;
    this.#y = y;
    const moved = pointerReport(this.#pointerButtons, x, y, wheel, pan);
    return isReleasedThere ? [moved, ...mouseReports(kept, 0, 0, 0, 0)] : [moved];
  }

  /** Moves the relative mouse; `buttons` is the state of all five wherever they were pressed. */
  mouse(buttons: number, dx: number, dy: number, wheel: number, pan: number): readonly HidReport[] {
    this.#used.add("mouse");
    this.#usesPointer = false;
    const before = this.#mouseButtons;
    const kept = this.#pointerButtons & buttons;
    const isReleasedThere = kept !== this.#pointerButtons;
    this.#pointerButtons = kept;
    this.#mouseButtons = buttons & ~kept;
    const moved = mouseReports(this.#mouseButtons, dx, dy, wheel, pan, before);
    return isReleasedThere ? [...moved, pointerReport(kept, this.#x, this.#y, 0, 0)] : moved;
  }

  /**
   * Makes `buttons` the state of all five and turns the wheels, on whichever device moved last, so
   * that nothing jumps.
   */
  stay(buttons: number, wheel: number, pan: number): readonly HidReport[] {
    if (this.#usesPointer) return this.pointer(buttons, this.#x, this.#y, wheel, pan);
    return this.mouse(buttons, 0, 0, wheel, pan);
  }

  /**
   * Types strokes, two reports each: the stroke before is let go while the modifiers change, then
   * the key goes down. No report both changes modifiers and presses a key, as hosts differ in what
   * they take first. No key follows another without a release between: two equal ones would be one
   * press, and two different ones would lean on firmware to compare all six places.
   *
   * Held modifiers are lifted while others are needed, and are back at the end. Held keys stay
   * down, save a held key that is typed itself: it goes up, comes down as the stroke and stays
   * down.
   */
  type(strokes: readonly Stroke[]): readonly HidReport[] {
    this.#used.add("keyboard");
    const reports: HidReport[] = [];
    let shownModifiers = this.#modifiers;
    let shownKeys = this.#keys;
    const show = (modifiers: number, keys: readonly number[]) => {
      if (modifiers === shownModifiers && areSame(keys, shownKeys)) return;
      shownModifiers = modifiers;
      shownKeys = keys;
      reports.push(keyboardReport(modifiers, keys));
    };
    const held = this.#keys.slice(0, HELD_WHILE_TYPING_MAX);
    for (const { usage, modifiers } of strokes) {
      const others = held.filter((key) => key !== usage);
      show(modifiers, others);
      show(modifiers, [...others, usage]);
    }
    show(this.#modifiers, this.#keys);
    return reports;
  }

  /** Lets go of these keys, by usage, and buttons, a mask, and of nothing else. */
  letGo(usages: readonly number[], buttons: number): readonly HidReport[] {
    const lifted = usages.flatMap((usage) => this.key(usage, false));
    const held = this.#pointerButtons | this.#mouseButtons;
    const kept = held & ~buttons;
    return kept === held ? lifted : [...lifted, ...this.stay(kept, 0, 0)];
  }

  /** Lets go of everything, on each endpoint that was ever used, whatever the host knows of it. */
  releaseAll(): readonly HidReport[] {
    this.#keys = [];
    this.#modifiers = 0;
    this.#pointerButtons = 0;
    this.#mouseButtons = 0;
    for (const page of this.#ofPages.keys()) this.#ofPages.set(page, page << 16);
    // After the mouse, the host's pointer is not where the absolute one was sent last.
    const [x, y] = this.#usesPointer ? [this.#x, this.#y] : [NOWHERE, NOWHERE];
    const releases = [
      this.#keyboard(),
      pointerReport(0, x, y, 0, 0),
      ...mouseReports(0, 0, 0, 0, 0),
      ...[...this.#ofPages.values()].map(consumerReport),
    ];
    return releases.filter(({ endpoint }) => this.#used.has(endpoint));
  }

  #keyOfPage(usage: number, pressed: boolean): readonly HidReport[] {
    this.#used.add("consumer");
    const page = pageOf(usage);
    const none = page << 16;
    const wasHeld = this.#ofPages.get(page) === usage;
    const lifted = wasHeld && pressed ? [consumerReport(none)] : [];
    if (pressed || wasHeld) this.#ofPages.set(page, pressed ? usage : none);
    return [...lifted, consumerReport(this.#ofPages.get(page) ?? none)];
  }

  #keyboard(): HidReport {
    return keyboardReport(this.#modifiers, this.#keys);
  }
}

/** Whether two lists without repetitions hold the same keys; order means nothing to a host. */
function areSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((key) => other.includes(key));
}
