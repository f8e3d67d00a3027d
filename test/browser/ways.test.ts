/** The page where not all is as usual: no signal, no WebSockets, a phone; and what it weighs. */
import { expect, test } from "bun:test";
import { Linkrd } from "../api/linkrd.ts";
import { enter } from "../api/person.ts";
import { until } from "../lab/guest/run.ts";
import { untilShown } from "./canvas.ts";
import { arrive } from "./chromium.ts";
import { Room } from "./room.ts";
import { Wire } from "./wire.ts";

/** What a first visit may cost, headers and all. */
const FIRST_LOAD_BYTES_MAX = 100_000;
const NO_DEVICE =
  '[video]\ndevice = "/dev/linkrd-test-none"\n[hid]\nkeyboard = "/dev/linkrd-none"\n';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const room = Room.forTests();

test("a first visit costs at most 100 kB, and a second one next to nothing", async () => {
  await room.cookie();
  await using person = await room.visit();
  const { page } = person;
  const weight = () =>
    page.evaluate(() => {
      const timed = [
        ...performance.getEntriesByType("navigation"),
        ...performance.getEntriesByType("resource"),
      ] as PerformanceResourceTiming[];
      const files = timed.filter(({ name }) => !name.includes("/api/"));
      return files.reduce((sum, { transferSize }) => sum + transferSize, 0);
    });
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  const first = await weight();
  expect(first).toBeGreaterThan(10_000);
  expect(first).toBeLessThan(FIRST_LOAD_BYTES_MAX);
  await page.reload();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  expect(await weight()).toBeLessThan(1000);
});

test("a device that is missing is said in words, with what to do", async () => {
  await using bare = await Linkrd.start(NO_DEVICE);
  await using person = await arrive(room.browser, bare, await enter(bare));
  const { page } = person;
  await page.getByRole("heading", { name: "No capture device" }).waitFor();
  await page.getByText("Is the HDMI capture plugged in").waitFor();
  await page.keyboard.press("a");
  await page.locator(".trouble", { hasText: "no USB gadget" }).waitFor();
  expect(person.complaints).toEqual([]);
}, 30_000);

test("where WebSockets do not pass, the browser shows the MJPEG stream", async () => {
  await using wire = await Wire.lay(room.linkrd.port, false);
  await using person = await room.arrive({}, wire);
  const { page } = person;
  await page.getByText("MJPEG", { exact: true }).waitFor();
  await page.getByText("640×360").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save a screenshot" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^linkrd-[\dT-]+\.jpg$/);
}, 30_000);

test("a finger taps and holds, and the phone's keyboard types", async () => {
  await using person = await room.arrive(PHONE);
  const { page } = person;
  await page.getByText("640×360").waitFor();
  const box = await page.locator(".stage").boundingBox();
  if (box === null) throw new Error("the stage has no place");
  const heldTo = (buttons: number) =>
    until(`buttons ${buttons}`, 15, async () => {
      return (await room.linkrd.status()).hid.held.buttons === buttons ? true : undefined;
    });
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const client = await person.context.newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", at: { x: number; y: number }[]) =>
    client.send("Input.dispatchTouchEvent", { type, touchPoints: at });
  await touch("touchStart", [{ x, y }]);
  await touch("touchMove", [{ x: x + 40, y }]);
  await heldTo(1);
  await touch("touchEnd", []);
  await heldTo(0);
  await page.getByRole("button", { name: "Type with this device's keyboard" }).click();
  await page.keyboard.insertText("from a phone");
  await untilShown(page, "from a phone");
  expect(person.complaints).toEqual([]);
});

test("quality and frames a second are changed while it runs", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByRole("button", { name: "System Settings" }).click();
  await page.getByRole("button", { name: "Video" }).click();
  await page.getByText("640×360").waitFor();
  await page.getByLabel("JPEG quality").fill("55");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByText("In force until linkrd starts anew").waitFor();
  const { json } = await room.linkrd.ask("/api/streamer");
  expect(json).toMatchObject({ result: { params: { quality: 55 } } });
  await page.getByLabel("JPEG quality").fill("500");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("alert").waitFor();
  expect(person.complaints).toEqual([]);
});
