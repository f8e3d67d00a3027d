/** `linkrd gadget up` and `down`, as root and otherwise. */
import { readdir } from "node:fs/promises";
import { group } from "../check.ts";
import { allInputNodes, inputNodes } from "../evdev.ts";
import { gadgets } from "../gadget.ts";
import { BINARY } from "../linkrd.ts";
import { must, type Outcome, run, same, until } from "../run.ts";

const UDC_DRIVER = "/sys/bus/platform/drivers/dummy_udc";

async function hidgNodes(): Promise<string[]> {
  return (await readdir("/dev")).filter((name) => name.startsWith("hidg")).sort();
}

/** Exit 1 and one line on stderr that has `word` in it, and nothing left in configfs. */
async function refused({ exit, stdout, stderr }: Outcome, word: string): Promise<void> {
  same("exit and stdout", [exit, stdout], [1, ""]);
  if (!/^linkrd: [^\n]+\n$/.test(stderr) || !stderr.includes(word)) {
    throw new Error(`no line with "${word}" on stderr: ${stderr}`);
  }
}

const up = [BINARY, "gadget", "up"];
const down = [BINARY, "gadget", "down"];

/** Whatever happened before, the next group finds no gadget. */
const cleared = async (): Promise<AsyncDisposable> => ({
  async [Symbol.asyncDispose]() {
    await run(down);
  },
});

export const gadget = group("gadget", cleared, {
  "up gives the host a keyboard, a pointer, a mouse, media and power keys": async () => {
    await must(up);
    await allInputNodes();
    same("device nodes", await hidgNodes(), ["hidg0", "hidg1", "hidg2", "hidg3"]);
  },
  "the pointer's axes run from 0 to 32767": async () => {
    const { pointer } = await allInputNodes();
    // evtest tells of the device first, and would then wait for events for ever.
    const told = await run(["timeout", "2", "evtest", pointer]);
    const axes = told.stdout.matchAll(/ABS_([XY])\)\s+Value\s+\d+\s+Min\s+(\d+)\s+Max\s+(\d+)/g);
    const wanted = [
      ["X", "0", "32767"],
      ["Y", "0", "32767"],
    ];
    same(
      "axes",
      [...axes].map((axis) => axis.slice(1, 4)),
      wanted,
    );
  },
  "up a second time leaves it as it is": async () => {
    const before = await allInputNodes();
    await must(up);
    same("evdev nodes", await inputNodes(), before);
  },
  "down takes it away completely": async () => {
    await must(down);
    await until("the host to lose its devices", 10, async () =>
      Object.keys(await inputNodes()).length === 0 ? true : undefined,
    );
    same("gadgets in configfs", await gadgets(), []);
    same("device nodes", await hidgNodes(), []);
  },
  "down a second time is no error": async () => {
    await must(down);
  },
  "up completes a gadget that was left half made": async () => {
    await must(up);
    const [name = ""] = await gadgets();
    await Bun.write(`/sys/kernel/config/usb_gadget/${name}/UDC`, "\n");
    await must(up);
    await allInputNodes();
    await must(down);
    same("gadgets in configfs", await gadgets(), []);
  },
  "up without a USB device controller names it": async () => {
    await Bun.write(`${UDC_DRIVER}/unbind`, "dummy_udc.0");
    const outcome = await run(up);
    await Bun.write(`${UDC_DRIVER}/bind`, "dummy_udc.0");
    await refused(outcome, "UDC");
    same("gadgets in configfs", await gadgets(), []);
  },
  "up without configfs names it": async () => {
    await must(["umount", "/sys/kernel/config"]);
    const outcome = await run(up);
    await run(["mount", "-t", "configfs", "configfs", "/sys/kernel/config"]);
    await refused(outcome, "configfs");
  },
  "up by somebody else than root says so": async () => {
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    await refused(await run([...nobody, ...up]), "root");
    same("gadgets in configfs", await gadgets(), []);
  },
});
