/** One picture, ready to be sent. */
export interface Picture {
  /** Put together when it is first asked for, and kept. */
  readonly jpeg: () => Uint8Array;
  readonly width: number;
  readonly height: number;
  /** The source's number of the frame. */
  readonly sequence: number;
  /** Counts the pictures that differ from the one before, since the daemon started. */
  readonly version: number;
  /** CLOCK_MONOTONIC when the source had the newest frame that is known to show it. */
  readonly capturedUs: number;
}
