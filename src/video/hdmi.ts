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
  const incoming = receiver.query();
  if (!isTold(incoming)) return undefined;
  const refusal = refusalOf(receiver, incoming);
  if (refusal !== undefined) throw refusal;
  const { errno } = incoming;
  if (errno !== undefined) throw new NoPicture("failed", `the signal cannot be told: ${errno}`);
  receiver.adopt(incoming);
  return incoming;
}

/**
 * Is the signal still the one that was adopted? Some bridges send no event when it is not, and go
 * on with frames of the old mode. A driver that cannot tell while it streams is judged by those.
 *
 * @throws NoPicture when it has gone or changed
 */
export function checkSignal(receiver: Receiver, adopted: Incoming): void {
  const incoming = receiver.query();
  const refusal = refusalOf(receiver, incoming);
  if (refusal !== undefined) throw refusal;
  if (incoming.errno !== undefined) return;
  const { width, height } = incoming;
  if (width !== adopted.width || height !== adopted.height) throw modeChange();
}

/** The signal changed, and the device has to be set up for it anew. */
export function modeChange(): NoPicture {
  return new NoPicture("mode change");
}

/** Whether the device tells of an HDMI signal, be it there or not. */
export function hasTimings(receiver: Receiver): boolean {
  return isTold(receiver.query());
}

function isTold({ errno }: Incoming): boolean {
  return errno !== "ENOTTY" && errno !== "ENODATA";
}

/** What is wrong with a signal; undefined for a good one, and for what says nothing of it. */
function refusalOf(receiver: Receiver, { errno, width, height }: Incoming): NoPicture | undefined {
  switch (errno) {
    case "ENOLINK":
      return new NoPicture(receiver.hasPower() === false ? "no cable" : "no signal");
    case "ENOLCK":
      return new NoPicture("unstable signal");
    case "ERANGE":
      return new NoPicture("out of range", width > 0 ? `${width}×${height}` : undefined);
    case "ENODEV":
      return new NoPicture("no device");
    default:
      return undefined;
  }
}
