import type { Incoming, Receiver } from "../ffi/receiver.ts";
import { makeEdid } from "./edid.ts";
import { NoPicture } from "./signal.ts";

/**
 * Sees to it that the source has an EDID to read, without which it sends nothing. One that is there
 * already is left alone, since a new one makes the host look anew at its display. A device that
 * has none to be set, or refuses, is captured from as it is.
 */
export function loadEdid(receiver: Receiver): void {
  for (const blocks of [2, 1] as const) {
    const wanted = makeEdid(blocks);
    const there = receiver.edid(blocks);
    if (there === undefined || Buffer.compare(there, wanted) === 0) return;
    if (receiver.giveEdid(wanted) !== "too long") return;
  }
}

/**
 * Makes the timings of the incoming signal the device's. @returns the signal; undefined for a
 * device without HDMI timings, as USB dongles are; throws NoPicture with what is wrong with it
 */
export function adoptSignal(receiver: Receiver): Incoming | undefined {
  const incoming = lookedAt(receiver);
  if (incoming !== undefined) receiver.adopt(incoming);
  return incoming;
}

/**
 * Is the signal still the one that was adopted? Some bridges send no event when it is not, and go
 * on with frames of the old mode. @throws NoPicture when it has gone or changed
 */
export function checkSignal(receiver: Receiver, adopted: Incoming): void {
  const { width, height } = lookedAt(receiver) ?? adopted;
  if (width !== adopted.width || height !== adopted.height) throw modeChange();
}

/** The signal changed, and the device has to be set up for it anew. */
export function modeChange(): NoPicture {
  return new NoPicture("unstable signal", "mode change");
}

/** Whether the device tells of an HDMI signal, be it there or not. */
export function hasTimings(receiver: Receiver): boolean {
  return isTold(receiver.query());
}

function isTold({ errno }: Incoming): boolean {
  return errno !== "ENOTTY" && errno !== "ENODATA";
}

function lookedAt(receiver: Receiver): Incoming | undefined {
  const incoming = receiver.query();
  if (!isTold(incoming)) return undefined;
  const { errno, width, height } = incoming;
  if (errno === undefined) return incoming;
  if (errno === "ENOLINK") {
    throw new NoPicture(receiver.hasPower() === false ? "no cable" : "no signal");
  }
  if (errno === "ENOLCK") throw new NoPicture("unstable signal");
  if (errno === "ERANGE") {
    throw new NoPicture("out of range", width > 0 ? `${width}×${height}` : undefined);
  }
  throw new NoPicture(errno === "ENODEV" ? "no device" : "failed", `the signal: ${errno}`);
}
