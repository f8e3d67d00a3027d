/** Cards that something is wrong with: the device starts, serves, and says what it is. */
import { join } from "node:path";
import { must } from "../../lab/guest/run.ts";
import { type Board, loaded, UEFI } from "./boards.ts";
import { putOnCard } from "./card.ts";
import { Machine, WORK } from "./machine.ts";
import type { Report } from "./report.ts";

/** The data partition of the image, in bytes: behind the gap, the boot partition, both roots. */
const DATA_AT = (16 + 256 + 512 + 512) << 20;
/** A card that ends in the middle of it. */
const SMALL = "1312M";

export async function BAD_CARDS(image: string, report: Report): Promise<void> {
  const small = await loaded(image, WORK);
  await unusable(image, report, "a card that is too small", small, SMALL, async () => {});
  await unusable(image, report, "a data partition that is destroyed", UEFI, "4G", async (card) => {
    const zeros = ["if=/dev/zero", `of=${card}`, "conv=notrunc", "bs=1M", "status=none"];
    await must(["dd", ...zeros, `seek=${DATA_AT >> 20}`, "count=64"]);
  });
  await full(image, report);
}

async function unusable(
  image: string,
  report: Report,
  what: string,
  board: Board,
  size: string,
  spoil: (card: string) => Promise<void>,
): Promise<void> {
  const card = join(WORK, "card.img");
  await must(["cp", "--sparse=always", image, card]);
  await spoil(card);
  await using machine = await Machine.insert(board, card, size);
  await putOnCard(card, { authorized_keys: await machine.publicKey() });
  await machine.switchOn();
  await report.check(`${what}: it serves, and the console says what is wrong`, async () => {
    await machine.answers();
    await machine.wait("the console to say it", async () => {
      return (await machine.console()).includes("data partition cannot be used") || undefined;
    });
    return undefined;
  });
  await report.check(`${what}: nobody may set it up who just comes by`, async () => {
    const body = JSON.stringify({ user: "mallory", password: "mallory mallory" });
    const { stdout } = await machine.curl("/api/setup", "-d", body, "-w", "%{http_code}");
    if (!stdout.endsWith("409")) throw new Error(stdout);
    return undefined;
  });
  await report.check(`${what}: status and log say it, and the key stays on the card`, async () => {
    await machine.reachable();
    await told(machine, "data partition cannot be used");
    return await machine.must("ls /boot/firmware/linkrd/authorized_keys");
  });
}

async function full(image: string, report: Report): Promise<void> {
  const card = join(WORK, "card.img");
  await must(["cp", "--sparse=always", image, card]);
  await using machine = await Machine.insert(UEFI, card, "2G");
  await putOnCard(card, { authorized_keys: await machine.publicKey() });
  await machine.switchOn();
  const what = "a data partition that is full";
  await report.check(`${what}: it starts and serves`, async () => {
    await machine.answers();
    await machine.reachable();
    const token = await machine.must("linkrd token new before");
    await machine.must("dd if=/dev/zero of=/data/fill bs=1M 2>/dev/null; sync; df /data | tail -1");
    await machine.restart();
    const ask = ["-H", `Authorization: token ${token}`];
    const { stdout } = await machine.curl("/api/status", ...ask);
    if (!stdout.includes("is full: free some")) throw new Error(stdout);
    return undefined;
  });
  await report.check(`${what}: status, log and console say so`, async () => {
    await machine.reachable();
    await told(machine, "/var/lib/linkrd is full: free some space");
    await machine.wait("the console to say it", async () => {
      return (await machine.console()).includes("is full: free some space") || undefined;
    });
    return undefined;
  });
  await report.check(`${what}: no token is made, until there is space`, async () => {
    const { exit, stderr } = await machine.root("linkrd token new after");
    if (exit !== 1 || !/free some space/.test(stderr)) throw new Error(`${exit} ${stderr}`);
    await machine.must("rm /data/fill && linkrd token new after");
    return undefined;
  });
}

/** Throws unless both `linkrd status` and linkrd's own log say `problem`. */
async function told(machine: Machine, problem: string): Promise<void> {
  for (const command of ["linkrd status", "journalctl -b -u linkrd -o cat"]) {
    const said = await machine.must(command);
    if (!said.includes(problem)) throw new Error(`${command} does not say it: ${said}`);
  }
}
