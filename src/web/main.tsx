/** Where the page begins: makes its parts and shows it. */
import { render } from "preact";
import { Api } from "./api/client.ts";
import { App } from "./app.tsx";
import { ServicesContext } from "./state/hooks.ts";
import { Preferences } from "./state/preferences.ts";
import { Route } from "./state/route.ts";
import type { Services } from "./state/services.ts";
import { Session } from "./state/session.ts";

/** A browser may forbid storage; asking for it throws then. */
function openStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

function start(): void {
  const place = document.getElementById("page");
  if (place === null) return;
  const api = new Api(() => {
    session.check().catch(() => undefined);
  });
  const session = new Session(api);
  const preferences = new Preferences(openStorage());
  const services: Services = { api, session, preferences, route: new Route(window) };
  render(
    <ServicesContext.Provider value={services}>
      <App />
    </ServicesContext.Provider>,
    place,
  );
}

start();
