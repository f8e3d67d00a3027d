import { isModifier, KEY_USAGES, pageOf } from "../hid/keys.ts";
import { layoutOf } from "../hid/layout.ts";
import { consumerUsage } from "../hid/reports.ts";
import type { Edit } from "./console.ts";

/** HID 1.11, appendix C: all six slots hold it when too many keys are down to tell which. */
const ROLLOVER_ERROR = 0x01;

const CONTROL = 0x11;
const SHIFT = 0x22;
const ALT = 0x44;
const META = 0x88;

/** Boot keyboard LED bits, HID usage tables, page 8, by the usage of the key that toggles them. */
const LOCKS: ReadonlyMap<number, number> = new Map([
  [0x53, 1],
  [0x39, 2],
  [0x47, 4],
]);
const NUM_LOCK = 1;
const CAPS_LOCK = 2;

const EDITS: ReadonlyMap<number, Edit> = new Map([
  [0x28, "enter"],
  [0x2a, "backspace"],
  [0x2b, "tab"],
  [0x4a, "home"],
  [0x4c, "delete"],
  [0x4d, "end"],
  [0x4f, "right"],
  [0x50, "left"],
  [0x58, "enter"],
]);

/** What the keypad types from usage 0x54 on; Num Lock decides from its "1" on. */
const KEYPAD = "/*-+\n1234567890.";
const KEYPAD_FIRST = 0x54;
const KEYPAD_NUMBERS = 0x59;
const KEYPAD_EDITS: ReadonlyMap<string, Edit> = new Map([
  ["1", "end"],
  ["4", "left"],
  ["6", "right"],
  ["7", "home"],
  [".", "delete"],
]);

/** What a press does to the text console. */
export type Action = { readonly type: string } | { readonly edit: Edit };

/** One press of a key. */
export interface Press {
  /** The key's `code` after the modifiers held with it, such as `Ctrl+Alt+Delete`. */
  readonly name: string;
  readonly action: Action | undefined;
}

/**
 * The host's side of a boot keyboard with a US layout: reports in, presses out. The lock keys
 * toggle their LEDs, as a desktop does. A held key does not repeat: repeating is a matter of time,
 * and what shows here depends on reports alone.
 */
export class Keyboard {
  readonly #names = new Map<number, string>();
  readonly #characters = new Map<number, string>();
  #keys: readonly number[] = [];
  #modifiers = 0;
  /** Modifiers that went down and have not been used with a key so far. */
  #alone = 0;
  #leds = 0;
  /** By page, what the last report of media or system keys said. */
  readonly #ofPages = new Map<number, number>();

  constructor() {
    for (const [name, usage] of KEY_USAGES) this.#names.set(usage, name);
    for (const [character, [stroke]] of layoutOf("us").strokes) {
      if (stroke !== undefined) {
        this.#characters.set(place(stroke.usage, stroke.modifiers !== 0), character);
      }
    }
  }

  /** The modifier byte of the last report: bits 0 to 7 are usages 0xe0 to 0xe7. */
  get modifiers(): number {
    return this.#modifiers;
  }

  /** LEDs that the host sets: bit 0 Num Lock, bit 1 Caps Lock, bit 2 Scroll Lock. */
  get leds(): number {
    return this.#leds;
  }

  /**
   * Takes modifiers, a reserved byte, six usages. Keys that were not in the last report are
   * presses, in the order of the report; a modifier pressed and let go by itself is one when it is
   * let go.
   */
  apply(report: Uint8Array): Press[] {
    const [modifiers = 0, , ...slots] = report;
    if (slots.includes(ROLLOVER_ERROR)) return [];
    const presses = this.#turnModifiers(modifiers);
    const keys = [...new Set(slots.filter((usage) => usage !== 0))];
    for (const usage of keys) {
      if (this.#keys.includes(usage)) continue;
      this.#alone = 0;
      this.#leds ^= LOCKS.get(usage) ?? 0;
      presses.push({ name: this.#name(usage), action: this.#action(usage) });
    }
    this.#keys = keys;
    return presses;
  }

  /** Takes a report of media or system keys, which show by name and type nothing. */
  applyConsumer(report: Uint8Array): Press[] {
    const usage = consumerUsage(report);
    const page = pageOf(usage);
    const isPressed = usage !== page << 16 && usage !== this.#ofPages.get(page);
    this.#ofPages.set(page, usage);
    return isPressed ? [{ name: this.#name(usage), action: undefined }] : [];
  }

  #turnModifiers(modifiers: number): Press[] {
    const released = this.#alone & ~modifiers;
    const presses: Press[] = [];
    for (const [usage, name] of this.#names) {
      if (isModifier(usage) && released & (1 << (usage & 7))) {
        presses.push({ name, action: undefined });
      }
    }
    this.#alone = (this.#alone | (modifiers & ~this.#modifiers)) & modifiers;
    this.#modifiers = modifiers;
    return presses;
  }

  #name(usage: number): string {
    const name = this.#names.get(usage) ?? `0x${usage.toString(16).padStart(2, "0")}`;
    const held = [
      this.#held(CONTROL) ? "Ctrl+" : "",
      this.#held(ALT) ? "Alt+" : "",
      this.#held(SHIFT) ? "Shift+" : "",
      this.#held(META) ? "Meta+" : "",
    ];
    return held.join("") + name;
  }

  #action(usage: number): Action | undefined {
    if (this.#held(CONTROL | ALT | META)) return undefined;
    const edit = EDITS.get(usage);
    if (edit !== undefined) return { edit };
    const keypad = KEYPAD[usage - KEYPAD_FIRST];
    if (keypad !== undefined) return this.#keypad(usage, keypad);
    const plain = this.#characters.get(place(usage, false));
    if (plain === undefined) return undefined;
    const caps = (this.#leds & CAPS_LOCK) !== 0 && plain >= "a" && plain <= "z";
    const type = this.#characters.get(place(usage, this.#held(SHIFT) !== caps));
    // Shift does not change the space.
    return { type: type ?? plain };
  }

  #keypad(usage: number, character: string): Action | undefined {
    if (usage < KEYPAD_NUMBERS || this.#leds & NUM_LOCK) return { type: character };
    const edit = KEYPAD_EDITS.get(character);
    return edit === undefined ? undefined : { edit };
  }

  #held(mask: number): boolean {
    return (this.#modifiers & mask) !== 0;
  }
}

/** One number for a key with or without Shift. */
function place(usage: number, shifted: boolean): number {
  return usage * 2 + (shifted ? 1 : 0);
}
