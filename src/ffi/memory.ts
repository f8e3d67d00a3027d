import { ptr } from "bun:ffi";

/**
 * The address of a view's first byte, for native code that keeps it beyond one call.
 *
 * `.buffer` is touched first: only then does the runtime move the bytes to where they stay. The
 * caller keeps the view alive for as long as the address is in use.
 */
export function addressOf(view: Uint8Array | Int32Array | Uint32Array | BigUint64Array): number {
  if (view.buffer.byteLength === 0) throw new RangeError("an empty buffer has no address");
  return ptr(view);
}
