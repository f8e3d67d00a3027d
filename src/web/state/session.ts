/** Whether somebody is logged in, and the ways in and out. */
import type { AccountAnswer, Setup } from "../../http/account.ts";
import { type Api, ApiError } from "../api/client.ts";
import { Store } from "./store.ts";

export type SessionState =
  | { readonly kind: "starting" }
  /** linkrd does not answer. */
  | { readonly kind: "unreachable" }
  /** There is no user yet. */
  | { readonly kind: "setup" }
  /** @property ended whether a session was there, and is over */
  | { readonly kind: "out"; readonly ended: boolean }
  | { readonly kind: "in"; readonly user: string; readonly totp: boolean };

/** How far this browser's clock and the device's may be apart for codes to be accepted. */
const CLOCK_APART_MS_MAX = 30_000;

export class Session {
  readonly state = new Store<SessionState>({ kind: "starting" });
  /** Milliseconds that the device's clock is ahead of this browser's, if codes suffer from it. */
  readonly clockAheadMs = new Store(0);
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Finds out where things stand. */
  async look(): Promise<void> {
    try {
      const setup = await this.#api.ask<Setup>("GET", "/api/setup");
      this.#noteClock(setup);
      if (setup.open) this.state.set({ kind: "setup" });
      else await this.#lookAtAccount();
    } catch (error) {
      if (isSignedOut(error)) this.#leave();
      else this.state.set({ kind: "unreachable" });
    }
  }

  /** A request was refused for want of a credential: is the session over? */
  async check(): Promise<void> {
    if (this.state.value.kind !== "in") return;
    try {
      await this.#lookAtAccount();
    } catch (error) {
      if (isSignedOut(error)) this.#leave();
    }
  }

  /** @throws ApiError */
  async setUp(user: string, password: string): Promise<void> {
    await this.#api.ask("POST", "/api/setup", { json: { user, password } });
    await this.logIn(user, password, "");
  }

  /** @param code of the second factor, or "" @throws ApiError, 403 when anything is wrong */
  async logIn(user: string, password: string, code: string): Promise<void> {
    // kvmd's way: the code right behind the password.
    const form = { user, passwd: `${password}${code}` };
    await this.#api.ask("POST", "/api/auth/login", { form });
    await this.#lookAtAccount();
  }

  /** Ends all of the user's sessions, as PiKVM's logout does. */
  async logOut(): Promise<void> {
    await this.#api.ask("POST", "/api/auth/logout").catch(() => undefined);
    this.state.set({ kind: "out", ended: false });
  }

  /** Looks at the account anew, after a change of it. */
  async refresh(): Promise<void> {
    await this.#lookAtAccount();
  }

  async #lookAtAccount(): Promise<void> {
    const { user, totp } = await this.#api.ask<AccountAnswer>("GET", "/api/account");
    this.state.set({ kind: "in", user, totp });
  }

  #noteClock({ clock }: Setup): void {
    const ahead = Date.parse(clock.now) - Date.now();
    this.clockAheadMs.set(Math.abs(ahead) > CLOCK_APART_MS_MAX ? ahead : 0);
  }

  #leave(): void {
    const { kind } = this.state.value;
    if (kind !== "out") this.state.set({ kind: "out", ended: kind === "in" });
  }
}

function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}
