/**
 * The power goes while an update is written: whatever the boot loaders would start then is whole.
 * As in power-cuts.ts the card takes the power away right after one of its writes, and loses what
 * it had not yet written; all rounds go on from one moment. The first one is not cut: it counts.
 */
import { createHash, randomInt } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { must, run } from "../../lab/guest/run.ts";
import { CachedCard, type Contents } from "../power/cached-card.ts";
import { UEFI } from "./boards.ts";
import { Bundles } from "./bundles.ts";
import { putOnCard } from "./card.ts";
import { Machine, WORK } from "./machine.ts";
import type { Report } from "./report.ts";

const BOOT_SLOT = resolve(import.meta.dir, "../../../image/overlay/usr/lib/linkrd/boot-slot");
/** Of these one half is anywhere in the update, the other among the orders to the boot loaders. */
const ROUNDS = 8;
/** The last writes of an update: the slot's folder, its name, the order to start it. */
const ORDERS = 60;
const UPDATE_SECONDS_MAX = 900;
const CARD_BYTES = 2 ** 31;
const BOOT_AT = 16 * 2 ** 20;
/** Of the roots, behind the boot partition's start. */
const ROOTS = { a: 256 * 2 ** 20, b: 768 * 2 ** 20 } as const;
const BUNDLE = "/data/new.raucb";

interface Scene {
  readonly machine: Machine;
  readonly image: string;
  readonly socket: string;
  readonly state: string;
  readonly contents: Contents;
  readonly bundles: Bundles;
}

export async function UPDATE_CUTS(image: string, report: Report): Promise<void> {
  const card = join(WORK, "card.img");
  await must(["cp", "--sparse=always", image, card]);
  const bundles = await Bundles.of(image, join(WORK, "bundles"));
  const scene = await prepare(card, report, bundles);
  let writes = 0;
  await report.check("an update whose power stays counts its writes", async () => {
    const round = await oneRound(scene, Number.POSITIVE_INFINITY, false);
    writes = round.writes;
    if (round.starts !== "b") throw new Error(round.said);
    return `${writes}: ${round.said}`;
  });
  const found = { a: 0, b: 0 };
  for (let round = 1; round <= ROUNDS; round++) {
    await report.check(`power cut in an update, ${round} of ${ROUNDS}`, async () => {
      const among = round % 2 === 0 ? Math.min(ORDERS, writes) : writes;
      const after = writes - randomInt(among);
      const { starts, said } = await oneRound(scene, after, round === ROUNDS);
      found[starts] += 1;
      return said;
    });
  }
  report.number(
    "power cuts in an update",
    `${ROUNDS}: ${found.a} left the old slot to start, ${found.b} the new one, whole each time`,
  );
}

async function prepare(image: string, report: Report, bundles: Bundles): Promise<Scene> {
  const socket = join(WORK, "card.sock");
  const state = join(WORK, "machine.state");
  await rm(socket, { force: true });
  const card = await CachedCard.insert(socket, image, CARD_BYTES);
  const machine = await Machine.make(UEFI, `file=nbd+unix:///?socket=${socket},format=raw`);
  await putOnCard(image, { authorized_keys: await machine.publicKey() });
  report.say("power cuts in an update: the start that all rounds go on from");
  await machine.switchOn();
  await machine.answers();
  await machine.reachable();
  await machine.send(await bundles.make("cut", { version: "0.5.0" }), BUNDLE);
  await machine.must("sync");
  await machine.suspend(state);
  const contents = card.contents();
  await card[Symbol.asyncDispose]();
  return { machine, image, socket, state, contents, bundles };
}

/** @param writes how many writes the card takes in its cache, and then no more */
async function oneRound(scene: Scene, writes: number, startsAfter: boolean) {
  const { machine, image, socket, state, contents } = scene;
  await rm(socket, { force: true });
  await using card = await CachedCard.insert(socket, image, CARD_BYTES, { contents });
  await machine.goOn(state);
  const before = card.writes;
  const working = machine.root(`linkrd update ${BUNDLE}`, "", UPDATE_SECONDS_MAX);
  const { cached, lost } = await Promise.race([
    card.cutAfter(writes),
    working.then(() => card.cut()),
  ]);
  const done = card.writes - before;
  await machine.cut();
  await working;
  const saved = join(WORK, "cut.img");
  await card.save(BOOT_AT, saved);
  const starts = await startsWhole(saved, scene.bundles);
  if (startsAfter) await startsAndAnswers(scene, card.contents(), starts);
  await rm(saved);
  const loss = `${lost} of ${cached} blocks lost`;
  const said = `after ${done} writes, ${loss}: slot ${starts} starts, whole`;
  return { starts, said, writes: done };
}

/** Which slot both loaders would start; @throws when they differ, or it is not all there */
async function startsWhole(saved: string, bundles: Bundles): Promise<"a" | "b"> {
  const folder = join(WORK, "cut");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const path of ["loader", "config.txt", "a", "b"]) {
    const copied = await run(["mcopy", "-s", "-n", "-i", saved, `::${path}`, folder]);
    if (copied.exit !== 0 && path !== "b") throw new Error(`${path}: ${copied.stderr}`);
  }
  const cmdline = join(folder, "cmdline");
  await writeFile(cmdline, "root=PARTUUID=4c4e4b52-02");
  const child = Bun.spawn([BOOT_SLOT, "get-primary"], {
    env: { ...process.env, LINKRD_BOOT: folder, LINKRD_CMDLINE: cmdline },
    stdout: "pipe",
  });
  const byEntry = (await new Response(child.stdout).text()).trim();
  const byPrefix = /^os_prefix=([ab])\//m.exec(
    await Bun.file(join(folder, "config.txt")).text(),
  )?.[1];
  for (const slot of [byEntry, byPrefix]) {
    if (slot !== "a" && slot !== "b") throw new Error(`slot ${slot}`);
    for (const name of ["vmlinuz", "initrd.img", "bcm2711-rpi-4-b.dtb", "overlays/README"]) {
      const [got, wanted] = [join(folder, slot, name), join(bundles.slot, name)];
      if ((await digest(got)) !== (await digest(wanted)))
        throw new Error(`${slot}/${name} differs`);
    }
    const [start, { size }] = [ROOTS[slot], Bun.file(bundles.root)];
    const written = await digest(saved, start, start + size - 1);
    if (written !== (await digest(bundles.root))) throw new Error(`root ${slot} differs`);
  }
  return byEntry === "b" ? "b" : "a";
}

async function digest(file: string, start = 0, end = Number.POSITIVE_INFINITY): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { start, end })) hash.update(chunk);
  return hash.digest("hex");
}

/** The same by the machine itself, which can take the update then. */
async function startsAndAnswers(
  scene: Scene,
  contents: Contents,
  starts: "a" | "b",
): Promise<void> {
  const { machine, image, socket } = scene;
  await rm(socket, { force: true });
  await using _card = await CachedCard.insert(socket, image, CARD_BYTES, { contents });
  await machine.switchOn();
  await machine.answers();
  await machine.reachable();
  const told = await machine.must("linkrd update");
  await machine.cut();
  if (!new RegExp(`^slot ${starts} .* runs`).test(told)) throw new Error(told);
}
