/**
 * The power goes while tokens are made, revoked and deleted: whatever linkrd had acknowledged is on
 * the card afterwards. The card loses what it had not yet written, and each time the machine goes
 * on from the same moment, so that a round takes seconds and not a start.
 */
import { randomInt } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../../../src/access/digest.ts";
import { parseDocument } from "../../../src/access/document.ts";
import { hashPassword } from "../../../src/access/password.ts";
import { must, run } from "../../lab/guest/run.ts";
import { UEFI } from "./boards.ts";
import { CachedCard, type Contents } from "./cached-card.ts";
import { putOnCard } from "./card.ts";
import { Machine, WORK } from "./machine.ts";
import type { Report } from "./report.ts";

const ROUNDS = 50;
/** After so many rounds the machine is started for real, and asked. */
const START_EACH = 10;
const CARD_BYTES = 2 ** 31;
const DATA_AT = (16 + 256 + 512 + 512) * 2 ** 20;
const PASSWORD = "correct horse battery";
/** The power goes within so many milliseconds of the first request. */
const CUT_MS_MAX = 12_000;

/** What linkrd acknowledged of a token, by the digest of its text. */
interface Acknowledged {
  readonly made: Set<string>;
  readonly ended: Set<string>;
  /** Of the request that nobody answered before the power went: either way is right. */
  readonly open: Set<string>;
}

interface Scene {
  readonly machine: Machine;
  readonly image: string;
  readonly socket: string;
  readonly state: string;
  readonly contents: Contents;
}

export async function POWER_CUTS(image: string, report: Report): Promise<void> {
  const card = join(WORK, "card.img");
  await must(["cp", "--sparse=always", image, card]);
  const scene = await prepare(card, report);
  const tally = { made: 0, ended: 0, kept: 0, lost: 0, starts: 0 };
  for (let round = 1; round <= ROUNDS; round++) {
    await report.check(`power cut ${round} of ${ROUNDS}`, async () => {
      const { said, acknowledged, kept, lost } = await oneRound(scene, round % START_EACH === 0);
      tally.made += acknowledged.made.size;
      tally.ended += acknowledged.ended.size;
      tally.kept += kept;
      tally.lost += lost;
      tally.starts += round % START_EACH === 0 ? 1 : 0;
      return said;
    });
  }
  report.number("power cuts", `${ROUNDS}, ${tally.starts} of them with a real start afterwards`);
  report.number("acknowledged", `${tally.made} tokens made, ${tally.ended} of them ended`);
  report.number(
    "blocks in the card's cache",
    `${tally.lost} lost, ${tally.kept} written by chance`,
  );
}

/** Starts once, and keeps the moment at which a user is logged in and nothing happens. */
async function prepare(image: string, report: Report): Promise<Scene> {
  const socket = join(WORK, "card.sock");
  const state = join(WORK, "machine.state");
  await rm(socket, { force: true });
  const card = await CachedCard.insert(socket, image, CARD_BYTES);
  const machine = await Machine.make(UEFI, `file=nbd+unix:///?socket=${socket},format=raw`);
  await putOnCard(image, {
    authorized_keys: await machine.publicKey(),
    user: `anna:${await hashPassword(PASSWORD)}`,
  });
  report.say("power cuts: the start that all rounds go on from");
  await machine.switchOn();
  await machine.answers();
  await logIn(machine);
  await machine.reachable();
  await machine.must("sync");
  await machine.suspend(state);
  const contents = card.contents();
  await card[Symbol.asyncDispose]();
  return { machine, image, socket, state, contents };
}

async function oneRound(scene: Scene, startsAfter: boolean) {
  const { machine, image, socket, state, contents } = scene;
  await rm(socket, { force: true });
  await using card = await CachedCard.insert(socket, image, CARD_BYTES, contents);
  await machine.goOn(state);
  const acknowledged: Acknowledged = { made: new Set(), ended: new Set(), open: new Set() };
  const power = new AbortController();
  const working = work(machine, acknowledged, power.signal);
  await Promise.race([working, Bun.sleep(randomInt(CUT_MS_MAX))]);
  const { kept, lost } = card.cut();
  power.abort();
  await machine.cut();
  await working;
  compare(acknowledged, await onCard(card));
  if (startsAfter) await startsAndKnows(scene, card.contents(), acknowledged);
  const { made, ended } = acknowledged;
  const said = `${made.size} made, ${ended.size} ended, ${lost} blocks lost`;
  return { said, acknowledged, kept, lost };
}

