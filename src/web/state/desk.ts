/** What one works with in front of the screen: picture, keyboard, mouse, and the ways to them. */
import type { Api } from "../api/client.ts";
import { Keyboard } from "../input/keyboard.ts";
import { InputLink } from "../input/link.ts";
import { Pointer } from "../input/pointer.ts";
import { Recorder } from "../screen/save.ts";
import { Viewer } from "../screen/viewer.ts";
import { Store } from "./store.ts";

export type MouseMode = "absolute" | "relative";

export interface DeskParts {
  readonly api: Api;
  /** What has the picture in it, and the focus while keys go to the host. */
  readonly stage: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly mouse: MouseMode;
  /** Somebody wants the keyboard back for the page. */
  readonly onLeave: () => void;
}

export class Desk {
  readonly viewer: Viewer;
  readonly input: InputLink;
  readonly keyboard: Keyboard;
  readonly pointer: Pointer;
  readonly recorder: Recorder;
  readonly mouse: Store<MouseMode>;
  /** Whether keys go to the host. */
  readonly hasKeys = new Store(false);
  /** What keeps keys from the host, in linkrd's words; "" when nothing does. */
  readonly trouble = new Store("");
  readonly #stage: HTMLElement;
  readonly #gone = new AbortController();

  constructor({ api, stage, canvas, mouse, onLeave }: DeskParts) {
    this.#stage = stage;
    this.mouse = new Store(mouse);
    this.viewer = new Viewer({ api, canvas, url: socketUrl("/api/screen/ws") });
    this.input = new InputLink({
      url: socketUrl("/api/ws?stream=0"),
      onLost: () => this.#forget(),
    });
    const send = this.input.send.bind(this.input);
    this.keyboard = new Keyboard({ target: stage, send, onLeave });
    this.pointer = new Pointer({
      target: stage,
      picture: () => this.viewer.shown.value,
      mode: () => this.mouse.value,
      send,
    });
    this.recorder = new Recorder(canvas);
  }

  start(): void {
    const { signal } = this.#gone;
    this.#stage.tabIndex = 0;
    this.#stage.addEventListener("focus", () => this.hasKeys.set(true), { signal });
    this.#stage.addEventListener("blur", () => this.hasKeys.set(false), { signal });
    this.keyboard.start(signal);
    this.pointer.start(signal);
    this.viewer.start();
    this.input.start();
    // On a phone there is no keyboard to be sent, and a focus would be in the way.
    if (!matchMedia("(pointer: coarse)").matches) this.#stage.focus({ preventScroll: true });
  }

  /** Lets go of everything while there is still a way to say so. */
  stop(): void {
    this.#gone.abort();
    this.recorder.stop();
    this.viewer.stop();
    this.input.stop();
  }

  #forget(): void {
    this.keyboard.forget();
    this.pointer.forget();
  }
}

function socketUrl(path: string): string {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
