import { useEffect, useState } from "preact/hooks";
import { Desk } from "../state/desk.ts";
import { useServices } from "../state/hooks.ts";
import { Bar } from "./bar.tsx";
import { Keys } from "./keys.tsx";
import { Paste } from "./paste.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { Stage } from "./stage.tsx";

/** What is open beside the screen. */
export type Tool = "shortcuts" | "paste" | undefined;

interface WorkbenchProps {
  readonly tool: Tool;
  readonly onToolClose: () => void;
  /** Whether the on-screen keyboard is shown. */
  readonly hasKeys: boolean;
  /** Gives the keyboard's focus to something outside of the screen. */
  readonly onLeave: () => void;
}

/** The screen of the host with all that belongs to it. */
export function Workbench({ tool, onToolClose, hasKeys, onLeave }: WorkbenchProps) {
  const { api, preferences } = useServices();
  const [frame, setFrame] = useState<HTMLElement | null>(null);
  const [stage, setStage] = useState<HTMLElement | null>(null);
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null);
  const [desk, setDesk] = useState<Desk>();

  useEffect(() => {
    if (stage === null || canvas === null) return;
    const { mouse } = preferences.choices;
    const made = new Desk({ api, stage, canvas, mouse, onLeave });
    made.start();
    setDesk(made);
    return () => made.stop();
  }, [stage, canvas]);

  return (
    <main class="workbench" ref={setFrame}>
      <div class="middle">
        {tool === "paste" && <Paste onClose={onToolClose} />}
        {desk && tool === "shortcuts" && <Shortcuts desk={desk} onClose={onToolClose} />}
        <Stage key="stage" desk={desk} onStage={setStage} onCanvas={setCanvas} />
      </div>
      {desk && hasKeys && <Keys desk={desk} />}
      {desk && frame && <Bar desk={desk} frame={frame} />}
    </main>
  );
}
