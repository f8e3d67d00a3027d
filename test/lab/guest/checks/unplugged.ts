/** The host goes away, or the daemon does: nothing hangs, nothing stays down. */
import { group } from "../check.ts";
import { BTN, EV } from "../evdev.ts";
import { CONFIGFS, gadgets } from "../gadget.ts";
import { HID_SETTINGS, HidWorld, ofType, triples } from "../hid-world.ts";
import { LINUX_KEYS } from "../keys.ts";
import { BINARY, Linkrd, text } from "../linkrd.ts";
import { must, same, until } from "../run.ts";

const press = ["keyboard", "KeyA", true];
const release = ["keyboard", "KeyA", false];
const KEY_A = LINUX_KEYS.get("KeyA");
const tapped = [
  [EV.KEY, KEY_A, 1],
  [EV.KEY, KEY_A, 0],
];

/** Control is refused with 503 and a sentence, within the time that a sleeping host is given. */
async function refusesControl({ linkrd }: HidWorld): Promise<void> {
  const begin = performance.now();
  const { status, body } = await linkrd.curl("/api/public/control", { events: [press, release] });
  const seconds = (performance.now() - begin) / 1000;
  const { code, message } = JSON.parse(text(body));
  same(`status of ${text(body)}`, [status, code === 0], [503, false]);
  if (!/host|USB|unplugged|gadget/.test(message)) throw new Error(`message: ${message}`);
  if (seconds > 10) throw new Error(`the answer took ${seconds.toFixed(1)} s`);
  same("daemon ended", linkrd.ended, false);
}

/** The gadget is in the host's hands again: the daemon types without having been restarted. */
async function typesAgain(world: HidWorld): Promise<void> {
  await world.reopen();
  await until("control to be taken again", 20, async () => {
    const { status } = await world.linkrd.curl("/api/public/control", { events: [["delay", 1]] });
    const probe = await world.linkrd.curl("/api/public/control", {
      events: [["mouse_rel", 0, 1, 0, 0, 0]],
    });
    return status === 200 && probe.status === 200 ? true : undefined;
  });
  same("events", triples(await world.onKeyboard([press, release])), tapped);
}

async function connected({ linkrd }: HidWorld): Promise<unknown> {
  const { body } = await linkrd.curl("/api/hid");
  return JSON.parse(text(body)).result.connected;
}

export const unplugged = group("host and daemon come and go", HidWorld.open, {
  "the host is unplugged: control is 503 and the daemon lives": async (world) => {
    const [name = ""] = await gadgets();
    await Bun.write(`${CONFIGFS}/${name}/UDC`, "\n");
    await refusesControl(world);
  },
  "the host is plugged in again: keys arrive": async (world) => {
    const [name = ""] = await gadgets();
    await Bun.write(`${CONFIGFS}/${name}/UDC`, "dummy_udc.0");
    await typesAgain(world);
  },
  "PiKVM's set_connected pulls the cable: control is 503": async (world) => {
    same("connected before", await connected(world), true);
    await world.linkrd.curl("/api/hid/set_connected?connected=0", {});
    same("connected after", await connected(world), false);
    // Known before anybody types: dummy_hcd's own state goes on to say that it is configured.
    const { body } = await world.linkrd.curl("/api/status");
    same("stage", JSON.parse(text(body)).hid.stage, "unplugged");
    await refusesControl(world);
  },
  "and plugs it in again: keys arrive": async (world) => {
    await world.linkrd.curl("/api/hid/set_connected?connected=1", {});
    same("connected", await connected(world), true);
    await typesAgain(world);
  },
  "gadget down while the daemon runs: control is 503": async (world) => {
    await must([BINARY, "gadget", "down"]);
    same("gadgets in configfs", await gadgets(), []);
    await refusesControl(world);
  },
  "gadget up again: keys arrive": async (world) => {
    await must([BINARY, "gadget", "up"]);
    await typesAgain(world);
  },
  "a stop lets go of what is held, and exits 0": async (world) => {
    await world.linkrd.control([press]);
    same("exit", await world.linkrd.stop("SIGTERM"), 0);
    const isRelease = (code: number | undefined) => (event: { code: number; value: number }) =>
      event.code === code && event.value === 0;
    same("before", triples(await world.keyboard.takeUntil(isRelease(KEY_A))), [tapped[0]]);
  },
});

export const crashed = group("after a crash", HidWorld.open, {
  "release-keys lets go of what the daemon held": async (world) => {
    await world.linkrd.control([press]);
    await world.linkrd.stop("SIGKILL");
    same("outcome", (await world.linkrd.command("release-keys")).exit, 0);
    const isRelease = (event: { code: number; value: number }) =>
      event.code === KEY_A && event.value === 0;
    same("before", triples(await world.keyboard.takeUntil(isRelease)), [tapped[0]]);
  },
  "release-keys lets go of a button, and leaves the pointer where it is": async (world) => {
    await using daemon = await Linkrd.start(HID_SETTINGS);
    await daemon.control([["mouse_abs", 1, 0.25, 0.75, 0, 0]]);
    await daemon.stop("SIGKILL");
    same("outcome", (await daemon.command("release-keys")).exit, 0);
    const isRelease = (event: { code: number; value: number }) =>
      event.code === BTN.LEFT && event.value === 0;
    const before = await world.pointer.takeUntil(isRelease);
    same("positions", ofType(before, EV.ABS).length, 2);
    same("buttons", ofType(before, EV.KEY), [[BTN.LEFT, 1]]);
  },
});
