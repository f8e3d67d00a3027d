/** When a viewer gets the next picture, whichever way it is sent. */

export interface Pace {
  /** CLOCK_MONOTONIC, microseconds. */
  readonly nowUs: () => number;
  /** Pictures a second, at most; asked anew for each. */
  readonly fpsMax: () => number;
}

/** How often a viewer without a picture looks whether there is one again. */
export const LOOK_AGAIN_MS = 200;

/** A timer may be late by this much, and so may a frame be early. */
const FRAME_SLACK_MS = 8;

/**
 * Waits until a frame may be asked for that is not sooner than the settings allow after the one
 * sent before. Counted from when that was captured, `sentUs`: encoding and sending it must not make
 * a viewer miss the frame that is due.
 */
export async function untilDue({ nowUs, fpsMax }: Pace, sentUs: number): Promise<void> {
  const restMs = (sentUs - nowUs()) / 1000 + 1000 / fpsMax();
  // A frame's own period is waited for by asking for the next one; only what is over that here.
  if (restMs > FRAME_SLACK_MS) await Bun.sleep(restMs - FRAME_SLACK_MS);
}
