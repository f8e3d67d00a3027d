/**
 * Tokens that are made, revoked and deleted over the API until the power goes, and what linkrd
 * promised about them by its answers.
 */
import { digestOf } from "../../../src/access/digest.ts";
import { parseDocument } from "../../../src/access/document.ts";

/** Each fits three answers of the emulated machine. */
const REQUEST_SECONDS_MAX = 60;

/** Somebody who is logged in. */
export interface Session {
  readonly url: string;
  readonly cookie: string;
  readonly password: string;
}

/** What the data partition says about tokens. */
export interface Kept {
  readonly access: string;
  readonly tombstones: string;
}

/** Tokens by name: what has to hold after the power is back. */
export class Promises {
  /** Texts of tokens that open. */
  readonly good: Map<string, string>;
  /** Texts of tokens that open nothing any more. */
  readonly ended = new Map<string, string>();
  /** How many tokens were made, and their texts were told. */
  made = 0;

  /** @param old texts by name of tokens that were there before */
  constructor(old: ReadonlyMap<string, string>) {
    this.good = new Map(old);
  }

  /** What was acknowledged since. */
  get count(): number {
    return this.made + this.ended.size;
  }

  /** The promises that `kept` breaks, a line each. */
  brokenBy(kept: Kept): readonly string[] {
    const rows = new Map(parseDocument(kept.access).tokens.map((row) => [row.sha256, row]));
    const opens = (text: string) => {
      const digest = digestOf(text);
      const row = rows.get(digest);
      return row !== undefined && row.revoked === undefined && !kept.tombstones.includes(digest);
    };
    return this.brokenWhere(opens);
  }

  /** As {@link brokenBy}, by what each token opens. */
  brokenWhere(opens: (text: string) => boolean): readonly string[] {
    const lost = [...this.good].filter(([, text]) => !opens(text));
    const back = [...this.ended].filter(([, text]) => opens(text));
    return [
      ...lost.map(([name]) => `${name} was good, and is lost`),
      ...back.map(([name]) => `${name} was ended, and is back`),
    ];
  }
}

/** Logs in as `user`. @returns the session's cookie */
export async function logIn(url: string, user: string, password: string): Promise<string> {
  const body = new URLSearchParams({ user, passwd: password });
  const answer = await ask(url, "/api/auth/login", { method: "POST", body });
  const [cookie] = answer.headers.getSetCookie();
  if (!answer.ok || cookie === undefined) throw new Error(`login: ${await answer.text()}`);
  return cookie.split(";", 1)[0] ?? "";
}

/**
 * Makes tokens, and meanwhile revokes and deletes those that are there, until `power` is gone. What
 * nobody answered by then is promised neither way.
 */
export async function work(session: Session, promises: Promises, power: AbortSignal) {
  const old = [...promises.good];
  const isOver = (error: unknown) => {
    if (!power.aborted) throw error;
  };
  await Promise.all([
    make(session, promises, power).catch(isOver),
    end(session, promises, old, power).catch(isOver),
  ]);
}

async function make(session: Session, promises: Promises, power: AbortSignal): Promise<void> {
  for (;;) {
    const name = `new-${promises.made}`;
    const body = JSON.stringify({ name, password: session.password });
    const headers = { cookie: session.cookie, "content-type": "application/json" };
    const what = { method: "POST", headers, body, signal: power };
    const answer = await ask(session.url, "/api/tokens", what);
    if (answer.status !== 201) throw new Error(`${name} was not made: ${await answer.text()}`);
    const { token } = (await answer.json()) as { token: string };
    promises.good.set(name, token);
    promises.made += 1;
  }
}

async function end(
  session: Session,
  promises: Promises,
  old: readonly (readonly [string, string])[],
  power: AbortSignal,
): Promise<void> {
  for (const [index, [name, text]] of old.entries()) {
    const [method, path] =
      index % 2 === 0 ? ["POST", `/api/tokens/${name}/revoke`] : ["DELETE", `/api/tokens/${name}`];
    promises.good.delete(name);
    const what = { method, headers: { cookie: session.cookie }, signal: power };
    const answer = await ask(session.url, path, what);
    if (!answer.ok) throw new Error(`${name} was not ended: ${await answer.text()}`);
    promises.ended.set(name, text);
  }
}

/** Asks the machine at `url`, whose certificate is its own. */
export async function ask(
  url: string,
  path: string,
  { signal, ...what }: RequestInit = {},
): Promise<Response> {
  const late = AbortSignal.timeout(REQUEST_SECONDS_MAX * 1000);
  return await fetch(url + path, {
    ...what,
    signal: signal ? AbortSignal.any([signal, late]) : late,
    tls: { rejectUnauthorized: false },
  });
}
