/**
 * Updates: a good one is taken, whatever should not be is refused, and one that does not start
 * gives way to the slot before it, by itself. Power cuts in the middle are in update-cuts.ts.
 */
import { rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../lab/guest/run.ts";
import { UEFI } from "./boards.ts";
import { Bundles, type Making } from "./bundles.ts";
import { putOnCard } from "./card.ts";
import { Machine, WORK } from "./machine.ts";
import type { Report } from "./report.ts";

/** Reading 250 MB and writing 200, in emulation. */
const UPDATE_SECONDS_MAX = 900;
/** Where bundles are copied to. */
const ON_DEVICE = "/data/new.raucb";

interface Context {
  readonly machine: Machine;
  readonly report: Report;
  readonly bundles: Bundles;
  token: string;
}

export async function UPDATES(image: string, report: Report): Promise<void> {
  const card = join(WORK, "card.img");
  await must(["cp", "--sparse=always", image, card]);
  const bundles = await Bundles.of(image, join(WORK, "bundles"));
  await using machine = await Machine.insert(UEFI, card, "4G");
  await putOnCard(card, { authorized_keys: await machine.publicKey() });
  const context: Context = { machine, report, bundles, token: "" };
  await machine.switchOn();
  await startsInA(context);
  await refuses(context);
  await takesAGoodOne(context);
  await goesBack(context);
  await survivesABrokenOne(context);
  await survivesAPanic(context);
  await rm(bundles.folder, { recursive: true });
}

async function startsInA({ machine, report }: Context): Promise<void> {
  await report.check("a card as it was flashed runs in slot a", async () => {
    await machine.answers();
    await machine.reachable();
    return (await machine.must("linkrd update")).replace("\n", "; ");
  });
}

/** What is refused has to be said, in words; neither slot changes. */
async function refused(
  { machine, report }: Context,
  what: string,
  words: RegExp,
  prepare: () => Promise<void>,
): Promise<void> {
  await report.check(`refused: ${what}`, async () => {
    const before = await machine.must("linkrd update");
    await prepare();
    const { exit, stderr } = await machine.root(
      `linkrd update ${ON_DEVICE}`,
      "",
      UPDATE_SECONDS_MAX,
    );
    if (exit === 0 || !words.test(stderr)) throw new Error(`exit ${exit}: ${stderr}`);
    const after = await machine.must("linkrd update");
    if (after !== before) throw new Error(`before: ${before}\nafter: ${after}`);
    return stderr.trim().replace(/^linkrd: \S+ /, "… ");
  });
}

async function refuses(context: Context): Promise<void> {
  const { machine, bundles } = context;
  const small = await bundles.small();
  const send = async (name: string, making: Making) => {
    const file = await bundles.make(name, making);
    await machine.send(file, ON_DEVICE);
    await rm(file);
  };
  await refused(context, "another key", /key that this device does not know/, async () => {
    await send("foreign", { version: "9.0.0", signer: await bundles.stranger(), ...small });
  });
  await refused(context, "an older version", /older than/, async () => {
    await send("older", { version: "0.0.1", ...small });
  });
  await refused(context, "another board", /is for linkrd-other/, async () => {
    await send("board", { version: "9.0.0", compatible: "linkrd-other", ...small });
  });
  await refused(context, "a boot folder that is too large", /boot partition has/, async () => {
    await writeFile(join(small.slot, "initrd.img"), "");
    await truncate(join(small.slot, "initrd.img"), 250 * 2 ** 20);
    await send("wide", { version: "9.0.0", ...small });
    await rm(join(small.slot, "initrd.img"));
  });
  await refused(context, "garbage", /no update, or not whole/, async () => {
    await machine.must(`head -c 5000000 /dev/urandom >${ON_DEVICE}`);
  });
  await refused(context, "a file cut short", /no update, or not whole/, async () => {
    await send("whole", { version: "9.0.0", ...small });
    await machine.must(`truncate -s 50000 ${ON_DEVICE}`);
  });
  await refused(context, "a file with a byte changed", /it is damaged/, async () => {
    await send("whole", { version: "9.0.0", ...small });
    await machine.must(
      `printf '\\377\\376' | dd of=${ON_DEVICE} bs=1 seek=30000 conv=notrunc status=none`,
    );
  });
}

/** Copies an update, takes it, and waits until the machine is down. @returns seconds it took */
async function take({ machine, bundles }: Context, name: string, version: string, options = "") {
  const file = await bundles.make(name, { version, options });
  await machine.send(file, ON_DEVICE);
  await rm(file);
  const started = performance.now();
  const order = `linkrd update ${ON_DEVICE}`;
  const { exit, stdout, stderr } = await machine.root(order, "", UPDATE_SECONDS_MAX);
  if (exit !== 0 || !/starts now/.test(stdout)) throw new Error(`exit ${exit}: ${stderr}${stdout}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  await machine.wait("the machine to go down", async () => {
    return (await machine.root("true")).exit !== 0 ? true : undefined;
  });
  return seconds;
}

/** Waits until `linkrd update` says so. */
async function shows(machine: Machine, wanted: RegExp): Promise<string> {
  return await machine.wait(`the slots to be ${wanted.source}`, async () => {
    const { stdout } = await machine.root("linkrd update");
    return wanted.test(stdout) ? stdout.trim().replace("\n", "; ") : undefined;
  });
}

async function takesAGoodOne(context: Context): Promise<void> {
  const { machine, report } = context;
  await report.check("a good update is taken, and starts on trial", async () => {
    context.token = await machine.must("linkrd token new before");
    const seconds = await take(context, "good", "0.2.0");
    report.number("update: read, checked and written", `${seconds} s`);
    const restarted = await machine.answers();
    report.number("update: restart to API", `${restarted} s`);
    return `${seconds} s, ${restarted} s`;
  });
  await report.check("linkrd answers, so it is good", async () => {
    return await shows(machine, /^slot b +0\.2\.0 +runs, good\nslot a +\S+ +good$/m);
  });
  await report.check("a token of before is good as well", async () => {
    const ask = ["-H", `Authorization: token ${context.token}`, "--max-time", "20"];
    const { stdout } = await machine.curl("/api/status", ...ask);
    if (!stdout.includes('"linkrd"')) throw new Error(stdout);
    return undefined;
  });
}

async function goesBack({ machine, report }: Context): Promise<void> {
  await report.check("one command goes back to the old slot", async () => {
    const { stdout } = await machine.root("linkrd update --back");
    if (!stdout.includes("starts now")) throw new Error(stdout);
    return await shows(machine, /^slot a +\S+ +runs, good\nslot b +0\.2\.0 +good$/m);
  });
}

async function survivesABrokenOne(context: Context): Promise<void> {
  const { machine, report } = context;
  await report.check("an update whose linkrd does not answer gives way by itself", async () => {
    await take(context, "silent", "0.3.0", "systemd.mask=linkrd.service");
    await shows(machine, /^slot b +0\.3\.0 +runs, on trial$/m);
    await machine.wait("the judge to say so", async () => {
      const told = await machine.console();
      return told.includes("linkrd does not answer within") ? true : undefined;
    });
    const slots = await shows(
      machine,
      /^slot a +\S+ +runs, good\nslot b +0\.3\.0 +it did not start$/m,
    );
    await machine.must("grep -q linkrd /data/update-failed.log");
    await machine.answers();
    return slots;
  });
  await report.check("status says that it did not start", async () => {
    return await machine.must("linkrd status | grep 'did not start'");
  });
}

async function survivesAPanic(context: Context): Promise<void> {
  const { machine, report } = context;
  await report.check("an update whose kernel panics gives way by itself", async () => {
    const before = (await machine.console()).length;
    await take(context, "panic", "0.4.0", "rdinit=/none");
    const started = performance.now();
    const slots = await shows(
      machine,
      /^slot a +\S+ +runs, good\nslot b +0\.4\.0 +it did not start$/m,
    );
    const seconds = Math.round((performance.now() - started) / 1000);
    const told = (await machine.console()).slice(before);
    const panics = told.split("Kernel panic - not syncing").length - 1;
    if (panics !== 2) throw new Error(`${panics} panics: ${told.slice(-500)}`);
    report.number("update: two panics, and back in the old slot", `${seconds} s`);
    return slots;
  });
}
