import { useEffect } from "preact/hooks";
import { useServices, useStore } from "./state/hooks.ts";
import { Inside } from "./views/inside.tsx";
import { Login } from "./views/login.tsx";
import { FirstUser } from "./views/setup.tsx";
import { Starting } from "./views/starting.tsx";

/** What is shown, by whether somebody is logged in. */
export function App() {
  const { session } = useServices();
  const state = useStore(session.state);
  useEffect(() => {
    session.look().catch(() => undefined);
  }, [session]);
  switch (state.kind) {
    case "starting":
      return <Starting reachable />;
    case "unreachable":
      return <Starting reachable={false} />;
    case "setup":
      return <FirstUser />;
    case "out":
      return <Login ended={state.ended} />;
    case "in":
      return <Inside user={state.user} />;
  }
}
