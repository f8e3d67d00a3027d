import { LIMITS } from "../base/limits.ts";
import { ENDPOINTS, HID_FUNCTIONS } from "./descriptors.ts";
import type { HidReport } from "./reports.ts";

/*
 * How reports travel to the writer thread: one message of a socket pair for one call, as a number
 * that names the call (uint32, little-endian), then endpoint, length and bytes of each report, as
 * native/deliver.c reads them.
 */

/** Where in a packet the reports begin: behind the call. */
export const REPORTS_AT = 4;
const HEAD_BYTES = 2;
const REPORT_BYTES_MAX = Math.max(
  ...Object.values(HID_FUNCTIONS).map(({ reportLength }) => reportLength),
);

/** Bytes of the largest message: LIMITS.reports_waiting_max reports of the longest kind. */
export const PACKET_BYTES_MAX =
  REPORTS_AT + LIMITS.reports_waiting_max * (HEAD_BYTES + REPORT_BYTES_MAX);

export function packReports(call: number, reports: readonly HidReport[]): Uint8Array {
  const packet = new Uint8Array(
    reports.reduce((length, { bytes }) => length + HEAD_BYTES + bytes.length, REPORTS_AT),
  );
  if (packet.length > PACKET_BYTES_MAX) throw new RangeError("too many reports for one message");
  new DataView(packet.buffer).setUint32(0, call, true);
  let at = REPORTS_AT;
  for (const { endpoint, bytes } of reports) {
    packet[at] = ENDPOINTS.indexOf(endpoint);
    packet[at + 1] = bytes.length;
    packet.set(bytes, at + HEAD_BYTES);
    at += HEAD_BYTES + bytes.length;
  }
  return packet;
}

export function callOf(packet: Uint8Array): number {
  return new DataView(packet.buffer, packet.byteOffset, packet.byteLength).getUint32(0, true);
}
