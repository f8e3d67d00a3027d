/** A machine that stands still while its user is logged in: each power cut goes on from there. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../lab/guest/run.ts";
import { CachedCard, type Contents, type Manner } from "../power/cached-card.ts";
import { filledAccess, PASSWORD, USER } from "../power/kept.ts";
import { ask, logIn, type Session } from "../power/promises.ts";
import { UEFI } from "./boards.ts";
import { putOnCard } from "./card.ts";
import { Machine, WORK } from "./machine.ts";

export interface Moment {
  readonly machine: Machine;
  readonly image: string;
  /** Memory and processors, as {@link Machine.suspend} wrote them. */
  readonly state: string;
  readonly contents: Contents;
  readonly session: Session;
  /** Texts by name of the tokens that are there. */
  readonly tokens: ReadonlyMap<string, string>;
}

const CARD_BYTES = 2 ** 31;
const SOCKET = join(WORK, "card.sock");

/**
 * A daemon whose fsync answers that all is well, and does nothing: a filter of system calls whose
 * error is 0. It takes the place of the unit's own, which names what is allowed: what is allowed
 * has no error.
 */
const NO_SYNC = `
folder=/run/systemd/system/linkrd.service.d
mkdir -p $folder
filter='~fsync:0 fdatasync:0 sync:0 syncfs:0'
printf '[Service]\\nSystemCallFilter=\\nSystemCallFilter=%s\\n' "$filter" >$folder/no-sync.conf
systemctl daemon-reload
systemctl restart linkrd
`;

/** Starts a machine from `image`, which its owner gave a user and tokens, and keeps the moment. */
export async function startedOnce(image: string): Promise<Moment> {
  const raw = join(WORK, "card.img");
  await must(["cp", "--sparse=always", image, raw]);
  const machine = await Machine.make(UEFI, `file=nbd+unix:///?socket=${SOCKET},format=raw`);
  const { access, tokens } = await filledAccess();
  const authorized_keys = await machine.publicKey();
  await putOnCard(raw, { authorized_keys, "access.toml": access });
  await using card = await inserted(raw);
  await using _ = machine;
  await machine.switchOn();
  await machine.answers();
  await machine.reachable();
  return await kept(machine, card, raw, "machine.state", tokens);
}

/** The same with a daemon that syncs nothing. */
export async function withoutSync(moment: Moment): Promise<Moment> {
  const { machine, image, tokens } = moment;
  await using card = await wentOn(moment, {});
  await using _ = machine;
  await machine.reachable();
  await machine.must(NO_SYNC);
  await machine.answers();
  return await kept(machine, card, image, "unsynced.state", tokens);
}

/** Lets the machine go on from its moment, with a card of its own, until linkrd answers. */
export async function wentOn(moment: Moment, how: Manner): Promise<CachedCard> {
  const { machine, image, state, contents, session } = moment;
  const card = await inserted(image, { ...how, contents });
  await machine.goOn(state);
  await machine.wait("linkrd to go on", async () => {
    return (await ask(session.url, "/api/auth/check").catch(() => undefined)) && true;
  });
  return card;
}

/** The card of `image` in the machine's slot. */
export async function inserted(image: string, how: Manner = {}): Promise<CachedCard> {
  await rm(SOCKET, { force: true });
  return await CachedCard.insert(SOCKET, image, CARD_BYTES, how);
}

async function kept(
  machine: Machine,
  card: CachedCard,
  image: string,
  name: string,
  tokens: ReadonlyMap<string, string>,
): Promise<Moment> {
  const { url } = machine;
  const session = { url, cookie: await logIn(url, USER, PASSWORD), password: PASSWORD };
  // What a start has left to write would be what is lost, instead of a token.
  await machine.must("sync");
  const state = join(WORK, name);
  await machine.suspend(state);
  return { machine, image, state, contents: card.contents(), session, tokens };
}
