import { expect, test } from "bun:test";
import {
  acknowledged,
  beginMessage,
  stateMessage,
  stripsMessage,
  wholeMessage,
} from "../../src/video/delta.ts";

function bytes(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replace(/\s/g, ""));
}

/** The vectors of docs/screen-ws.md: viewers are written against them. */
test("messages are the bytes that the specification shows", () => {
  const size = { width: 640, height: 360, stripLines: 16 };
  expect(beginMessage(size, bytes("AABB"), 5)).toEqual(
    bytes("01 00 80 02 68 01 10 00 05 00 00 00 AA BB"),
  );
  const strips = [
    { index: 2, data: bytes("1122") },
    { index: 3, data: bytes("33") },
    { index: 9, data: bytes("44") },
  ];
  expect(stripsMessage(7, 258, strips)).toEqual(
    bytes(`
      02 00 02 00 07 00 00 00 02 01 00 00
      02 00 02 00 05 00 00 00 11 22 FF D0 33
      09 00 01 00 01 00 00 00 44
    `),
  );
  expect(wholeMessage(8, 3, bytes("FFD8FFD9"))).toEqual(
    bytes("03 00 00 00 08 00 00 00 03 00 00 00 FF D8 FF D9"),
  );
  const state = stateMessage("no signal", "plug it in");
  expect(state.subarray(0, 4)).toEqual(bytes("04 00 00 00"));
  const told = JSON.parse(new TextDecoder().decode(state.subarray(4)));
  expect(told).toEqual({ stage: "no signal", message: "plug it in" });
});

test("only an acknowledgement is one", () => {
  expect(acknowledged(bytes("01 02 01 00 00"))).toBe(258);
  for (const other of ["", "01", "02 02 01 00 00", "01 02 01 00", "01 02 01 00 00 00"]) {
    expect(acknowledged(bytes(other))).toBeUndefined();
  }
});
