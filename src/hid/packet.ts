import { ENDPOINTS } from "./descriptors.ts";
import type { HidReport } from "./reports.ts";

/**
 * How reports travel to the writer thread: one message of a socket pair for one call, as a number
 * that names the call (uint32, little-endian), then endpoint, length and bytes of each report.
 */
const HEADER_BYTES = 4;

/** Bytes of the largest message: LIMITS.reports_waiting_max reports of the longest kind fit. */
export const PACKET_BYTES_MAX = 1024;

export function packReports(call: number, reports: readonly HidReport[]): Uint8Array {
  const packet = new Uint8Array(
    reports.reduce((length, { bytes }) => length + 2 + bytes.length, HEADER_BYTES),
  );
  if (packet.length > PACKET_BYTES_MAX) throw new RangeError("too many reports for one message");
  new DataView(packet.buffer).setUint32(0, call, true);
  let at = HEADER_BYTES;
  for (const { endpoint, bytes } of reports) {
    packet[at] = ENDPOINTS.indexOf(endpoint);
    packet[at + 1] = bytes.length;
    packet.set(bytes, at + 2);
    at += 2 + bytes.length;
  }
  return packet;
}

export function unpackReports(packet: Uint8Array): { call: number; reports: HidReport[] } {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const reports: HidReport[] = [];
  for (let at = HEADER_BYTES; at + 2 <= packet.length; ) {
    const endpoint = ENDPOINTS[packet[at] ?? 0];
    const end = at + 2 + (packet[at + 1] ?? 0);
    if (endpoint !== undefined) reports.push({ endpoint, bytes: packet.slice(at + 2, end) });
    at = end;
  }
  return { call: view.getUint32(0, true), reports };
}
