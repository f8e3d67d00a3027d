import { expect, test } from "bun:test";
import { join } from "node:path";
import { freePort, Linkrd, makeFolder } from "../api/linkrd.ts";

/** Starts a program as systemd does, with standard error in the file $LOG and told so. */
const AS_SYSTEMD = `
  exec 2>"$LOG"
  JOURNAL_STREAM=$(stat --dereference --format=%d:%i "/proc/$$/fd/2") exec "$@"`;

test("each line has its priority in front where the journal reads it", async () => {
  const port = await freePort();
  const folder = await makeFolder(port);
  const file = join(folder, "journal");
  const wrapper = ["env", `LOG=${file}`, "bash", "-c", AS_SYSTEMD, "bash"];
  await using linkrd = new Linkrd(folder, port, wrapper);
  await linkrd.ready();
  const lines = (await Bun.file(file).text()).trimEnd().split("\n");
  expect(lines).toContain(`<6>info  linkrd: listening on http://127.0.0.1:${port}`);
  for (const line of lines) expect(line).toMatch(/^<[3467]>(error|warn |info |debug) \w+: /);
});
