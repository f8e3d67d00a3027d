/** Parts of a stream as ustreamer writes them. */
import { wholeJpeg } from "../../video/picture.ts";
import type { PartWriter, Shot } from "../mjpeg.ts";
import type { Viewer } from "../viewers.ts";

const BOUNDARY = "boundarydonotcross";
const EMPTY = wholeJpeg(new Uint8Array());
const TYPE = "Content-Type: image/jpeg";

/**
 * The writer of parts that `viewer` wishes for. A part ends with the line that begins the next one:
 * browsers show a picture when they see it. With `advanceHeaders` the head of the next part comes
 * with it, which cannot tell what is not known yet: its length, and what `extraHeaders` would.
 */
export function wishedWriter(viewer: Viewer, nowUs: () => number): PartWriter {
  const { extraHeaders, advanceHeaders, dualFinalFrames, zeroData } = viewer.wishes;
  let isFirst = true;
  let lastSequence: number | undefined;
  return {
    boundary: BOUNDARY,
    repeatsFinal: dualFinalFrames,
    write: (shot) => {
      const data = zeroData ? EMPTY : shot.jpeg;
      const dropped = Math.max(0, (shot.sequence ?? 0) - (lastSequence ?? shot.sequence ?? 0) - 1);
      lastSequence = shot.sequence;
      const extra = extraHeaders ? extraLines(shot, dropped, viewer.fps(nowUs()), nowUs()) : [];
      const stamp = `X-Timestamp: ${wallSeconds()}`;
      const early = `${lines(TYPE, stamp)}\r\n`;
      const late = `${lines(TYPE, `Content-Length: ${data.length}`, stamp, ...extra)}\r\n`;
      const begin = lines(`--${BOUNDARY}`);
      const before = isFirst ? begin + (advanceHeaders ? early : late) : advanceHeaders ? "" : late;
      isFirst = false;
      return { before, data, after: `\r\n${begin}${advanceHeaders ? early : ""}` };
    },
  };
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\r\n`).join("");
}

/** Times are seconds of CLOCK_MONOTONIC: when the frame was captured, and now. */
function extraLines(shot: Shot, dropped: number, fps: number, nowUs: number): string[] {
  const [captured, now] = [seconds(shot.capturedUs), seconds(nowUs)];
  const fields = {
    Online: shot.missing === undefined,
    Dropped: dropped,
    Width: shot.width,
    Height: shot.height,
    "Client-FPS": Math.round(fps),
    "Grab-Begin-Time": captured,
    "Grab-End-Time": captured,
    "Encode-Begin-Time": captured,
    "Encode-End-Time": now,
    "Expose-Begin-Time": now,
    "Expose-Cmp-Time": now,
    "Expose-End-Time": now,
    "Send-Time": now,
    Latency: seconds(Math.max(0, nowUs - shot.capturedUs)),
  };
  return Object.entries(fields).map(([name, value]) => `X-UStreamer-${name}: ${value}`);
}

/** Microseconds as seconds, to the microsecond. */
export function seconds(us: number): string {
  return (us / 1e6).toFixed(6);
}

/** The time of day, in seconds since the epoch, to the microsecond. */
export function wallSeconds(): string {
  return (Date.now() / 1000).toFixed(6);
}
