import { Store } from "./store.ts";

/** The places of the page; `settings/tokens` is a part of one. */
export type Place = "screen" | "settings";

/**
 * Where in the page one is, kept in the address behind `#`: a reload, a link, or a login in between
 * leads back to the same place.
 */
export class Route {
  readonly place: Store<Place>;
  readonly #window: Window;

  constructor(window: Window) {
    this.#window = window;
    this.place = new Store(placeOf(window.location.hash));
    window.addEventListener("hashchange", () => this.place.set(placeOf(window.location.hash)));
  }

  go(place: Place): void {
    this.#window.location.hash = place === "screen" ? "" : place;
  }
}

function placeOf(hash: string): Place {
  return hash.startsWith("#settings") ? "settings" : "screen";
}
