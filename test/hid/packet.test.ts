import { expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { callOf, PACKET_BYTES_MAX, packReports, REPORTS_AT } from "../../src/hid/packet.ts";

test("a packet is the call, then endpoint, length and bytes of each report", () => {
  const packet = packReports(0x01020304, [
    { endpoint: "keyboard", bytes: Uint8Array.of(2, 0, 4, 0, 0, 0, 0, 0) },
    { endpoint: "mouse", bytes: Uint8Array.of(1, 0xff, 0, 0, 0) },
  ]);
  expect([...packet]).toEqual([
    ...[4, 3, 2, 1],
    ...[0, 8, 2, 0, 4, 0, 0, 0, 0, 0],
    ...[2, 5, 1, 0xff, 0, 0, 0],
  ]);
});

test("what native code reads of it is behind the call, within a larger buffer too", () => {
  const packet = packReports(0xfedcba98, [
    { endpoint: "consumer", bytes: Uint8Array.of(1, 0xe9, 0) },
    { endpoint: "pointer", bytes: Uint8Array.of(0, 1, 2, 3, 4, 5, 6) },
  ]);
  const buffer = new Uint8Array(PACKET_BYTES_MAX + 8).fill(0xee);
  buffer.set(packet, 8);
  const within = buffer.subarray(8, 8 + packet.length);
  expect(callOf(within)).toBe(0xfedcba98);
  expect([...within.subarray(REPORTS_AT)]).toEqual([
    ...[3, 3, 1, 0xe9, 0],
    ...[1, 7, 0, 1, 2, 3, 4, 5, 6],
  ]);
  expect(packReports(7, [])).toHaveLength(REPORTS_AT);
});

test("as many of the longest reports as may wait fit, and what does not is refused", () => {
  const report = { endpoint: "keyboard", bytes: new Uint8Array(8) } as const;
  const most = new Array(LIMITS.reports_waiting_max).fill(report);
  expect(packReports(1, most)).toHaveLength(PACKET_BYTES_MAX);
  expect(() => packReports(1, [...most, report])).toThrow(RangeError);
});
