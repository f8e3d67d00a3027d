import { useEffect, useState } from "preact/hooks";
import { Desk } from "../state/desk.ts";
import { useServices } from "../state/hooks.ts";
import { Bar } from "./bar.tsx";
import { Stage } from "./stage.tsx";

interface WorkbenchProps {
  /** Gives the keyboard's focus to something outside of the screen. */
  readonly onLeave: () => void;
}

/** The screen of the host with all that belongs to it. */
export function Workbench({ onLeave }: WorkbenchProps) {
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
      <Stage viewer={desk?.viewer} onStage={setStage} onCanvas={setCanvas} />
      {desk && frame && <Bar desk={desk} frame={frame} />}
    </main>
  );
}
