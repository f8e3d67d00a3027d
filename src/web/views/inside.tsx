import { useRef, useState } from "preact/hooks";
import { useServices, useStore } from "../state/hooks.ts";
import { Rail } from "./rail.tsx";
import { Settings } from "./settings.tsx";
import { type Tool, Workbench } from "./workbench.tsx";

/** The page of somebody who is logged in. */
export function Inside({ user }: { readonly user: string }) {
  const { route } = useServices();
  const place = useStore(route.place);
  const root = useRef<HTMLDivElement>(null);
  const [tool, setTool] = useState<Tool>();
  const [hasKeys, setHasKeys] = useState(false);
  const leave = () => {
    root.current?.querySelector<HTMLElement>(".rail .icon-button")?.focus();
  };
  return (
    <div class="inside" ref={root}>
      <Rail
        user={user}
        place={place}
        tool={tool}
        onTool={setTool}
        hasKeys={hasKeys}
        onKeys={setHasKeys}
      />
      {place === "screen" ? (
        <Workbench
          tool={tool}
          onToolClose={() => setTool(undefined)}
          hasKeys={hasKeys}
          onLeave={leave}
        />
      ) : (
        <Settings user={user} />
      )}
    </div>
  );
}
