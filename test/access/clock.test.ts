import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Device, NOON } from "./fixture.ts";

const DAY = 86_400_000;
const INTERVAL = 900_000;

/** Lets the device's two clocks run on together. */
function pass(device: Device, ms: number): void {
  device.time = { system: device.time.system + ms, monotonic: device.time.monotonic + ms };
}

test("time is the system's, but never before linkrd was built", async () => {
  await using device = new Device();
  expect(device.clock().now()).toBe(NOON);
  expect(device.clock(NOON + DAY).now()).toBe(NOON + DAY);
});

test("time seen once holds after a restart without a clock", async () => {
  await using device = new Device();
  const clock = device.clock();
  pass(device, INTERVAL);
  await clock.keep();
  device.time = { system: 0, monotonic: 0 };
  const after = device.clock();
  expect(after.now()).toBe(NOON + INTERVAL);
  expect(device.said("the clock is behind 2026-11-21T12:15:00Z")).toBe(1);
  pass(device, NOON + DAY);
  expect(after.now()).toBe(NOON + DAY);
});

test("a jump far ahead ends nothing for good", async () => {
  await using device = new Device();
  const clock = device.clock();
  pass(device, INTERVAL);
  await clock.keep();
  device.time.system += 10_000 * DAY;
  await clock.keep();
  expect(clock.now()).toBe(NOON + INTERVAL + 10_000 * DAY);
  device.time.system -= 10_000 * DAY;
  pass(device, INTERVAL);
  await clock.keep();
  expect(clock.now()).toBe(NOON + 2 * INTERVAL);
  expect(device.clock().now()).toBe(NOON + 2 * INTERVAL);
});

test("the clock that the network sets right is kept from the next interval on", async () => {
  await using device = new Device();
  device.time.system = 0;
  const clock = device.clock();
  device.time.system = NOON;
  await clock.keep();
  expect(existsSync(device.state("clock"))).toBe(false);
  pass(device, INTERVAL);
  await clock.keep();
  expect(readFileSync(device.state("clock"), "utf8")).toBe("2026-11-21T12:15:00Z\n");
});

test("a spoilt or unwritable file is told and done without", async () => {
  await using device = new Device();
  writeFileSync(device.state("clock"), "yesterday");
  const clock = device.clock();
  expect(device.said("holds no time")).toBe(1);
  expect(clock.now()).toBe(NOON);
});
