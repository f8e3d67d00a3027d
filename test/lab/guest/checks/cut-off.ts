/** The host goes away in the middle of a text: none of it comes later, and the next is exact. */
import { readFile, writeFile } from "node:fs/promises";
import { group } from "../check.ts";
import { EV } from "../evdev.ts";
import { CONFIGFS, gadgets } from "../gadget.ts";
import { HidWorld, triples } from "../hid-world.ts";
import { LINUX_KEYS } from "../keys.ts";
import { text } from "../linkrd.ts";
import { same, until } from "../run.ts";
import { usbDevice } from "../usbfs.ts";

const UDC = "dummy_udc.0";
const TEXT = "abcdefghij".repeat(100);
const tap = (name: string) => [1, 0].map((value) => [EV.KEY, LINUX_KEYS.get(name), value]);

async function control({ linkrd }: HidWorld, events: readonly unknown[]) {
  const { status, body } = await linkrd.curl("/api/public/control", { events });
  return { status, stage: JSON.parse(text(body)).data?.stage };
}

async function hid({ linkrd }: HidWorld) {
  return JSON.parse(text((await linkrd.curl("/api/status")).body)).hid;
}

/** Types on a host that `away` takes off, which is then known to be `stage`. */
async function cutOffBy(world: HidWorld, stage: string, away: () => Promise<void>): Promise<void> {
  const [answer] = await Promise.all([
    control(world, [["text", TEXT]]),
    world.keyboard.takeUntil(({ code }) => code === LINUX_KEYS.get("KeyJ")).then(away),
  ]);
  same("status", answer.status, 503);
  same("held", (await hid(world)).held, { keys: 0, modifiers: 0, buttons: 0 });
  // It is tried to let go again and again, which finds what came of the host in the end.
  await until(`the stage ${stage}`, 20, async () => {
    return (await hid(world)).stage === stage || undefined;
  });
}

/** The host is back: nothing of the old text is typed, and the new one is. */
async function typesExactly(world: HidWorld): Promise<void> {
  await world.reopen();
  await until("control to be taken again", 20, async () => {
    const nowhere = ["mouse_rel", 0, 0, 0, 0, 0];
    return (await control(world, [nowhere])).status === 200 ? true : undefined;
  });
  const typed = triples(await world.onKeyboard([["text", "bad"]]));
  same("events", typed, [...tap("KeyB"), ...tap("KeyA"), ...tap("KeyD")]);
}

export const cutOff = group("cut off in the middle of a text", HidWorld.open, {
  "the cable is pulled": async (world) => {
    // Without power, a port loses its device.
    const [bus, port] = usbDevice().split("-");
    const file = `/sys/bus/usb/devices/usb${bus}/${bus}-0:1.0/usb${bus}-port${port}/disable`;
    await cutOffBy(world, "host off", () => writeFile(file, "1"));
    await writeFile(file, "0");
    await typesExactly(world);
  },
  "the host's system ends": async (world) => {
    const file = `/sys/bus/usb/devices/${usbDevice()}/authorized`;
    await cutOffBy(world, "host off", () => writeFile(file, "0"));
    await writeFile(file, "1");
    await typesExactly(world);
  },
  "the gadget is taken from its controller": async (world) => {
    const [name = ""] = await gadgets();
    const file = `${CONFIGFS}/${name}/UDC`;
    await cutOffBy(world, "unplugged", () => writeFile(file, "\n"));
    await writeFile(file, UDC);
    await typesExactly(world);
  },
  "the host sleeps, and input wakes it": async (world) => {
    // A keyboard with a light on is kept awake otherwise, and the console has one on at times.
    await writeFile("/sys/module/usbhid/parameters/ignoreled", "1");
    const power = `/sys/bus/usb/devices/${usbDevice()}/power`;
    const status = async () => (await readFile(`${power}/runtime_status`, "utf8")).trim();
    await writeFile(`${power}/autosuspend_delay_ms`, "0");
    await writeFile(`${power}/control`, "auto");
    await until("the host to sleep", 20, async () => (await status()) === "suspended" || undefined);
    await until("the sleep to be told", 20, async () => {
      return (await hid(world)).stage === "host asleep" || undefined;
    });
    // It must not fall asleep again between two reports.
    await writeFile(`${power}/autosuspend_delay_ms`, "60000");
    same("status", await status(), "suspended");
    const events = triples(await world.onKeyboard([["text", "bad"]]));
    same("events", events, [...tap("KeyB"), ...tap("KeyA"), ...tap("KeyD")]);
    same("status", await status(), "active");
    await writeFile(`${power}/control`, "on");
  },
});
