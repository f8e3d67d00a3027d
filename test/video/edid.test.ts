import { expect, test } from "bun:test";
import { makeEdid } from "../../src/video/edid.ts";

/** What `edid-decode --check` of v4l-utils finds conforming, block by block. */
const BASE = `
  00ffffffffffff00 3164 0100 00000000 0024 0103 800000780e
  ee91a3544c99260f5054 210800 d1c081c0a9c0b300 9500810081 80a940
  023a801871382d40582c450000000000001e
  011d007251d01e206e28550000000000001e
  000000fd00184b0f5a11000a202020202020
  000000fc006c696e6b72640a202020202020
`;
const EXTENSION = `
  02031c81 4c101f222120041312110302 01 67030c0010000021 e2004a
`;

function bytesOf(text: string): number[] {
  return [...Buffer.from(text.replaceAll(/\s/g, ""), "hex")];
}

/** `bytes`, zeros up to a block, and the byte that makes their sum a multiple of 256. */
function block(bytes: readonly number[]): number[] {
  const filled = [...bytes, ...new Array(127 - bytes.length).fill(0)];
  const sum = filled.reduce((total, byte) => total + byte, 0);
  return [...filled, (256 - (sum % 256)) % 256];
}

test("two blocks: what every display says, and what HDMI adds", () => {
  const edid = [...makeEdid(2)];
  expect(edid).toEqual([...block([...bytesOf(BASE), 1]), ...block(bytesOf(EXTENSION))]);
  expect([edid[127], edid[255]]).toEqual([0x3f, 0x6d]);
});

test("one block says that none follows", () => {
  expect([...makeEdid(1)]).toEqual(block([...bytesOf(BASE), 0]));
});
