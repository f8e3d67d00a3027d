import type { Rendering } from "./rendering.ts";
import type { VideoState } from "./signal.ts";
import type { StatePicture } from "./state-picture.ts";
import type { StripUpdate } from "./strips.ts";

/**
 * What the video thread says, by postMessage. Orders go the other way through a socket pair, since
 * the thread sits in poll() and never returns to an event loop. Closing that pair tells the thread
 * to end.
 */
export type VideoMessage =
  | {
      readonly kind: "state";
      readonly state: VideoState;
      /** What a stream shows meanwhile; there whenever the state is not "ok". */
      readonly drawn?: StatePicture;
    }
  | {
      /** Of the source since it was made: once a second, and at once when a frame was left out. */
      readonly kind: "counts";
      readonly captured: number;
      readonly dropped: number;
      /** CLOCK_MONOTONIC of these numbers. */
      readonly atUs: number;
    }
  | PictureMessage
  | RenderedMessage
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

/** An answer to the order of a rendering, of the frame that was told last. */
export interface RenderedMessage {
  readonly kind: "rendered";
  readonly order: number;
  /** Undefined when the crop does not lie within the picture, or the picture is broken. */
  readonly rendered:
    | { readonly bytes: Uint8Array<ArrayBuffer>; readonly width: number; readonly height: number }
    | undefined;
}

/** Bytes of the longest order. */
export const ORDER_BYTES_MAX = 24;

/** The order to encode the next frame. */
export const NEXT = Uint8Array.of(1);

/** The order to encode the next frame, and to render it besides; `order` names it in the answer. */
export function packRendering(order: number, wish: Rendering): Uint8Array {
  const bytes = new Uint8Array(ORDER_BYTES_MAX);
  const view = new DataView(bytes.buffer);
  const { left = 0, top = 0, width = 0, height = 0 } = wish.crop ?? {};
  view.setUint32(0, order, true);
  [left, top, width, height, wish.widthMax, wish.heightMax, wish.quality].forEach(
    (value, index) => {
      view.setUint16(4 + 2 * index, value, true);
    },
  );
  return bytes;
}

/** What `packRendering` packed; undefined for the order of a frame alone. */
export function unpackRendering(bytes: Uint8Array): { order: number; wish: Rendering } | undefined {
  if (bytes.length < ORDER_BYTES_MAX) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (index: number) => view.getUint16(4 + 2 * index, true);
  const [left, top, width, height] = [at(0), at(1), at(2), at(3)];
  const crop = width === 0 ? undefined : { left, top, width, height };
  const wish = { crop, widthMax: at(4), heightMax: at(5), quality: at(6) };
  return { order: view.getUint32(0, true), wish };
}
