/** Mouse and fingers, over the picture, as the host's pointer. */
import { fitted, fractionsIn, type Size } from "./place.ts";
import { BUTTONS, type Button, type Bytes, button, move, relative, wheel } from "./protocol.ts";
import { HOLD_MS, Touch, type TouchAction } from "./touch.ts";

export interface PointerParts {
  /** What the picture lies in. */
  readonly target: HTMLElement;
  /** Size of the picture; undefined while there is none. */
  readonly picture: () => Size | undefined;
  readonly mode: () => "absolute" | "relative";
  readonly send: (message: Bytes) => boolean;
}

/** Pixels of the page that are one step of the host's wheel. */
const STEP_PX = 60;
const STEPS_MAX = 20;

export class Pointer {
  readonly #parts: PointerParts;
  readonly #touch = new Touch((action) => this.#act(action));
  readonly #held = new Set<Button>();
  /** Where the pointer is to go next; sent with the next picture of the browser, not before. */
  #place: { readonly x: number; readonly y: number } | undefined;
  #way = { x: 0, y: 0 };
  #scroll = { x: 0, y: 0 };
  #frame = 0;

  constructor(parts: PointerParts) {
    this.#parts = parts;
  }

  /** Listens until `signal` aborts, and lets go of everything then. */
  start(signal: AbortSignal): void {
    const { target } = this.#parts;
    const on = <Name extends keyof HTMLElementEventMap>(
      name: Name,
      handle: (event: HTMLElementEventMap[Name]) => void,
    ) => target.addEventListener(name, handle, { signal, passive: false });
    on("pointerdown", (event) => this.#pressed(event));
    on("pointermove", (event) => this.#moved(event));
    on("pointerup", (event) => this.#released(event));
    on("pointercancel", () => this.#touch.cancel());
    on("wheel", (event) => this.#wheeled(event));
    on("contextmenu", (event) => event.preventDefault());
    const release = () => this.releaseAll();
    target.addEventListener("blur", release, { signal });
    window.addEventListener("blur", release, { signal });
    window.addEventListener("pagehide", release, { signal });
    document.addEventListener("visibilitychange", release, { signal });
    document.addEventListener("pointerlockchange", release, { signal });
    signal.addEventListener("abort", release);
  }

  releaseAll(): void {
    this.#touch.cancel();
    for (const name of [...this.#held]) this.#press(name, false);
  }

  /** The host has let go already. */
  forget(): void {
    this.#held.clear();
  }

  #pressed(event: PointerEvent): void {
    const { target, mode } = this.#parts;
    target.focus({ preventScroll: true });
    event.preventDefault();
    if (event.pointerType === "touch") {
      const { pointerId } = event;
      this.#touch.down(pointerId, event.clientX, event.clientY);
      setTimeout(() => this.#touch.held(pointerId), HOLD_MS);
      target.setPointerCapture(pointerId);
      return;
    }
    if (mode() === "relative" && document.pointerLockElement !== target) {
      // The click that takes the mouse is not for the host. A browser may refuse: nothing changes.
      Promise.resolve(target.requestPointerLock()).catch(() => undefined);
      return;
    }
    if (mode() === "absolute") target.setPointerCapture(event.pointerId);
    this.#follow(event);
  }

  #moved(event: PointerEvent): void {
    if (event.pointerType === "touch") {
      this.#touch.move(event.pointerId, event.clientX, event.clientY);
    } else {
      this.#follow(event);
    }
  }

  #released(event: PointerEvent): void {
    if (event.pointerType === "touch") this.#touch.up(event.pointerId);
    else this.#follow(event);
  }

  /** Where a mouse is, and which of its buttons are down. */
  #follow(event: PointerEvent): void {
    if (this.#parts.mode() === "absolute") {
      this.#goTo(event.clientX, event.clientY);
    } else if (document.pointerLockElement === this.#parts.target) {
      this.#goBy(event.movementX, event.movementY);
    } else {
      return;
    }
    for (const [bit, name] of BUTTONS) this.#press(name, (event.buttons & bit) !== 0);
  }

  #wheeled(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : STEP_PX;
    this.#scrollBy(event.deltaX * unit, event.deltaY * unit);
  }

  #act(action: TouchAction): void {
    switch (action.kind) {
      case "move":
        this.#goTo(action.x, action.y);
        break;
      case "button":
        this.#press(action.button, action.pressed);
        break;
      case "scroll":
        // The picture follows the fingers, as everywhere on a phone.
        this.#scrollBy(-action.dx, -action.dy);
        break;
    }
  }

  #goTo(x: number, y: number): void {
    const picture = this.#parts.picture();
    if (picture === undefined) return;
    this.#place = fractionsIn(fitted(this.#parts.target.getBoundingClientRect(), picture), x, y);
    this.#flushSoon();
  }

  #goBy(dx: number, dy: number): void {
    this.#way = { x: this.#way.x + dx, y: this.#way.y + dy };
    this.#flushSoon();
  }

  #scrollBy(dx: number, dy: number): void {
    const [x, y] = [this.#scroll.x + dx, this.#scroll.y + dy];
    const steps = (pixels: number) => {
      return Math.min(Math.max(Math.trunc(pixels / STEP_PX), -STEPS_MAX), STEPS_MAX);
    };
    this.#scroll = { x: x - steps(x) * STEP_PX, y: y - steps(y) * STEP_PX };
    if (steps(x) === 0 && steps(y) === 0) return;
    this.#flush();
    this.#parts.send(wheel(steps(x), -steps(y)));
  }

  /** A button goes down or up where the pointer is by then. */
  #press(name: Button, pressed: boolean): void {
    if (this.#held.has(name) === pressed) return;
    this.#flush();
    if (!this.#parts.send(button(name, pressed)) || !pressed) this.#held.delete(name);
    else this.#held.add(name);
  }

  #flushSoon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#place !== undefined) this.#parts.send(move(this.#place.x, this.#place.y));
    this.#place = undefined;
    const [dx, dy] = [Math.round(this.#way.x), Math.round(this.#way.y)];
    if (dx !== 0 || dy !== 0) this.#parts.send(relative(dx, dy));
    this.#way = { x: 0, y: 0 };
  }
}
