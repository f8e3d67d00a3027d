import type { JpegEncoder } from "../ffi/jpeg.ts";
import type { Sys } from "../ffi/sys.ts";
import type { Yuv } from "../ffi/yuv.ts";
import { Planes } from "./planes.ts";
import type { Range, RawFrame } from "./source.ts";

/** A picture in memory of ours. */
export type KeptPicture =
  | Pick<RawFrame, "kind" | "address" | "layout" | "range" | "matrix">
  | {
      readonly kind: "jpeg";
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly width: number;
      readonly height: number;
    };

/** A part of a picture, in its pixels. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How a picture is wanted: which part of it, how large, how good. */
export interface Rendering {
  /** Undefined: all of it. */
  readonly crop: Area | undefined;
  /** The result is made to fit within, and never larger than it was. */
  readonly widthMax: number;
  readonly heightMax: number;
  /** JPEG quality, 1…100. */
  readonly quality: number;
}

/** The part that is taken of a picture, and the size that it gets. */
export interface Plan {
  readonly area: Area;
  readonly width: number;
  readonly height: number;
}

/** @returns undefined when the crop does not lie within the picture */
export function planOf(wish: Rendering, width: number, height: number): Plan | undefined {
  const area = wish.crop ?? { left: 0, top: 0, width, height };
  if (area.left + area.width > width || area.top + area.height > height) return undefined;
  const scale = Math.min(1, wish.widthMax / area.width, wish.heightMax / area.height);
  const scaled = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  return { area, width: scaled(area.width), height: scaled(area.height) };
}

export interface RenderParts {
  readonly sys: Sys;
  readonly yuv: Yuv;
  readonly makeEncoder: (widthMax: number, heightMax: number) => JpegEncoder;
}

/** `picture` as `wish` wants it; undefined when the crop lies outside, or a JPEG is broken. */
export function render(
  { sys, yuv, makeEncoder }: RenderParts,
  picture: KeptPicture,
  size: { readonly width: number; readonly height: number },
  wish: Rendering,
): { bytes: Uint8Array<ArrayBuffer>; width: number; height: number } | undefined {
  const { width, height } = picture.kind === "jpeg" ? picture : size;
  const plan = planOf(wish, width, height);
  if (plan === undefined) return undefined;
  const whole = new Planes(width, height);
  if (picture.kind === "raw") {
    const read = new Planes(width, height);
    picture.layout.read(picture.address, 0, read);
    toJfif(sys, picture, read, whole);
  } else if (!yuv.jpegToPlanes(picture.bytes, whole)) {
    return undefined;
  }
  const result = new Planes(plan.width, plan.height);
  yuv.scale(whole, plan.area, result);
  result.padLuma();
  const encoder = makeEncoder(plan.width, plan.height);
  try {
    const range = picture.kind === "raw" ? picture.range : "full";
    const bytes = new Uint8Array(encoder.encode(result, tableQuality(range, wish.quality)));
    return { bytes, width: plan.width, height: plan.height };
  } finally {
    encoder.close();
  }
}

/**
 * The quality that libjpeg-turbo is told for a picture which `toJfif` makes of numbers in `range`.
 *
 * Stretching 16…235 to 0…255 makes errors of 219 out of errors of 255: quantization tables that are
 * as much coarser lose no more of what was sent, and spare the bytes of a precision that never was
 * there. Tables are scaled by 200 - 2 q percent from 50 on, and by 5000 / q below (jcparam.c).
 *
 * @param quality 1…100, of the numbers as they were sent @returns 1…100
 */
export function tableQuality(range: Range, quality: number): number {
  if (range === "full") return quality;
  const percent = ((quality < 50 ? 5000 / quality : 200 - 2 * quality) * 255) / 219;
  return Math.max(1, Math.floor(percent > 100 ? 5000 / percent : (200 - percent) / 2));
}

/** JFIF means full range and the matrix of BT.601. `from` and `into` are two pictures. */
export function toJfif(
  sys: Sys,
  { range, matrix }: Pick<RawFrame, "range" | "matrix">,
  from: Planes,
  into: Planes,
): void {
  if (range === "limited") {
    sys.expandLuma(from.y, into.y);
    sys.expandChroma(from.u, into.u);
    sys.expandChroma(from.v, into.v);
  } else {
    into.bytes.set(from.bytes);
  }
  if (matrix === "709") sys.rec709ToRec601(into);
}
