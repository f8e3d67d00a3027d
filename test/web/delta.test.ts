import { expect, test } from "bun:test";
import { acknowledgement, type Begin, jpegOf, parseMessage } from "../../src/web/screen/delta.ts";

/** The test vectors of docs/screen-ws.md. */
function bytes(hex: string): ArrayBuffer {
  return Uint8Array.fromHex(hex.replaceAll(" ", "")).buffer;
}

const BEGIN = "01 00 80 02 68 01 10 00 05 00 00 00 AA BB";

test("begin, strips, whole and state are read as they are specified", () => {
  expect(parseMessage(bytes(BEGIN))).toEqual({
    kind: "begin",
    width: 640,
    height: 360,
    stripLines: 16,
    heightOffset: 5,
    header: Uint8Array.of(0xaa, 0xbb),
  });
  const strips =
    "02 00 02 00 07 00 00 00 02 01 00 00 " +
    "02 00 02 00 05 00 00 00 11 22 FF D0 33 09 00 01 00 01 00 00 00 44";
  expect(parseMessage(bytes(strips))).toEqual({
    kind: "strips",
    number: 7,
    frame: 258,
    runs: [
      { first: 2, count: 2, data: Uint8Array.of(0x11, 0x22, 0xff, 0xd0, 0x33) },
      { first: 9, count: 1, data: Uint8Array.of(0x44) },
    ],
  });
  expect(parseMessage(bytes("03 00 00 00 08 00 00 00 03 00 00 00 FF D8 FF D9"))).toEqual({
    kind: "whole",
    number: 8,
    frame: 3,
    jpeg: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9),
  });
  const state = new TextEncoder().encode('{"stage":"no signal","message":"is it on?"}');
  const message = new Uint8Array([4, 0, 0, 0, ...state]);
  expect(parseMessage(message.buffer)).toEqual({
    kind: "state",
    stage: "no signal",
    message: "is it on?",
  });
  expect(parseMessage(bytes("09 00"))).toBeUndefined();
});

test("a message that is cut off is an error, not a picture", () => {
  expect(() => parseMessage(bytes("02 00 01 00 07 00 00 00 02 01 00 00 02 00"))).toThrow();
  expect(() => parseMessage(bytes(""))).toThrow();
});

test("a run becomes a JPEG of its own height, most significant byte first", () => {
  const header = Uint8Array.of(0xff, 0xd8, 0, 0, 9);
  const begin: Begin = {
    kind: "begin",
    width: 640,
    height: 360,
    stripLines: 16,
    heightOffset: 2,
    header,
  };
  const data = Uint8Array.of(1, 2);
  const join = (first: number, count: number) =>
    jpegOf(begin, { first, count, data }).flatMap((part) => [...part]);
  expect(join(2, 20)).toEqual([0xff, 0xd8, 0x01, 0x40, 9, 1, 2, 0xff, 0xd9]);
  // The last strip of 360 lines has 8.
  expect(join(22, 1)).toEqual([0xff, 0xd8, 0x00, 0x08, 9, 1, 2, 0xff, 0xd9]);
  expect(header).toEqual(Uint8Array.of(0xff, 0xd8, 0, 0, 9));
});

test("an acknowledgement names the message, least significant byte first", () => {
  expect(acknowledgement(258)).toEqual(Uint8Array.of(1, 2, 1, 0, 0));
});
