import { type Endpoint, HID_FUNCTIONS } from "../hid/descriptors.ts";
import type { Planes } from "../video/planes.ts";
import { Console } from "./console.ts";
import { Keyboard, type Press } from "./keyboard.ts";
import type { Layout } from "./layout.ts";
import { Pointer } from "./pointer.ts";
import { type Clock, Screen } from "./screen.ts";
import type { HostState } from "./status.ts";

/** Names of keys kept for the line of last keys: what a wide screen has room for. */
const RECENT_KEYS_MAX = 32;
const PROMPT = "$ ";

/**
 * A host that is not there: takes the reports that a USB host would get, and draws the picture that
 * its screen would show. It knows neither time nor threads; the same calls make the same picture.
 */
export class SimulatedHost {
  readonly #screen: Screen;
  readonly #state: HostState;
  readonly #recent: string[] = [];
  #malformed = 0;

  /** @param options size of the screen in pixels, any positive integers */
  constructor(options: { readonly width: number; readonly height: number }) {
    const { width, height } = options;
    this.#screen = new Screen(width, height);
    const { columns, rows } = this.#screen.layout.consoleText;
    const console = new Console(Math.max(1, columns), Math.max(1, rows), PROMPT);
    console.print("linkrd simulated host");
    console.print("What is typed shows here. Nothing is run.");
    console.print("");
    this.#state = {
      console,
      keyboard: new Keyboard(),
      pointer: new Pointer(width, height),
      recent: this.#recent,
    };
  }

  /** Where everything is on the screen, in pixels. */
  get layout(): Layout {
    return this.#screen.layout;
  }

  /** What the reports have done so far. */
  get state(): HostState {
    return this.#state;
  }

  /** The output report of a boot keyboard: bit 0 Num Lock, bit 1 Caps Lock, bit 2 Scroll Lock. */
  get leds(): number {
    return this.#state.keyboard.leds;
  }

  /** Reports whose length no report of their endpoint has; they changed nothing. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Takes one input report, exactly as it went over the wire. */
  report(endpoint: Endpoint, bytes: Uint8Array): void {
    if (bytes.length !== HID_FUNCTIONS[endpoint].reportLength) {
      this.#malformed++;
      return;
    }
    const { keyboard } = this.#state;
    if (endpoint === "keyboard") this.#press(keyboard.apply(bytes));
    else if (endpoint === "consumer") this.#press(keyboard.applyConsumer(bytes));
    else if (endpoint === "pointer") this.#state.pointer.absolute(bytes);
    else this.#state.pointer.relative(bytes);
  }

  /** Draws the screen as it is now. @throws Fault `internal` if `into` is of another size */
  draw(into: Planes, clock: Clock): void {
    this.#screen.draw(into, clock, this.#state);
  }

  #press(presses: readonly Press[]): void {
    for (const { name, action } of presses) {
      this.#recent.unshift(name);
      if (action === undefined) continue;
      if ("type" in action) this.#state.console.type(action.type);
      else this.#state.console.edit(action.edit);
    }
    this.#recent.splice(RECENT_KEYS_MAX);
  }
}
