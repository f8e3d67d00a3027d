import { Icon } from "../parts/icon.tsx";
import type { Blank, Link, Viewer } from "../screen/viewer.ts";
import { useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { stage } = WORDS;

interface StageProps {
  readonly viewer: Viewer | undefined;
  readonly onStage: (element: HTMLElement | null) => void;
  readonly onCanvas: (element: HTMLCanvasElement | null) => void;
}

/** The picture, or what is said in its place. All keys in it are the host's. */
export function Stage({ viewer, onStage, onCanvas }: StageProps) {
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
      {viewer && <Above viewer={viewer} />}
    </div>
  );
}

/** What lies above the canvas. */
function Above({ viewer }: { readonly viewer: Viewer }) {
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
  return (
    <div class="above" aria-live="polite">
      {link.kind === "lost" && <Lost link={link} />}
      {link.kind === "connecting" && !shown && <p class="waiting">{stage.connecting}</p>}
      {link.kind === "live" && blank && <NoPicture blank={blank} />}
    </div>
  );
}

function NoPicture({ blank }: { readonly blank: Blank }) {
  return (
    <div class="blank">
      <Icon name="screen" />
      <h2>{stage.blank(blank.stage)}</h2>
      <p>{blank.message}</p>
      <p class="muted">{stage.keysGoOut}</p>
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
