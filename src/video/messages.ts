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
      /** Frames that were looked through for changes and encoded, and how long all that took. */
      readonly encoded: number;
      readonly encodeUs: number;
      /** CLOCK_MONOTONIC of these numbers. */
      readonly atUs: number;
    }
  | PictureMessage
  | JpegMessage
  | SameMessage
  | RenderedMessage;

/** A frame that is a JPEG already, and not the one told last. */
export interface JpegMessage {
  readonly kind: "jpeg";
  /** As of a PictureMessage. */
  readonly number: number;
  readonly sequence: number;
  readonly capturedUs: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A frame that shows what was told last: the picture is as fresh as this. */
export interface SameMessage {
  readonly kind: "same";
  readonly sequence: number;
  readonly capturedUs: number;
}

/**
 * A frame as what changed since the last one told. `header` is there when everything begins anew.
 */
export interface PictureMessage {
  readonly kind: "strips";
  /** Counts what was told that was new. */
  readonly number: number;
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

/** What the video thread is told to do. Times are CLOCK_MONOTONIC, microseconds. */
export type Order = Want | SourceOrder;

/** Something to be told. */
export type Want = FrameOrder | ChangeOrder | RenderingOrder;

/** Encode in this quality from now on; close the source, and open it from scratch. */
export type SourceOrder =
  | { readonly kind: "quality"; readonly quality: number }
  | { readonly kind: "reopen" };

/** Tell the newest frame, or the first one to come, that was captured at `afterUs` or later. */
export interface FrameOrder {
  readonly kind: "frame";
  readonly afterUs: number;
}

/** Tell the next frame that shows something new, or the first captured at `untilUs` or later. */
export interface ChangeOrder {
  readonly kind: "change";
  readonly untilUs: number;
}

/** As a frame's, and render it besides. `order` names it in the answer. */
export interface RenderingOrder {
  readonly kind: "rendering";
  readonly afterUs: number;
  readonly order: number;
  readonly wish: Rendering;
}

const KINDS = ["frame", "change", "rendering", "quality", "reopen"] as const;

/** Bytes of an order: kind, number, time, and a rendering's seven numbers. */
export const ORDER_BYTES = 32;

export function packOrder(order: Order): Uint8Array {
  const bytes = new Uint8Array(ORDER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = KINDS.indexOf(order.kind);
  if (order.kind === "reopen") return bytes;
  if (order.kind === "quality") {
    view.setUint32(4, order.quality, true);
    return bytes;
  }
  view.setFloat64(8, order.kind === "change" ? order.untilUs : order.afterUs, true);
  if (order.kind !== "rendering") return bytes;
  const { wish } = order;
  const { left = 0, top = 0, width = 0, height = 0 } = wish.crop ?? {};
  view.setUint32(4, order.order, true);
  [left, top, width, height, wish.widthMax, wish.heightMax, wish.quality].forEach(
    (value, index) => {
      view.setUint16(16 + 2 * index, value, true);
    },
  );
  return bytes;
}

/** What `packOrder` packed. */
export function unpackOrder(bytes: Uint8Array): Order {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const atUs = view.getFloat64(8, true);
  const kind = KINDS[view.getUint8(0)] ?? "frame";
  if (kind === "frame") return { kind, afterUs: atUs };
  if (kind === "change") return { kind, untilUs: atUs };
  if (kind === "reopen") return { kind };
  if (kind === "quality") return { kind, quality: view.getUint32(4, true) };
  const at = (index: number) => view.getUint16(16 + 2 * index, true);
  const [left, top, width, height] = [at(0), at(1), at(2), at(3)];
  const crop = width === 0 ? undefined : { left, top, width, height };
  const wish = { crop, widthMax: at(4), heightMax: at(5), quality: at(6) };
  return { kind, afterUs: atUs, order: view.getUint32(4, true), wish };
}
