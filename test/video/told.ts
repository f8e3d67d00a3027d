/** A screen, and what a video thread may tell it. */
import { expect } from "bun:test";
import { createLog } from "../../src/base/log.ts";
import { type Order, unpackOrder, type VideoMessage } from "../../src/video/messages.ts";
import { Screen } from "../../src/video/screen.ts";
import type { Mode, VideoState } from "../../src/video/signal.ts";

const NAMES = { device: "/dev/video0", driver: "d", format: "YUYV" };
export const MODE: Mode = { ...NAMES, width: 64, height: 32, tellsSignal: true };

/** A screen with its orders and its log kept, and a clock that stands until it is set. */
export function setUp() {
  const lines: string[] = [];
  const clock = { us: 1000 };
  const input = { us: 0 };
  const orders: Order[] = [];
  const screen = new Screen({
    order: (order) => void orders.push(unpackOrder(order)),
    nowUs: () => clock.us,
    inputUs: () => input.us,
    log: createLog(
      () => "info",
      (line) => void lines.push(line),
    ).part("video"),
  });
  const tell = (state: VideoState) => screen.receive({ kind: "state", state });
  tell({ stage: "ok", mode: MODE });
  return { screen, clock, input, orders, lines, tell };
}

/** The strips of a frame as the video thread tells them: each of one byte. */
export function strips(
  capturedUs: number,
  changed: Readonly<Record<number, number>>,
  header?: Uint8Array<ArrayBuffer>,
): VideoMessage {
  const list = Object.entries(changed).map(([index, value]) => {
    return { index: Number(index), data: Uint8Array.of(value) };
  });
  const { width, height } = MODE;
  const facts = { number: capturedUs, sequence: capturedUs, capturedUs, width, height };
  return { kind: "strips", ...facts, header, strips: list };
}

/** A frame that shows nothing new. */
export function same(capturedUs: number): VideoMessage {
  return { kind: "same", sequence: capturedUs, capturedUs };
}

export const HEADER = Uint8Array.of(0xaa);

/** The next picture with the bytes of its JPEG, or why there is none. */
export function ask(screen: Screen): Promise<unknown> {
  const { signal } = new AbortController();
  const asked = screen.next(signal).then(async ({ writeTo, length, body, ...picture }) => {
    const jpeg = new Uint8Array(length);
    writeTo(jpeg, 0);
    expect(picture.jpeg()).toEqual(jpeg);
    expect(await body().bytes()).toEqual(jpeg);
    return { ...picture, jpeg };
  });
  return asked.catch((error: unknown) => error);
}

/** Whether a promise is settled by now, and all that waits for nothing but a turn is done. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  return settled;
}
