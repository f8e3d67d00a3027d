import { IconButton } from "../parts/button.tsx";
import { useServices } from "../state/hooks.ts";
import type { Place } from "../state/route.ts";
import { WORDS } from "../words.ts";
import { Mark } from "./gate.tsx";
import type { Tool } from "./workbench.tsx";

const { rail } = WORDS;

interface RailProps {
  readonly user: string;
  readonly place: Place;
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  readonly hasKeys: boolean;
  readonly onKeys: (hasKeys: boolean) => void;
}

/** The sidebar of icons: where one can go, and the tools of where one is. */
export function Rail({ user, place, tool, onTool, hasKeys, onKeys }: RailProps) {
  const { route, session } = useServices();
  const toggle = (which: Tool) => onTool(tool === which ? undefined : which);
  return (
    <nav class="rail" aria-label={rail.label}>
      <Mark />
      <IconButton
        icon="screen"
        label={rail.screen}
        current={place === "screen"}
        onClick={() => route.go("screen")}
      />
      {place === "screen" && (
        <>
          <IconButton
            icon="shortcut"
            label={rail.shortcuts}
            expanded={tool === "shortcuts"}
            onClick={() => toggle("shortcuts")}
          />
          <IconButton
            icon="paste"
            label={rail.paste}
            expanded={tool === "paste"}
            onClick={() => toggle("paste")}
          />
          <IconButton
            icon="keyboard"
            label={rail.keyboard}
            expanded={hasKeys}
            onClick={() => onKeys(!hasKeys)}
          />
        </>
      )}
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
