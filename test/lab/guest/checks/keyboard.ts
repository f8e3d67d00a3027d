/** From curl to the host's keyboard, and what the host's LEDs say back. */
import { open } from "node:fs/promises";
import { group } from "../check.ts";
import { EV, EvdevReader, encodeEvent, LED } from "../evdev.ts";
import { HidWorld, triples } from "../hid-world.ts";
import { CONSUMER_KEYS, LINUX_KEYS, printableText, SYSTEM_KEYS, typedText } from "../keys.ts";
import { same, until } from "../run.ts";

const MARK = "F24";

export const keyboard = group("keyboard", HidWorld.open, {
  "every key goes down and up": async (world) => {
    const names = [...LINUX_KEYS.keys()].filter((name) => name !== MARK);
    const events = names.flatMap((name) => [
      ["keyboard", name, true],
      ["keyboard", name, false],
    ]);
    const wanted = names.flatMap((name) => [
      [EV.KEY, LINUX_KEYS.get(name), 1],
      [EV.KEY, LINUX_KEYS.get(name), 0],
    ]);
    same("events", triples(await world.onKeyboard(events)), wanted);
    await world.setCapsLock(false);
  },
  "media and power keys are keys of devices of their own": async (world) => {
    const kinds = [
      [world.nodes.consumer, CONSUMER_KEYS],
      [world.nodes.system, SYSTEM_KEYS],
    ] as const;
    for (const [node, keys] of kinds) {
      await using reader = new EvdevReader(node);
      const names = [...keys.keys()];
      await world.linkrd.control(
        names.flatMap((name) => [
          ["keyboard", name, true],
          ["keyboard", name, false],
        ]),
      );
      const last = keys.get(names.at(-1) ?? "");
      const got = await reader.takeUntil(({ code, value }) => code === last && value === 0);
      const wanted = [...keys.values()].flatMap((code) => [
        [EV.KEY, code, 1],
        [EV.KEY, code, 0],
      ]);
      same("events", triples(got), wanted.slice(0, -1));
    }
  },
  "modifiers stay down around a key, over requests": async (world) => {
    const chord = ["ControlLeft", "AltRight", "ShiftRight", "MetaLeft"];
    await world.linkrd.control(chord.map((name) => ["keyboard", name, true]));
    const got = await world.onKeyboard([
      ["keyboard", "KeyQ", true],
      ["keyboard", "KeyQ", false],
      ...chord.toReversed().map((name) => ["keyboard", name, false]),
    ]);
    const key = (name: string, value: number) => [EV.KEY, LINUX_KEYS.get(name), value];
    const wanted = [
      ...chord.map((name) => key(name, 1)),
      key("KeyQ", 1),
      key("KeyQ", 0),
      ...chord.toReversed().map((name) => key(name, 0)),
    ];
    same("events", triples(got), wanted);
  },
  "1024 printable characters arrive, none lost, none doubled": async (world) => {
    const text = printableText(1024);
    same("text", typedText(await world.onKeyboard([["text", text]])), text);
  },
  "Tab and Enter are typed": async (world) => {
    same("text", typedText(await world.onKeyboard([["text", "a\tb\nC"]])), "a\tb\nC");
  },
  "linkrd type types": async (world) => {
    same("outcome", (await world.linkrd.command("type", "Hello, host!")).exit, 0);
    same("text", typedText(await world.onKeyboard([])), "Hello, host!");
  },
  "a delay is waited for": async (world) => {
    const got = await world.onKeyboard([
      ["keyboard", "KeyA", true],
      ["keyboard", "KeyA", false],
      ["delay", 700],
      ["keyboard", "KeyB", true],
      ["keyboard", "KeyB", false],
    ]);
    const [, up, next] = got;
    const waited = ((next?.time ?? 0) - (up?.time ?? 0)) / 1000;
    if (waited < 690) throw new Error(`KeyB came ${waited.toFixed(0)} ms after KeyA went up`);
  },
  "a batch with one bad event writes no report": async (world) => {
    const events = [
      ["keyboard", "KeyA", true],
      ["text", "secret"],
      ["keyboard", "KeyNone", true],
    ];
    const { status } = await world.linkrd.curl("/api/public/control", { events });
    same("status", status, 400);
    same("events", triples(await world.onKeyboard([])), []);
  },
  "the host's LEDs are in linkrd status": async (world) => {
    const node = await open(world.nodes.keyboard, "w");
    try {
      for (const lit of [1, 0]) {
        await node.write(encodeEvent(EV.LED, LED.CAPS, lit));
        await until(`caps lock ${lit}`, 10, async () => {
          const { stdout } = await world.linkrd.command("status", "--json");
          return JSON.parse(stdout).hid.leds.caps_lock === (lit === 1) ? true : undefined;
        });
      }
    } finally {
      await node.close();
    }
  },
});
