import type { VideoState } from "./signal.ts";
import type { StripUpdate } from "./strips.ts";

/**
 * What the video thread says, by postMessage. Orders go the other way through a socket pair, since
 * the thread sits in poll() and never returns to an event loop: one byte each. Closing that pair
 * tells the thread to end.
 */
export type VideoMessage =
  | { readonly kind: "state"; readonly state: VideoState }
  | PictureMessage
  | {
      readonly kind: "jpeg";
      readonly sequence: number;
      readonly capturedUs: number;
      readonly width: number;
      readonly height: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
    };

/**
 * A frame as what changed since the last one told. `header` is there when everything begins anew.
 */
export interface PictureMessage {
  readonly kind: "strips";
  readonly sequence: number;
  readonly capturedUs: number;
  readonly width: number;
  readonly height: number;
  readonly header: Uint8Array<ArrayBuffer> | undefined;
  readonly strips: readonly StripUpdate[];
}

/** Orders to the video thread, each one byte. */
export const ORDER = {
  /** Encode the next frame. */
  next: 1,
} as const;
