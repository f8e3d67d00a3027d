import { expect, test } from "bun:test";
import { KEY_USAGES } from "../../src/hid/keys.ts";
import {
  allUpReports,
  consumerReport,
  consumerUsage,
  type HidReport,
  keyboardReport,
  mouseReports,
  pointerReport,
} from "../../src/hid/reports.ts";
import { createRandom } from "./random.ts";

const hex = (report: HidReport) => `${report.endpoint} ${report.bytes.toHex()}`;

test("a keyboard report is modifiers, a reserved byte and six usages", () => {
  expect(hex(keyboardReport(0, []))).toBe("keyboard 0000000000000000");
  expect(hex(keyboardReport(0x02, [0x04]))).toBe("keyboard 0200040000000000");
  expect(hex(keyboardReport(0x80, [4, 5, 6, 7, 8, 9]))).toBe("keyboard 8000040506070809");
});

test("a seventh key rolls over, and the modifiers are still told", () => {
  expect(hex(keyboardReport(0x01, [4, 5, 6, 7, 8, 9, 10]))).toBe("keyboard 0100010101010101");
});

test("a pointer report has little-endian coordinates from 0 to 32767", () => {
  expect(hex(pointerReport(0, 0, 0, 0, 0))).toBe("pointer 00000000000000");
  expect(hex(pointerReport(0x1f, 1, 1, 127, -127))).toBe("pointer 1fff7fff7f7f81");
  expect(hex(pointerReport(1, 0.5, 0.25, -1, 1))).toBe("pointer 0100400020ff01");
});

test("a small movement is one mouse report", () => {
  expect(mouseReports(5, 127, -127, -1, 20).map(hex)).toEqual(["mouse 057f81ff14"]);
  expect(mouseReports(0, 0, 0, 0, 0).map(hex)).toEqual(["mouse 0000000000"]);
});

test("a long movement goes straight, and buttons change where it ends", () => {
  expect(mouseReports(1, 300, -30, 0, 0, 2).map(hex)).toEqual([
    "mouse 0264f60000",
    "mouse 0264f60000",
    "mouse 0164f60000",
  ]);
});

test("sums of mouse reports are exact, in as few reports as can be", () => {
  const random = createRandom(1);
  for (let round = 0; round < 2000; round++) {
    const wide = random(2) === 0 ? 300 : 32767;
    const [dx = 0, dy = 0] = [0, 0].map(() => random(2 * wide + 1) - wide);
    const [wheel = 0, pan = 0] = [0, 0].map(() => random(401) - 200);
    const reports = mouseReports(3, dx, dy, wheel, pan);
    const sums = [1, 2, 3, 4].map((at) =>
      reports.reduce((sum, { bytes }) => sum + new DataView(bytes.buffer).getInt8(at), 0),
    );
    expect(sums).toEqual([dx, dy, wheel, pan]);
    const largest = Math.max(...[dx, dy, wheel, pan].map(Math.abs));
    expect(reports.length).toBe(Math.max(1, Math.ceil(largest / 127)));
    expect(reports.every(({ bytes }) => !bytes.slice(1).includes(0x80))).toBe(true);
  }
});

test("a report of media or system keys has its id and one key, little-endian", () => {
  expect(hex(consumerReport(0x0c_00cd))).toBe("consumer 01cd00");
  expect(hex(consumerReport(0x0c_0223))).toBe("consumer 012302");
  expect(hex(consumerReport(0x0c_0000))).toBe("consumer 010000");
  expect(hex(consumerReport(0x01_0082))).toBe("consumer 020200");
  expect(hex(consumerReport(0x01_0000))).toBe("consumer 020000");
});

test("every such key is read back from its report", () => {
  const others = [...KEY_USAGES.values()].filter((usage) => usage > 0xffff);
  expect(others).toHaveLength(29);
  for (const usage of [...others, 0x0c_0000, 0x01_0000]) {
    expect(consumerUsage(consumerReport(usage).bytes)).toBe(usage);
  }
});

test("letting go of everything moves no pointer", () => {
  const reports = allUpReports().map(({ endpoint, bytes }) => `${endpoint} ${bytes.toHex()}`);
  expect(reports).toEqual([
    "keyboard 0000000000000000",
    "pointer 00ffffffff0000",
    "mouse 0000000000",
    "consumer 010000",
    "consumer 020000",
  ]);
});
