/**
 * The bytes of input reports, as descriptors.ts lays them out. Pure: state lives in held.ts.
 *
 * Wheels have the signs of HID here: `wheel` + is up, `pan` + is right.
 */
import { CONSUMER_REPORT_ID, type Endpoint, SYSTEM_REPORT_ID } from "./descriptors.ts";
import { CONSUMER_PAGE, pageOf, SYSTEM_PAGE } from "./keys.ts";

/** One input report, and the endpoint that it goes out on. */
export interface HidReport {
  readonly endpoint: Endpoint;
  readonly bytes: Uint8Array;
}

const KEYS_MAX = 6;
/** The usage that fills all six places when more keys are down than fit (HID 1.11, appendix C). */
const ERROR_ROLL_OVER = 0x01;
const POSITION_MAX = 32767;
const DELTA_MAX = 127;

/**
 * The 8-byte boot keyboard report: the modifier mask, a reserved byte, six usages.
 * With more than six, hosts are told that keys rolled over: they keep what they knew and wait.
 */
export function keyboardReport(modifiers: number, usages: readonly number[]): HidReport {
  const bytes = new Uint8Array(2 + KEYS_MAX);
  bytes[0] = modifiers;
  if (usages.length > KEYS_MAX) bytes.fill(ERROR_ROLL_OVER, 2);
  else bytes.set(usages, 2);
  return { endpoint: "keyboard", bytes };
}

/**
 * The 7-byte absolute report. `x` and `y` run from 0 to 1, both included, from the top left;
 * `wheel` and `pan` are −127…127.
 */
export function pointerReport(
  buttons: number,
  x: number,
  y: number,
  wheel: number,
  pan: number,
): HidReport {
  const across = Math.round(x * POSITION_MAX);
  const down = Math.round(y * POSITION_MAX);
  const bytes = Uint8Array.of(buttons, across, across >> 8, down, down >> 8, wheel, pan);
  return { endpoint: "pointer", bytes };
}

/**
 * The 5-byte relative reports whose sums are exactly the given integers, at least one report.
 *
 * The path is cut into even steps, so that the pointer goes straight. All reports but the last show
 * the buttons `before`: within one report a host moves first and then presses or releases, and so
 * must a movement that takes several.
 */
export function mouseReports(
  buttons: number,
  dx: number,
  dy: number,
  wheel: number,
  pan: number,
  before: number = buttons,
): readonly HidReport[] {
  const sums = [dx, dy, wheel, pan];
  const count = Math.max(1, ...sums.map((sum) => Math.ceil(Math.abs(sum) / DELTA_MAX)));
  return Array.from({ length: count }, (_, index) => {
    const reached = (sum: number, steps: number) => Math.round((sum * steps) / count);
    const deltas = sums.map((sum) => reached(sum, index + 1) - reached(sum, index));
    const bytes = Uint8Array.of(index === count - 1 ? buttons : before, ...deltas);
    return { endpoint: "mouse", bytes };
  });
}

/** The usage before the first of system control, whose place in a report counts from 1. */
const SYSTEM_BASE = 0x80;

/**
 * The 3-byte report of a key of the consumer page or of system control that is down, and of no
 * other of its page; the page alone (`page << 16`) says that none is.
 */
export function consumerReport(usage: number): HidReport {
  const id = usage & 0xffff;
  const bytes =
    pageOf(usage) === CONSUMER_PAGE
      ? Uint8Array.of(CONSUMER_REPORT_ID, id, id >> 8)
      : Uint8Array.of(SYSTEM_REPORT_ID, Math.max(0, id - SYSTEM_BASE), 0);
  return { endpoint: "consumer", bytes };
}

/** The usage that such a report says is down; the page alone where none is. */
export function consumerUsage(bytes: Uint8Array): number {
  const [report, low = 0, high = 0] = bytes;
  if (report === CONSUMER_REPORT_ID) return (CONSUMER_PAGE << 16) | (high << 8) | low;
  return (SYSTEM_PAGE << 16) | (low === 0 ? 0 : SYSTEM_BASE + low);
}

/**
 * No place to point at: beyond the logical maximum, so that the host leaves the pointer where it is
 * (HID 1.11, section 6.2.2.5, Null State).
 */
export const NOWHERE = 0xffff / POSITION_MAX;

/** Lets go of everything on every endpoint, whoever pressed it; where it pointed, nobody knows. */
export function allUpReports(): readonly HidReport[] {
  return [
    keyboardReport(0, []),
    pointerReport(0, NOWHERE, NOWHERE, 0, 0),
    ...mouseReports(0, 0, 0, 0, 0),
    ...[CONSUMER_PAGE, SYSTEM_PAGE].map((page) => consumerReport(page << 16)),
  ];
}
