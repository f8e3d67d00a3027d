/**
 * What stands between linkrd and a picture, by its physical name. The names are part of the API: a
 * 503 carries one, `status` shows it, the log tells it once.
 */
export const STAGES = {
  starting: "capture is starting",
  "no device": "no capture device: is the HDMI capture plugged in, and is its driver loaded?",
  "no permission": "the capture device may not be opened: run linkrd as a member of group video",
  busy: "the capture device is in use: stop the other program that holds it",
  "no cable": "no cable on the HDMI input: is it in at both ends, and the host plugged in?",
  "no signal": "no signal on the HDMI input: is the host on, and the cable in at both ends?",
  "unstable signal":
    "no HDMI signal that can be locked to: wake the host, or try another cable or mode",
  "mode change": "the host changes its video mode: the picture is back in a moment",
  "out of range": "the host sends a mode that the capture device cannot take: choose a lower one",
  unsupported:
    "the capture device offers no format that linkrd reads: set [video] device or format",
  stalled: "the capture device has stopped sending frames: linkrd is restarting it",
  failed: "the capture device fails: see the log",
} as const;

export type Stage = keyof typeof STAGES;

/** Stages that pass by themselves within moments: whoever wants a picture waits. */
export function isPassing(stage: Stage | "ok"): boolean {
  return stage === "starting" || stage === "mode change";
}

/** What is being captured, once there is a picture. */
export interface Mode {
  readonly device: string;
  readonly driver: string;
  readonly width: number;
  readonly height: number;
  /** Four characters of the pixel format, as the kernel names it. */
  readonly format: string;
  /** Whether it sees the signal; a USB dongle sends a picture of its own when there is none. */
  readonly tellsSignal: boolean;
  /** There if frames come whether or not anybody wants one. */
  readonly freeRunning?: true;
}

export type VideoState =
  | { readonly stage: "ok"; readonly mode: Mode }
  | { readonly stage: Stage; readonly detail?: string };

/** Why there is no picture now. Thrown by a source, shown to people as the stage's sentence. */
export class NoPicture extends Error {
  readonly stage: Stage;
  readonly detail: string | undefined;

  constructor(stage: Stage, detail?: string) {
    super(detail === undefined ? STAGES[stage] : `${STAGES[stage]} (${detail})`);
    this.name = "NoPicture";
    this.stage = stage;
    this.detail = detail;
  }
}

/** The sentence that a person reads about `state`. */
export function sentenceOf(state: VideoState): string {
  if (state.stage === "ok") return "the picture is there";
  const detail = "detail" in state && state.detail !== undefined ? ` (${state.detail})` : "";
  return `${STAGES[state.stage]}${detail}`;
}
