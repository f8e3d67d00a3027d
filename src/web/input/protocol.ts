/** What goes to the host over /api/ws, in PiKVM's binary form: an operation, then big-endian. */

/** The buttons by their bits in `MouseEvent.buttons`, with kvmd's names. */
export const BUTTONS = [
  [1, "left"],
  [2, "right"],
  [4, "middle"],
  [8, "up"],
  [16, "down"],
] as const;

export type Button = (typeof BUTTONS)[number][1];
export type Bytes = Uint8Array<ArrayBuffer>;

const OPERATION = { ping: 0, key: 1, button: 2, move: 3, relative: 4, wheel: 5 } as const;
/** What a ping is answered with. */
export const PONG = 255;
/** Deltas are summed up before they go to the host. */
const SQUASH = 1;
const POSITION = { min: -32768, max: 32767 };
const DELTA_MAX = 127;

export function ping(): Bytes {
  return Uint8Array.of(OPERATION.ping);
}

/** @param code a `KeyboardEvent.code` */
export function key(code: string, pressed: boolean): Bytes {
  return named(OPERATION.key, code, pressed);
}

export function button(name: Button, pressed: boolean): Bytes {
  return named(OPERATION.button, name, pressed);
}

/** The pointer to a place: both from 0, at the left and top, to 1. */
export function move(x: number, y: number): Bytes {
  const message = new DataView(new ArrayBuffer(5));
  message.setUint8(0, OPERATION.move);
  message.setInt16(1, positionOf(x));
  message.setInt16(3, positionOf(y));
  return new Uint8Array(message.buffer);
}

/** The mouse by so many pixels, to the right and down. */
export function relative(dx: number, dy: number): Bytes {
  return deltas(OPERATION.relative, dx, dy);
}

/** The wheels by so many steps, to the right and up. */
export function wheel(dx: number, dy: number): Bytes {
  return deltas(OPERATION.wheel, dx, dy);
}

function named(operation: number, name: string, pressed: boolean): Bytes {
  const text = new TextEncoder().encode(name);
  const message = new Uint8Array(2 + text.length);
  message.set([operation, pressed ? 1 : 0]);
  message.set(text, 2);
  return message;
}

/** As many pairs as it takes, none further than one report goes. */
function deltas(operation: number, dx: number, dy: number): Bytes {
  const pairs: number[] = [];
  const count = Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / DELTA_MAX));
  for (let done = 0; done < count; done++) {
    pairs.push(share(dx, count, done), share(dy, count, done));
  }
  return new Uint8Array([operation, SQUASH, ...pairs.map((delta) => delta & 0xff)]);
}

/** The part of `total` that the step after `done` of `count` equal ones takes, whole pixels all. */
function share(total: number, count: number, done: number): number {
  return Math.round((total * (done + 1)) / count) - Math.round((total * done) / count);
}

function positionOf(fraction: number): number {
  const inside = Math.min(Math.max(fraction, 0), 1);
  return Math.round(POSITION.min + inside * (POSITION.max - POSITION.min));
}
