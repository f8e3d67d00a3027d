/** Streams of pictures in an `<img>`, as other people's pages and dashboards have them. */
import { expect, test } from "bun:test";
import { SIZE } from "../api/linkrd.ts";
import { Room } from "./room.ts";

const room = Room.forTests();

test.each([
  "/streamer/stream",
  "/streamer/stream?advance_headers=1",
  "/streamer/stream?dual_final_frames=1&extra_headers=1",
  "/streamer/?action=stream",
  "/api/public/stream",
])("an <img> of %s shows the screen, and what is typed", async (path) => {
  await using person = await room.arrive();
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
  await room.linkrd.control([["text", "HHHHHHHHHHHHHHHHHHHHHHHH\n"]]);
  while ((await bright()) === before);
});
