/**
 * Boots the image in an emulated board and uses it as its owner would. Each check prints a line as
 * it ends; the last lines are a table for docs/image.md. Needs `make image`.
 *
 *   bun test/image/boot/main.ts IMAGE [GROUP…]
 */
import { mkdir } from "node:fs/promises";
import { argv, exit } from "node:process";
import { BAD_CARDS } from "./bad-cards.ts";
import { FIRST_BOOT } from "./first-boot.ts";
import { WORK } from "./machine.ts";
import { POWER_CUTS } from "./power-cuts.ts";
import { RASPBERRY_PI } from "./raspberry-pi.ts";
import { Report } from "./report.ts";
import { UPDATE_CUTS } from "./update-cuts.ts";
import { UPDATES } from "./updates.ts";

const GROUPS = {
  first: FIRST_BOOT,
  cards: BAD_CARDS,
  pi: RASPBERRY_PI,
  update: UPDATES,
  cuts: UPDATE_CUTS,
  power: POWER_CUTS,
};

const [image = "", ...chosen] = argv.slice(2);
await mkdir(WORK, { recursive: true });
const report = new Report();
for (const [name, group] of Object.entries(GROUPS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  await group(image, report);
}
exit(report.end() ? 0 : 1);
