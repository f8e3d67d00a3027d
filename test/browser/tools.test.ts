/** The tools of the screen that hand something over: keys of the desktop, files. */
import { expect, test } from "bun:test";
import type { Download, Page } from "playwright-core";
import { until } from "../lab/guest/run.ts";
import { untilShown } from "./canvas.ts";
import { Room } from "./room.ts";

/** What a recording has to have at least, of a screen whose clock goes on. */
const FRAMES_MIN = 3;

const room = Room.forTests();

/** Notes each call of Keyboard Lock, and lets it do what it does. */
function noteLocks(): void {
  const calls: string[] = [];
  Object.assign(window, { calls });
  const { keyboard } = navigator as unknown as { keyboard: { lock: unknown; unlock: unknown } };
  const { lock, unlock } = Object.getPrototypeOf(keyboard);
  Object.assign(keyboard, {
    lock: async () => {
      await lock.call(keyboard);
      calls.push("lock");
    },
    unlock: () => {
      unlock.call(keyboard);
      calls.push("unlock");
    },
  });
}

test("in fullscreen all keys are the host's, and the desktop is given its own back", async () => {
  await using person = await room.arrive();
  const { page } = person;
  const calls = () => page.evaluate(() => (window as unknown as { calls: string[] }).calls);
  const isFull = () => page.evaluate(() => document.fullscreenElement?.className);
  const held = async () => (await room.linkrd.status()).hid.held;
  await page.addInitScript(noteLocks);
  await page.reload();
  await page.getByText("Connected").waitFor();
  await page.getByRole("button", { name: "Send every key to the host" }).click();
  const giveBack = page.getByRole("button", { name: "Give the desktop its keys back" });
  await giveBack.waitFor();
  expect([await calls(), await isFull()]).toEqual([["lock"], "workbench"]);

  await page.locator(".stage").focus();
  for (const key of ["Alt", "Tab"]) await page.keyboard.down(key);
  await until("Alt and Tab to be down", 15, async () => {
    return Bun.deepEquals(await held(), { keys: 1, modifiers: 4, buttons: 0 }) ? true : undefined;
  });
  for (const key of ["Tab", "Alt"]) await page.keyboard.up(key);
  await page.keyboard.press("Escape");
  expect(await isFull()).toBe("workbench");

  await giveBack.click();
  await page.getByRole("button", { name: "Send every key to the host" }).waitFor();
  expect([await calls(), await isFull()]).toEqual([["lock", "unlock"], undefined]);
  await page.getByRole("button", { name: "Fullscreen", exact: true }).click();
  await page.getByRole("button", { name: "Leave fullscreen" }).waitFor();
  expect([await calls(), await isFull()]).toEqual([["lock", "unlock"], "workbench"]);
  expect(person.complaints).toEqual([]);
});

async function saved(page: Page, button: string): Promise<Download> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  return await coming;
}

test("a screenshot is a picture of the screen, as large as it is", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("640×360").waitFor();
  const shot = await saved(page, "Save a screenshot");
  expect(shot.suggestedFilename()).toMatch(/^linkrd-[\dT-]+\.png$/);
  const png = await Bun.file(await shot.path()).bytes();
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength);
  expect([header.getUint32(16), header.getUint32(20)]).toEqual([640, 360]);
  expect(person.complaints).toEqual([]);
});

/** Plays a film of the browser's own downloads to its end, in a page that has no policy. */
async function play(page: Page, film: Download) {
  const player = await page.context().newPage();
  await player.setContent('<input type="file">');
  await player.locator("input").setInputFiles(await film.path());
  return await player.evaluate(async () => {
    const [file] = document.querySelector("input")?.files ?? [];
    const video = document.createElement("video");
    document.body.append(video);
    video.muted = true;
    video.src = URL.createObjectURL(file ?? new Blob());
    const ended = new Promise<void>((resolve, reject) => {
      video.addEventListener("ended", () => resolve());
      video.addEventListener("error", () => reject(new Error(video.error?.message)));
    });
    await video.play();
    await ended;
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    return { width: video.videoWidth, height: video.videoHeight, frames: totalVideoFrames };
  });
}

async function expectFilm(page: Page): Promise<void> {
  const film = await saved(page, "End the recording");
  expect(film.suggestedFilename()).toMatch(/^linkrd-[\dT-]+\.webm$/);
  const played = await play(page, film);
  expect(played).toMatchObject({ width: 640, height: 360 });
  expect(played.frames).toBeGreaterThanOrEqual(FRAMES_MIN);
}

test("a recording plays", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("640×360").waitFor();
  await page.getByRole("button", { name: "Record the screen" }).click();
  await page.locator(".stage").focus();
  await page.keyboard.type("recorded");
  await untilShown(page, "recorded");
  await expectFilm(page);
  expect(person.complaints).toEqual([]);
});

/** Counts in `drawn` what is drawn on any canvas. */
function countDrawn(): void {
  const { prototype } = CanvasRenderingContext2D;
  const { drawImage } = prototype;
  Object.assign(window, { drawn: 0 });
  prototype.drawImage = function (this: CanvasRenderingContext2D, ...image: unknown[]) {
    Object.assign(window, { drawn: (window as unknown as { drawn: number }).drawn + 1 });
    Reflect.apply(drawImage, this, image);
  };
}

test("a recording of a screen that stands still plays, too", async () => {
  await using person = await room.arrive();
  const { page } = person;
  let isStill = false;
  await page.routeWebSocket("**/api/screen/ws", (near) => {
    const far = near.connectToServer();
    far.onMessage((message) => {
      if (!isStill) near.send(message);
    });
  });
  await page.reload();
  await page.getByText("640×360").waitFor();
  isStill = true;
  await page.evaluate(countDrawn);
  await page.getByRole("button", { name: "Record the screen" }).click();
  const min = 3 * FRAMES_MIN;
  await page.waitForFunction((least) => Reflect.get(window, "drawn") >= least, min);
  await expectFilm(page);
  expect(person.complaints).toEqual([]);
});
