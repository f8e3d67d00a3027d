/**
 * The bytes of the delta stream, docs/screen-ws.md: what changed on the screen, as parts of JPEGs.
 * All numbers are little-endian. Pure.
 */
import { joinStrips } from "./jpeg.ts";

/** First byte of each message to a viewer. */
export const DELTA = { begin: 1, strips: 2, whole: 3, state: 4 } as const;

/** First byte of a viewer's one message: it has shown the message of this number. */
const ACKNOWLEDGE = 1;
const ACKNOWLEDGE_BYTES = 5;

/** A strip that is to be shown: which, counted from the top, and its entropy-coded data. */
export interface ShownStrip {
  readonly index: number;
  readonly data: Uint8Array;
}

/** The picture that strips belong to from now on, and the header that makes a JPEG of them. */
export function beginMessage(
  size: { readonly width: number; readonly height: number; readonly stripLines: number },
  header: Uint8Array,
  heightAt: number,
): Uint8Array {
  const bytes = new Uint8Array(12 + header.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = DELTA.begin;
  view.setUint16(2, size.width, true);
  view.setUint16(4, size.height, true);
  view.setUint16(6, size.stripLines, true);
  view.setUint16(8, heightAt, true);
  bytes.set(header, 12);
  return bytes;
}

/**
 * Strips of one frame. Those that lie under each other are one run, which is one JPEG to a viewer.
 *
 * @param number of the message, to be acknowledged @param sequence of the frame
 */
export function stripsMessage(
  number: number,
  sequence: number,
  strips: readonly ShownStrip[],
): Uint8Array {
  const runs = runsOf(strips).map(({ first, datas }) => {
    return { first, count: datas.length, data: joinStrips(datas) };
  });
  const length = runs.reduce((sum, { data }) => sum + 8 + data.length, 12);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes[0] = DELTA.strips;
  view.setUint16(2, runs.length, true);
  view.setUint32(4, number, true);
  view.setUint32(8, sequence, true);
  let at = 12;
  for (const { first, count, data } of runs) {
    view.setUint16(at, first, true);
    view.setUint16(at + 2, count, true);
    view.setUint32(at + 4, data.length, true);
    bytes.set(data, at + 8);
    at += 8 + data.length;
  }
  return bytes;
}

/** A frame that is a JPEG already. */
export function wholeMessage(number: number, sequence: number, jpeg: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + jpeg.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = DELTA.whole;
  view.setUint32(4, number, true);
  view.setUint32(8, sequence, true);
  bytes.set(jpeg, 12);
  return bytes;
}

/** There is no picture: its stage, and the sentence that a person reads. */
export function stateMessage(stage: string, message: string): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify({ stage, message }));
  const bytes = new Uint8Array(4 + text.length);
  bytes[0] = DELTA.state;
  bytes.set(text, 4);
  return bytes;
}

/** The number that a viewer acknowledges; undefined for what is no acknowledgement. */
export function acknowledged(message: Uint8Array): number | undefined {
  if (message.length !== ACKNOWLEDGE_BYTES || message[0] !== ACKNOWLEDGE) return undefined;
  return new DataView(message.buffer, message.byteOffset).getUint32(1, true);
}

function runsOf(strips: readonly ShownStrip[]): { first: number; datas: Uint8Array[] }[] {
  const runs: { first: number; datas: Uint8Array[] }[] = [];
  for (const { index, data } of strips) {
    const run = runs.at(-1);
    if (run !== undefined && run.first + run.datas.length === index) run.datas.push(data);
    else runs.push({ first: index, datas: [data] });
  }
  return runs;
}
