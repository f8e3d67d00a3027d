/** The video as kvmd's clients see it, and what they can change of it while it runs. */
import { array, boolean, nullable, number, object, optional, string } from "valibot";
import { KvmdFault } from "./dialect.ts";
import { Tesseract } from "./tesseract.ts";
import { USTREAMER_STATE, type UstreamerParts, ustreamerState } from "./ustreamer.ts";
import type { TakenShot } from "./ustreamer-shot.ts";

export interface StreamerParts extends UstreamerParts {
  /** Pictures a second of the settings, which clients can choose to have fewer of. */
  readonly fpsLimit: () => number;
}

const PARAMS = object({ desired_fps: number(), quality: optional(number()) });

/** The shape of {@link StreamerPanel.state}. */
export const STREAMER_STATE = object({
  features: object({ quality: boolean(), resolution: boolean(), h264: boolean() }),
  limits: object({ desired_fps: object({ min: number(), max: number() }) }),
  params: PARAMS,
  applied: PARAMS,
  streamer: USTREAMER_STATE,
  snapshot: object({
    saved: nullable(object({ online: boolean(), width: number(), height: number() })),
  }),
});

const names = array(string());
/** The shape of {@link StreamerPanel.ocr}. */
export const OCR_STATE = object({
  enabled: boolean(),
  langs: object({ default: names, available: names }),
});

export interface StreamerWish {
  readonly quality: number | undefined;
  readonly desired_fps: number | undefined;
  readonly resolution: unknown;
  readonly h264_bitrate: unknown;
  readonly h264_gop: unknown;
}

export class StreamerPanel {
  readonly #parts: StreamerParts;
  readonly tesseract = new Tesseract();
  /** What a client had kept. */
  saved: TakenShot | undefined;

  constructor(parts: StreamerParts) {
    this.#parts = parts;
  }

  get state() {
    const { fpsLimit, fpsMax, quality } = this.#parts;
    const params = { desired_fps: fpsMax(), ...(this.#encodes ? { quality: quality() } : {}) };
    const { online, width, height } = this.saved ?? {};
    return {
      features: { quality: this.#encodes, resolution: false, h264: false },
      limits: { desired_fps: { min: 0, max: fpsLimit() } },
      params,
      applied: params,
      streamer: ustreamerState(this.#parts),
      snapshot: { saved: this.saved === undefined ? null : { online, width, height } },
    };
  }

  async ocr() {
    const langs = await this.tesseract.languages();
    return { enabled: langs.available.length > 0, langs };
  }

  /**
   * Changes the running video. What is legal and beyond this device's limits is left as it is.
   *
   * @throws KvmdFault that names what a device of this kind does not have
   */
  tune({ quality, desired_fps, resolution, h264_bitrate, h264_gop }: StreamerWish): void {
    const lacks = (what: string, name: string) => {
      const message = `This streamer does not support ${what}`;
      return new KvmdFault(`Streamer${name}NotSupported`, message);
    };
    if (quality !== undefined && !this.#encodes) throw lacks("quality settings", "Quality");
    // It is the host's.
    if (resolution !== undefined) throw lacks("resolution settings", "Resolution");
    if (h264_bitrate !== undefined || h264_gop !== undefined) throw lacks("H264", "H264");
    const { screen, fpsLimit } = this.#parts;
    const fps = desired_fps === 0 ? fpsLimit() : desired_fps;
    screen.tune({
      ...(quality === undefined ? {} : { quality }),
      ...(fps === undefined || fps > fpsLimit() ? {} : { fps }),
    });
  }

  /** A device that sends JPEGs has chosen their quality itself. */
  get #encodes(): boolean {
    const { state } = this.#parts.screen;
    return state.stage !== "ok" || state.mode.format !== "MJPG";
  }
}
