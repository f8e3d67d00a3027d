import { useServices, useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Rail } from "./rail.tsx";

/** The page of somebody who is logged in. */
export function Inside({ user }: { readonly user: string }) {
  const { route } = useServices();
  const place = useStore(route.place);
  return (
    <div class="inside">
      <Rail user={user} place={place} />
      <main class="workbench">{place === "screen" ? "" : WORDS.rail.settings}</main>
    </div>
  );
}
