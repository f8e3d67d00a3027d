/** A host before its system runs: no driver, the boot protocol (HID 1.11, appendix B). */
import { group } from "../check.ts";
import { HidWorld } from "../hid-world.ts";
import { typedText } from "../keys.ts";
import { same, until } from "../run.ts";
import { INTERFACE, PROTOCOL, UsbInterface } from "../usbfs.ts";

/** What the firmware polls while `events` are done; they are waited for, so that none is missed. */
async function polled(
  { linkrd }: HidWorld,
  device: UsbInterface,
  events: readonly unknown[],
): Promise<string[]> {
  let isDone = false;
  const done = linkrd.control(events).finally(() => {
    isDone = true;
  });
  const reports: string[] = [];
  await until("the events to be done", 30, () => {
    const report = device.poll();
    if (report !== undefined) reports.push(report);
    return isDone && report === undefined ? true : undefined;
  });
  await done;
  return reports;
}

/** Typed in both protocols: a host that set one and asks gets that one. */
const BOTH = Object.values(PROTOCOL);

export const firmware = group("firmware", HidWorld.open, {
  "a keyboard in the boot protocol: eight bytes, no report id": async (world) => {
    {
      using keyboard = new UsbInterface(INTERFACE.keyboard);
      for (const protocol of BOTH) {
        keyboard.protocol = protocol;
        same("protocol", keyboard.protocol, protocol);
        const reports = ["0000050000000000", "0200000000000000", "0200060000000000"];
        const got = await polled(world, keyboard, [["text", "bC"]]);
        same(`in protocol ${protocol}`, got, [...reports, "0000000000000000"]);
      }
    }
    await world.reopen();
    same("text", typedText(await world.onKeyboard([["text", "ok"]])), "ok");
  },
  "a mouse in the boot protocol: buttons, X and Y first": async (world) => {
    {
      using mouse = new UsbInterface(INTERFACE.mouse);
      for (const protocol of BOTH) {
        mouse.protocol = protocol;
        same("protocol", mouse.protocol, protocol);
        const events = [
          ["mouse_rel", 1, 5, -3, 0, 0],
          ["mouse_rel", 0, 0, 0, 0, 0],
        ];
        same(`in protocol ${protocol}`, await polled(world, mouse, events), [
          "0105fd0000",
          "0000000000",
        ]);
      }
    }
    await world.reopen();
  },
});
