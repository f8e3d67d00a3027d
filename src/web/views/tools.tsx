import { useEffect, useState } from "preact/hooks";
import { IconButton } from "../parts/button.tsx";
import { save, screenshot } from "../screen/save.ts";
import type { Desk } from "../state/desk.ts";
import { useServices, useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { SoftKeyboard } from "./soft-keyboard.tsx";

const { tools } = WORDS;

/** Keyboard Lock: Chromium alone has it, and only in fullscreen on a page that came over TLS. */
interface LockableNavigator extends Navigator {
  readonly keyboard?: { lock?(): Promise<void>; unlock(): void };
}

/** What can be done with the screen. @param frame what fills the display in fullscreen */
export function Tools({ desk, frame }: { readonly desk: Desk; readonly frame: HTMLElement }) {
  const isFull = useFullscreen();
  return (
    <div class="tools" role="toolbar" aria-label={tools.label}>
      {matchMedia("(pointer: coarse)").matches && <SoftKeyboard />}
      <MouseTool desk={desk} />
      <CaptureTool frame={frame} isFull={isFull} />
      <ScreenshotTool desk={desk} />
      <RecordTool desk={desk} />
      {document.fullscreenEnabled && (
        <IconButton
          icon={isFull ? "restore" : "fullscreen"}
          label={isFull ? tools.restore : tools.fullscreen}
          pressed={isFull}
          onClick={() => {
            const change = isFull ? document.exitFullscreen() : frame.requestFullscreen();
            change.catch(() => undefined);
          }}
        />
      )}
    </div>
  );
}

function useFullscreen(): boolean {
  const [isFull, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  return isFull;
}

function MouseTool({ desk }: { readonly desk: Desk }) {
  const { preferences } = useServices();
  const mode = useStore(desk.mouse);
  if (!("requestPointerLock" in document.body)) return null;
  const isRelative = mode === "relative";
  return (
    <IconButton
      icon="mouse"
      label={isRelative ? tools.mouseRelative : tools.mouseAbsolute}
      pressed={isRelative}
      onClick={() => {
        const mouse = isRelative ? "absolute" : "relative";
        desk.mouse.set(mouse);
        preferences.change({ mouse });
      }}
    />
  );
}

interface CaptureProps {
  readonly frame: HTMLElement;
  readonly isFull: boolean;
}

/** All keys to the host, those of the desktop and the browser among them. */
function CaptureTool({ frame, isFull }: CaptureProps) {
  const { keyboard } = navigator as LockableNavigator;
  const [isLocked, setLocked] = useState(false);
  useEffect(() => {
    if (isFull || !isLocked) return;
    keyboard?.unlock();
    setLocked(false);
  }, [isFull]);
  if (keyboard?.lock === undefined || !document.fullscreenEnabled) return null;
  const capture = async () => {
    await frame.requestFullscreen();
    await keyboard.lock?.();
    setLocked(true);
  };
  return (
    <IconButton
      icon="lock"
      label={isLocked ? tools.captureEnd : tools.capture}
      pressed={isLocked}
      onClick={() => {
        const change = isLocked ? document.exitFullscreen() : capture();
        change.catch(() => undefined);
      }}
    />
  );
}

function ScreenshotTool({ desk }: { readonly desk: Desk }) {
  const { api } = useServices();
  const shown = useStore(desk.viewer.shown);
  const link = useStore(desk.viewer.link);
  const take = async () => {
    if (link.kind !== "mjpeg") return await screenshot(desk.viewer.canvas);
    const response = await api.fetch("GET", "/api/public/snapshot");
    save(await response.blob(), "jpg");
  };
  return (
    <IconButton
      icon="camera"
      label={tools.screenshot}
      disabled={shown === undefined}
      onClick={() => {
        take().catch(() => undefined);
      }}
    />
  );
}

function RecordTool({ desk }: { readonly desk: Desk }) {
  const { recorder, viewer } = desk;
  const isRecording = useStore(recorder.isRecording);
  const link = useStore(viewer.link);
  const shown = useStore(viewer.shown);
  if (!recorder.isAble || link.kind === "mjpeg") return null;
  return (
    <IconButton
      icon={isRecording ? "stop" : "record"}
      label={isRecording ? tools.recordEnd : tools.record}
      pressed={isRecording}
      disabled={shown === undefined}
      onClick={() => (isRecording ? recorder.stop() : recorder.start())}
    />
  );
}
