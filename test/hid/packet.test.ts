import { expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { ENDPOINTS, HID_FUNCTIONS } from "../../src/hid/descriptors.ts";
import { PACKET_BYTES_MAX, packReports, unpackReports } from "../../src/hid/packet.ts";
import { createRandom } from "./random.ts";

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

test("what is packed comes out again, within a larger buffer too", () => {
  const random = createRandom(31);
  for (let times = 0; times < 2000; times++) {
    const call = random(2 ** 32);
    const reports = Array.from({ length: random(LIMITS.reports_waiting_max + 1) }, () => {
      const endpoint = ENDPOINTS[random(ENDPOINTS.length)] ?? "keyboard";
      const { reportLength } = HID_FUNCTIONS[endpoint];
      return { endpoint, bytes: Uint8Array.from({ length: reportLength }, () => random(256)) };
    });
    const packet = packReports(call, reports);
    const buffer = new Uint8Array(PACKET_BYTES_MAX + 8).fill(0xee);
    buffer.set(packet, 8);
    expect(unpackReports(buffer.subarray(8, 8 + packet.length))).toEqual({ call, reports });
  }
});

test("as many of the longest reports as may wait fit, and what does not is refused", () => {
  const report = { endpoint: "keyboard", bytes: new Uint8Array(8) } as const;
  const most = packReports(1, new Array(LIMITS.reports_waiting_max).fill(report));
  expect(most.length).toBeLessThanOrEqual(PACKET_BYTES_MAX);
  expect(() => packReports(1, new Array(103).fill(report))).toThrow(RangeError);
});
