import { Icon } from "../parts/icon.tsx";
import type { Blank, Link } from "../screen/viewer.ts";
import type { Desk } from "../state/desk.ts";
import { useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { stage } = WORDS;

interface StageProps {
  readonly desk: Desk | undefined;
  readonly onStage: (element: HTMLElement | null) => void;
  readonly onCanvas: (element: HTMLCanvasElement | null) => void;
}

/** The picture, or what is said in its place. All keys in it are the host's. */
export function Stage({ desk, onStage, onCanvas }: StageProps) {
  return (
    <div
      class="stage"
      ref={onStage}
      role="application"
      aria-label={stage.label}
      aria-describedby="leave"
    >
      <canvas class="picture" ref={onCanvas} width={0} height={0} />
      <p id="leave" class="unseen">
        {stage.leave}
      </p>
      {desk && <Above desk={desk} />}
    </div>
  );
}

/** What lies above the canvas. */
function Above({ desk }: { readonly desk: Desk }) {
  const { viewer } = desk;
  const link = useStore(viewer.link);
  const blank = useStore(viewer.blank);
  const shown = useStore(viewer.shown);
  if (link.kind === "mjpeg") {
    return (
      <img
        class="picture"
        src="/api/public/stream"
        alt=""
        draggable={false}
        onLoad={({ currentTarget }) => viewer.showMjpeg(currentTarget)}
      />
    );
  }
  const isBlank = link.kind === "live" && blank !== undefined;
  const isOld = link.kind === "lost" || isBlank;
  return (
    <div class={isOld ? "above old" : "above"} aria-live="polite">
      {link.kind === "lost" && <Lost link={link} />}
      {link.kind === "connecting" && !shown && <p class="waiting">{stage.connecting}</p>}
      {isBlank && <NoPicture blank={blank} desk={desk} />}
    </div>
  );
}

interface NoPictureProps {
  readonly blank: Blank;
  readonly desk: Desk;
}

function NoPicture({ blank, desk }: NoPictureProps) {
  const trouble = useStore(desk.trouble);
  return (
    <div class="blank">
      <Icon name="screen" />
      <h2>{stage.blank(blank.stage)}</h2>
      <p>{stage.remedy(blank.message)}</p>
      {trouble === "" && <p class="muted">{stage.keysGoOut}</p>}
    </div>
  );
}

function Lost({ link }: { readonly link: Extract<Link, { kind: "lost" }> }) {
  return (
    <div class="blank">
      <Icon name="warn" />
      <h2>{stage.lost}</h2>
      {link.reason !== "" && <p>{link.reason}</p>}
      <p class="muted">{stage.again}</p>
    </div>
  );
}
