/** Streams of pictures in an `<img>`, as other people's pages and dashboards have them. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { Linkrd, SIZE } from "../api/linkrd.ts";
import { enter } from "../api/person.ts";
import { launch, visit } from "./chromium.ts";

let browser: Browser;
let linkrd: Linkrd;
let cookie: { readonly name: string; readonly value: string; readonly url: string };

beforeAll(async () => {
  [browser, linkrd] = await Promise.all([launch(), Linkrd.start()]);
  const [name = "", value = ""] = (await enter(linkrd)).split("=");
  cookie = { name, value, url: `http://127.0.0.1:${linkrd.port}` };
});

afterAll(async () => {
  await browser.close();
  await linkrd[Symbol.asyncDispose]();
});

test.each([
  "/streamer/stream",
  "/streamer/stream?advance_headers=1",
  "/streamer/stream?dual_final_frames=1&extra_headers=1",
  "/streamer/?action=stream",
  "/api/public/stream",
])("an <img> of %s shows the screen, and what is typed", async (path) => {
  await using person = await visit(browser, linkrd);
  await person.context.addCookies([cookie]);
  const image = await person.page.evaluateHandle(async (source) => {
    const element = new Image();
    element.src = source;
    document.body.replaceChildren(element);
    await new Promise((resolve) => element.addEventListener("load", resolve, { once: true }));
    return element;
  }, path);
  const size = await image.evaluate(({ naturalWidth, naturalHeight }) => {
    return { width: naturalWidth, height: naturalHeight };
  });
  expect(size).toEqual(SIZE);
  /** The brightness of what is typed: all below the clock, the left half. */
  const bright = () => {
    return image.evaluate((element) => {
      const canvas = document.createElement("canvas");
      const { naturalWidth: width, naturalHeight: height } = element;
      Object.assign(canvas, { width, height });
      const context = canvas.getContext("2d");
      context?.drawImage(element, 0, 0);
      const pixels = context?.getImageData(0, 40, width / 2, height - 40).data;
      return pixels?.reduce((sum, value) => sum + value, 0) ?? 0;
    });
  };
  const before = await bright();
  await linkrd.control([["text", "HHHHHHHHHHHHHHHHHHHHHHHH\n"]]);
  while ((await bright()) === before);
});
