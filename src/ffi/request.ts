/**
 * An ioctl's number as _IOC() makes it (asm-generic/ioctl.h): direction, size of the argument in
 * bytes, the subsystem's letter and the number in it.
 */
export function request(
  direction: "read" | "write" | "both",
  letter: string,
  number: number,
  size: number,
): number {
  const bits = { write: 1, read: 2, both: 3 }[direction];
  return (bits * 2 ** 30 + size * 2 ** 16 + (letter.charCodeAt(0) << 8) + number) >>> 0;
}
