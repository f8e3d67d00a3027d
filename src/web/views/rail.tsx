import { IconButton } from "../parts/button.tsx";
import { useServices } from "../state/hooks.ts";
import type { Place } from "../state/route.ts";
import { WORDS } from "../words.ts";
import { Mark } from "./gate.tsx";

const { rail } = WORDS;

/** The sidebar of icons: where one can go, and the tools of where one is. */
export function Rail({ user, place }: { readonly user: string; readonly place: Place }) {
  const { route, session } = useServices();
  return (
    <nav class="rail" aria-label={rail.label}>
      <Mark />
      <IconButton
        icon="screen"
        label={rail.screen}
        current={place === "screen"}
        onClick={() => route.go("screen")}
      />
      <span class="space" />
      <IconButton
        icon="settings"
        label={rail.settings}
        current={place === "settings"}
        onClick={() => route.go("settings")}
      />
      <IconButton
        icon="logout"
        label={rail.logOut(user)}
        onClick={() => {
          session.logOut().catch(() => undefined);
        }}
      />
    </nav>
  );
}
