import type { Api } from "../api/client.ts";
import type { Preferences } from "./preferences.ts";
import type { Route } from "./route.ts";
import type { Session } from "./session.ts";

/** The parts that the views of the page are given. */
export interface Services {
  readonly api: Api;
  readonly session: Session;
  readonly route: Route;
  readonly preferences: Preferences;
}
