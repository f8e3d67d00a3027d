/** The keyboard under a person's hands, and what of it is down on the host. */
import { Store } from "../state/store.ts";
import { type Bytes, key } from "./protocol.ts";

/** All three down, and the keyboard is the page's again: no key of the host's is lost to it. */
const LEAVE = ["Control", "Alt", "Shift"] as const;

export interface KeyboardParts {
  /** What has to have the focus for keys to go to the host. */
  readonly target: HTMLElement;
  readonly send: (message: Bytes) => boolean;
  /** Ctrl+Alt+Shift was pressed. */
  readonly onLeave: () => void;
}

export class Keyboard {
  readonly #parts: KeyboardParts;
  /** The keys that are down on the host by this page. */
  readonly down = new Store<ReadonlySet<string>>(new Set());
  /** When Control went down: AltGr on Windows sends one of its own. */
  #controlAt = 0;

  constructor(parts: KeyboardParts) {
    this.#parts = parts;
  }

  /** Listens until `signal` aborts, and lets go of everything then. */
  start(signal: AbortSignal): void {
    const { target } = this.#parts;
    const options = { signal };
    target.addEventListener("keydown", (event) => this.#pressed(event), options);
    target.addEventListener("keyup", (event) => this.#released(event), options);
    target.addEventListener("blur", () => this.releaseAll(), options);
    window.addEventListener("blur", () => this.releaseAll(), options);
    window.addEventListener("pagehide", () => this.releaseAll(), options);
    document.addEventListener("visibilitychange", () => this.releaseAll(), options);
    signal.addEventListener("abort", () => this.releaseAll());
  }

  /** @param code a `KeyboardEvent.code` */
  press(code: string): void {
    if (code === "" || this.down.value.has(code)) return;
    if (this.#parts.send(key(code, true))) this.down.set(new Set([...this.down.value, code]));
  }

  release(code: string): void {
    if (!this.down.value.has(code)) return;
    this.down.set(new Set([...this.down.value].filter((other) => other !== code)));
    this.#parts.send(key(code, false));
  }

  /** Presses keys one after the other, and lets go of them in reverse. */
  strike(codes: readonly string[]): void {
    for (const code of codes) this.press(code);
    for (const code of codes.toReversed()) this.release(code);
  }

  releaseAll(): void {
    for (const code of [...this.down.value]) this.release(code);
  }

  /** The host has let go already. */
  forget(): void {
    this.down.set(new Set());
  }

  #pressed(event: KeyboardEvent): void {
    event.preventDefault();
    // The host repeats keys by itself.
    if (event.repeat) return;
    if (event.code === "ControlLeft") this.#controlAt = event.timeStamp;
    const isAltGr = event.code === "AltRight" && event.getModifierState("AltGraph");
    if (isAltGr && event.timeStamp === this.#controlAt) this.release("ControlLeft");
    if (LEAVE.every((name) => event.getModifierState(name))) {
      this.releaseAll();
      this.#parts.onLeave();
      return;
    }
    this.press(event.code);
  }

  #released(event: KeyboardEvent): void {
    event.preventDefault();
    this.release(event.code);
    // macOS tells of no other key that comes up while Command is down.
    if (event.code === "MetaLeft" || event.code === "MetaRight") this.releaseAll();
  }
}
