import { usePolling, useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Mark } from "./gate.tsx";

const RETRY_MS = 2000;

/** Before anything is known; and when linkrd does not answer, until it does. */
export function Starting({ reachable }: { readonly reachable: boolean }) {
  return (
    <main class="gate starting">
      <Mark />
      {!reachable && <Unreachable />}
    </main>
  );
}

function Unreachable() {
  const { session } = useServices();
  usePolling(() => session.look(), RETRY_MS);
  return (
    <div role="alert">
      <h1>{WORDS.starting.unreachable}</h1>
      <p>{WORDS.starting.remedy}</p>
    </div>
  );
}
