import { expect, test } from "bun:test";
import { type Endpoint, HID_FUNCTIONS } from "../../src/hid/descriptors.ts";

/** Counts the bits of input and output fields as a host does, walking HID 1.11's short items. */
function reportBits(descriptor: Uint8Array): { input: number; output: number; depth: number } {
  const bits = { input: 0, output: 0, depth: 0 };
  let size = 0;
  let count = 0;
  for (let at = 0; at < descriptor.length; ) {
    const prefix = descriptor[at] ?? 0;
    const length = [0, 1, 2, 4][prefix & 3] ?? 0;
    const data = descriptor[at + 1] ?? 0;
    if ((prefix & 0xfc) === 0x74) size = data;
    if ((prefix & 0xfc) === 0x94) count = data;
    if ((prefix & 0xfc) === 0x80) bits.input += size * count;
    if ((prefix & 0xfc) === 0x90) bits.output += size * count;
    if ((prefix & 0xfc) === 0xa0) bits.depth += 1;
    if ((prefix & 0xfc) === 0xc0) bits.depth -= 1;
    at += 1 + length;
  }
  return bits;
}

test("a host computes the report lengths that configfs is told", () => {
  const bits = (endpoint: Endpoint) => reportBits(HID_FUNCTIONS[endpoint].descriptor);
  expect(bits("keyboard")).toEqual({ input: 8 * 8, output: 8, depth: 0 });
  expect(bits("pointer")).toEqual({ input: 7 * 8, output: 0, depth: 0 });
  expect(bits("mouse")).toEqual({ input: 5 * 8, output: 0, depth: 0 });
  // Two reports, each with the byte of its id before it.
  expect(bits("consumer")).toEqual({ input: 2 * (3 - 1) * 8, output: 0, depth: 0 });
  const lengths = Object.values(HID_FUNCTIONS).map(({ reportLength }) => reportLength);
  expect(lengths).toEqual([8, 7, 5, 3]);
});

test("keyboard and mouse speak the boot protocol, the others do not", () => {
  const numbers = Object.values(HID_FUNCTIONS).map(({ subclass, protocol }) => [
    subclass,
    protocol,
  ]);
  expect(numbers).toEqual([
    [1, 1],
    [0, 0],
    [1, 2],
    [0, 0],
  ]);
});

test("the descriptors are these bytes", () => {
  expect(HID_FUNCTIONS.keyboard.descriptor.toHex()).toBe(
    "05010906a101050719e029e71500250175019508810275089501810105081901290575019505910275039501" +
      "91010507190029dd150026dd00750895068100c0",
  );
  expect(HID_FUNCTIONS.pointer.descriptor.toHex()).toBe(
    "05010902a1010901a1000509190129051500250175019505810275039501810105010930093115" +
      "0026ff7f751095028142050109381581257f750895018106050c0a38028106c0c0",
  );
  expect(HID_FUNCTIONS.mouse.descriptor.toHex()).toBe(
    "05010902a1010901a100050919012905150025017501950581027503950181010501093009311581" +
      "257f750895028106050109381581257f750895018106050c0a38028106c0c0",
  );
  expect(HID_FUNCTIONS.consumer.descriptor.toHex()).toBe(
    "050c0901a101850119012a9c021501269c02751095018100c0" +
      "05010980a101850219812983150125037508950181008101c0",
  );
});
