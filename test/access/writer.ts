/** A process of its own that makes tokens in access.toml, for the tests that kill or race it. */

import { openAccess } from "../../src/access/open.ts";
import { createLog } from "../../src/base/log.ts";
import { exchange } from "./fixture.ts";

/** One line of what it prints, as JSON: the disk has the token. */
export interface Made {
  readonly name: string;
}

const [root = "", prefix = "", count = ""] = process.argv.slice(2);
const log = createLog(
  () => "error",
  (line) => process.stderr.write(`${line}\n`),
);
const places = {
  config: `${root}/etc`,
  state: `${root}/state`,
  builtAtMs: 0,
  log,
  live: false,
  exchange,
};
const store = await openAccess(places);
for (let at = 0; at < Number(count); at++) {
  const made: Made = { name: `${prefix}-${at}` };
  await store.createToken({ ...made, user: "root" });
  process.stdout.write(`${JSON.stringify(made)}\n`);
}
await store.close();
