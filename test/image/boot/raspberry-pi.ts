/** The same image on the only board of its kind that qemu knows well enough. */
import { join } from "node:path";
import { must } from "../../lab/guest/run.ts";
import { raspberryPi3 } from "./boards.ts";
import { putOnCard } from "./card.ts";
import { Machine, WORK } from "./machine.ts";
import type { Report } from "./report.ts";

export async function RASPBERRY_PI(image: string, report: Report): Promise<void> {
  const card = join(WORK, "card.img");
  await must(["cp", "--sparse=always", image, card]);
  const board = await raspberryPi3(card, WORK);
  // A card's size is a power of two.
  await using machine = await Machine.insert(board, card, "2G");
  await putOnCard(card, { hostname: "pi" });
  await machine.switchOn();
  await report.check("raspi3b: it starts, and its console says where it is", async () => {
    const started = performance.now();
    await machine.wait("the console to say it", async () => {
      return /https:\/\/pi\.local/.test(await machine.console()) || undefined;
    });
    const seconds = Math.round((performance.now() - started) / 1000);
    report.number(`start on ${board.name}, power to the console's message`, `${seconds} s`);
    return `${seconds} s`;
  });
}
