/** When a viewer gets the next picture, whichever way it is sent. */
import type { Screen } from "../video/screen.ts";

export interface Pace {
  /** CLOCK_MONOTONIC, microseconds. */
  readonly nowUs: () => number;
  /** Pictures a second, at most; asked anew for each. */
  readonly fpsMax: () => number;
  readonly screen: Pick<Screen, "rates">;
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
export async function untilDue({ nowUs, fpsMax, screen }: Pace, sentUs: number): Promise<void> {
  const periodMs = 1000 / fpsMax() - FRAME_SLACK_MS;
  const { captured } = screen.rates;
  // Of a device that sends no more than that, the next frame is waited for by asking for it.
  if (captured > 0 && 1000 / captured >= periodMs) return;
  const restMs = (sentUs - nowUs()) / 1000 + periodMs;
  if (restMs > 0) await Bun.sleep(restMs);
}
