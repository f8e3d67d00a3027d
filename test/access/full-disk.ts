/**
 * Run in a mount namespace of its own, with a small file system at its argument: what becomes of
 * access.toml when that is full, and when it is read-only. Prints the story as JSON.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { openAccess } from "../../src/access/open.ts";
import { chain } from "../../src/base/fault.ts";
import { createLog } from "../../src/base/log.ts";
import { exchange } from "./fixture.ts";

/** What was tried, and how it went. */
export type Story = readonly (readonly [tried: string, outcome: string | undefined])[];

const [root = ""] = process.argv.slice(2);
const log = createLog(
  () => "error",
  () => undefined,
);
const [config, state] = [`${root}/etc`, `${root}/state`];
const store = await openAccess({ config, state, builtAtMs: 0, log, live: true, exchange });
const { text } = await store.createToken({ name: "kept", user: "root" });
const file = readFileSync(`${config}/access.toml`, "utf8");

const told = (promise: Promise<unknown>) => promise.then(() => "done", chain);
const create = (name: string) => told(store.createToken({ name, user: "root" }));
const story: (readonly [string, string | undefined])[] = [];
try {
  for (let at = 0; ; at++) writeFileSync(`${root}/filler${at}`, new Uint8Array(4096));
} catch {
  story.push(["full: create", await create("new")]);
}
story.push(["full: verify", store.verify(text)?.status]);
const same = readFileSync(`${config}/access.toml`, "utf8") === file;
story.push(["full: the file", same ? "as before" : "another"]);
rmSync(`${root}/filler0`);
rmSync(`${root}/filler1`);
story.push(["space: create", await create("new")]);

Bun.spawnSync(["mount", "-o", "remount,ro", root]);
story.push(["read-only: create", await create("more")]);
const command = await openAccess({ config, state, builtAtMs: 0, log, live: false, exchange });
story.push(["read-only: a command's revoke", await told(command.revokeToken("kept"))]);
story.push(["read-only: revoke", await told(store.revokeToken("kept"))]);
story.push(["read-only: verify", store.verify(text)?.status]);
Bun.spawnSync(["mount", "-o", "remount,rw", root]);
story.push(["writable: revoke", await told(store.revokeToken("kept"))]);
await store.close();
const again = await openAccess({ config, state, builtAtMs: 0, log, live: false, exchange });
story.push(["restarted: verify", again.verify(text)?.status]);
process.stdout.write(JSON.stringify(story));
