/** The lab proves itself first: what fails here is no fault of linkrd's. */
import { writeFile } from "node:fs/promises";
import { group } from "../check.ts";
import { EvdevReader, inputNodes } from "../evdev.ts";
import { gadgets, plugKeyboardByHand } from "../gadget.ts";
import { typedText } from "../keys.ts";
import { fromYuyv, pixel } from "../picture.ts";
import { must, same, until } from "../run.ts";
import { Vivid } from "../vivid.ts";

const nothing = async (): Promise<AsyncDisposable> => ({
  async [Symbol.asyncDispose]() {},
});

async function redFrame(vivid: Vivid, size: [width: number, height: number]): Promise<void> {
  await vivid.setPicture("red");
  const frame = fromYuyv(await vivid.rawFrame());
  same("size", [frame.width, frame.height], size);
  const [red = 0, green = 0, blue = 0] = pixel(frame, 320, 180);
  same("red, not green, not blue", [red > 240, green < 15, blue < 15], [true, true, true]);
}

export const machinery = group("the lab itself", nothing, {
  "vivid streams a red frame from its single-planar device": async () => {
    const vivid = new Vivid("/dev/video0");
    await vivid.setSize(640, 360);
    await redFrame(vivid, [640, 360]);
  },
  "vivid streams a red frame from its multi-planar device": () =>
    redFrame(new Vivid("/dev/video1"), [1280, 720]),
  "a keyboard made by hand types into evdev, and leaves configfs empty": async () => {
    {
      await using _keyboard = await plugKeyboardByHand();
      const node = await until("its evdev node", 20, async () => (await inputNodes()).keyboard);
      await using reader = new EvdevReader(node);
      const reports = [[2, 0, 4, 0, 0, 0, 0, 0], Array(8).fill(0), [0, 0, 0x29, 0, 0, 0, 0, 0]];
      for (const report of [...reports, Array(8).fill(0)]) {
        await writeFile("/dev/hidg0", Uint8Array.from(report));
      }
      const escapeKey = 1;
      const events = await reader.takeUntil(({ code, value }) => code === escapeKey && value === 1);
      same("text", typedText(events), "A");
    }
    same("gadgets", await gadgets(), []);
  },
  "curl, djpeg and evtest are there": async () => {
    await must(["curl", "--version"]);
    await must(["djpeg", "-version"]);
    await must(["which", "evtest"]);
  },
});