async function logIn(machine: Machine): Promise<void> {
  const jar = ["-c", join(WORK, "cookies")];
  const form = ["-d", "user=anna", "--data-urlencode", `passwd=${PASSWORD}`];
  const { stdout } = await machine.curl("/api/auth/login", ...jar, ...form);
  if (!/"ok": ?true/.test(stdout)) throw new Error(`login: ${stdout}`);
}

/** Makes tokens, and ends every second one, until the power goes. */
async function work(machine: Machine, known: Acknowledged, power: AbortSignal): Promise<void> {
  const jar = ["-b", join(WORK, "cookies"), "--max-time", "20", "-w", "%{http_code}"];
  for (let number = 0; !power.aborted; number++) {
    const name = `cut-${number}`;
    const body = JSON.stringify({ name, password: PASSWORD });
    const json = ["-H", "Content-Type: application/json", "-d", body];
    const made = await machine.curl("/api/tokens", ...jar, ...json);
    const text = /radxa_linkr_[\w-]{86}/.exec(made.stdout)?.[0];
    if (power.aborted && text === undefined) return;
    if (text === undefined) throw new Error(`${name} was not made: ${made.stdout}${made.stderr}`);
    const digest = digestOf(text);
    known.made.add(digest);
    if (number % 2 === 0) continue;
    known.open.add(digest);
    const way =
      number % 4 === 1 ? [`/api/tokens/${name}/revoke`, "POST"] : [`/api/tokens/${name}`, "DELETE"];
    const ended = await machine.curl(way[0] ?? "", ...jar, "-X", way[1] ?? "");
    if (ended.exit !== 0) return;
    if (!/20\d$/.test(ended.stdout)) throw new Error(`${name} was not ended: ${ended.stdout}`);
    known.open.delete(digest);
    known.ended.add(digest);
  }
}

interface OnCard {
  readonly access: string;
  readonly tombstones: string;
}

/** What the data partition has, after its journal was replayed as at a start. */
async function onCard(card: CachedCard): Promise<OnCard> {
  const folder = join(WORK, "data");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const partition = join(folder, "data.ext4");
  await card.save(DATA_AT, partition);
  // 1: mended, as by the journal.
  const { exit, stdout } = await run(["e2fsck", "-p", partition]);
  if (exit > 1) throw new Error(`e2fsck -p: exit ${exit}: ${stdout}`);
  const read = (path: string) => must(["debugfs", "-R", `cat ${path}`, partition]);
  return {
    access: await read("/etc/upper/linkrd/access.toml"),
    tombstones: await read("/var/upper/lib/linkrd/revoked"),
  };
}

function compare({ made, ended, open }: Acknowledged, { access, tombstones }: OnCard): void {
  const rows = new Map(parseDocument(access).tokens.map((token) => [token.sha256, token]));
  for (const digest of made) {
    if (ended.has(digest) || open.has(digest)) continue;
    if (!rows.has(digest)) throw new Error(`a token that was acknowledged is lost: ${digest}`);
    if (tombstones.includes(digest)) throw new Error(`a good token is revoked: ${digest}`);
  }
  for (const digest of ended) {
    const row = rows.get(digest);
    const isOver = row === undefined || row.revoked !== undefined;
    if (!isOver && !tombstones.includes(digest)) throw new Error(`it is back: ${digest}`);
  }
}

/** The same by the machine itself: started with this card, it lists what it should. */
async function startsAndKnows(
  scene: Scene,
  contents: Contents,
  known: Acknowledged,
): Promise<void> {
  const { machine, image, socket } = scene;
  await rm(socket, { force: true });
  await using _card = await CachedCard.insert(socket, image, CARD_BYTES, contents);
  await machine.switchOn();
  await machine.answers();
  await machine.reachable();
  const rows = JSON.parse(await machine.must("linkrd token list --json")) as { status: string }[];
  await writeFile(join(WORK, "tokens.json"), JSON.stringify(rows, null, 2));
  const active = rows.filter(({ status }) => status === "Active").length;
  const least = known.made.size - known.ended.size - known.open.size;
  await machine.cut();
  // One more may have been made, and not been told before the power went.
  const most = least + known.open.size + 1;
  if (active < least || active > most) throw new Error(`${active} active, wanted ${least}…${most}`);
}
