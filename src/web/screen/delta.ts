/** The messages of the delta stream, byte by byte as docs/screen-ws.md has them. */

/** A picture of this size begins: what every JPEG of it starts with. */
export interface Begin {
  readonly kind: "begin";
  readonly width: number;
  readonly height: number;
  readonly stripLines: number;
  /** Where in the header the number of lines stands. */
  readonly heightOffset: number;
  readonly header: Uint8Array<ArrayBuffer>;
}

/** Strips that lie one below the other, as entropy-coded data. */
export interface Run {
  readonly first: number;
  readonly count: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

export type ScreenMessage =
  | Begin
  | {
      readonly kind: "strips";
      readonly number: number;
      readonly frame: number;
      readonly runs: readonly Run[];
    }
  | {
      readonly kind: "whole";
      readonly number: number;
      readonly frame: number;
      readonly jpeg: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: "state"; readonly stage: string; readonly message: string };

const KIND = { begin: 1, strips: 2, whole: 3, state: 4 } as const;
const END_OF_IMAGE = Uint8Array.of(0xff, 0xd9);

/** What a message says; undefined for a kind of a later version. Throws on one that is cut off. */
export function parseMessage(buffer: ArrayBuffer): ScreenMessage | undefined {
  const view = new DataView(buffer);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  switch (view.getUint8(0)) {
    case KIND.begin:
      return {
        kind: "begin",
        width: u16(2),
        height: u16(4),
        stripLines: u16(6),
        heightOffset: u16(8),
        header: new Uint8Array(buffer, 12),
      };
    case KIND.strips:
      return { kind: "strips", number: u32(4), frame: u32(8), runs: parseRuns(view, u16(2)) };
    case KIND.whole:
      return { kind: "whole", number: u32(4), frame: u32(8), jpeg: new Uint8Array(buffer, 12) };
    case KIND.state:
      return parseState(new Uint8Array(buffer, 4));
    default:
      return undefined;
  }
}

function parseRuns(view: DataView<ArrayBuffer>, count: number): Run[] {
  let at = 12;
  return Array.from({ length: count }, () => {
    const length = view.getUint32(at + 4, true);
    const data = new Uint8Array(view.buffer, at + 8, length);
    const run = { first: view.getUint16(at, true), count: view.getUint16(at + 2, true), data };
    at += 8 + length;
    return run;
  });
}

function parseState(bytes: Uint8Array<ArrayBuffer>): ScreenMessage {
  const told = JSON.parse(new TextDecoder().decode(bytes)) as { stage: unknown; message: unknown };
  return { kind: "state", stage: String(told.stage), message: String(told.message) };
}

/** The parts of the JPEG that shows `run`, to be put one after the other. */
export function jpegOf(begin: Begin, run: Run): Uint8Array<ArrayBuffer>[] {
  const top = run.first * begin.stripLines;
  const lines = Math.min(run.count * begin.stripLines, begin.height - top);
  const header = begin.header.slice();
  // JPEG has the most significant byte first.
  new DataView(header.buffer).setUint16(begin.heightOffset, lines);
  return [header, run.data, END_OF_IMAGE];
}

/** Tells that the message of this number is shown, and all before it. */
export function acknowledgement(number: number): Uint8Array<ArrayBuffer> {
  const message = new DataView(new ArrayBuffer(5));
  message.setUint8(0, 1);
  message.setUint32(1, number, true);
  return new Uint8Array(message.buffer);
}
