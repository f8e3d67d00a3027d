/** Root at the command line, beside a daemon that has a user of its own. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, chown, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { geteuid } from "node:process";
import { BINARY, command, makeFolder, places } from "../api/linkrd.ts";
import { run } from "../lab/guest/run.ts";

/** The user and group "nobody" and "nogroup" of Debian. */
const NOBODY = 65534;

describe.skipIf(geteuid?.() !== 0)("as root", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await makeFolder(0);
    await chown(folder, NOBODY, NOBODY);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("what a command makes in the daemon's folders is the daemon's", async () => {
    expect((await command(folder, "token", "new", "ci")).exit).toBe(0);
    expect((await command(folder, "token", "revoke", "ci")).exit).toBe(0);
    const names = (await readdir(folder)).filter((name) => name !== "linkrd.toml");
    expect(names).toContain("access.toml");
    for (const name of names) {
      const { uid, gid } = await stat(join(folder, name));
      expect({ name, uid, gid }).toEqual({ name, uid: NOBODY, gid: NOBODY });
    }
  });

  test("a file that was put there as root is one to give to the daemon's user", async () => {
    const path = join(folder, "access.toml");
    await writeFile(path, "version = 1\n", { mode: 0o600 });
    const { exit, stderr } = await command(folder, "token", "new", "ci");
    expect({ exit, stderr }).toEqual({
      exit: 1,
      stderr: `linkrd: ${path} cannot be read: chown ${NOBODY} ${path}\n`,
    });
  });

  test("somebody who may not read the files is not told to take them away", async () => {
    const path = join(folder, "access.toml");
    await writeFile(path, "version = 1\n", { mode: 0o600 });
    await chown(path, NOBODY, NOBODY);
    await chmod(folder, 0o755);
    const daemon = ["setpriv", "--reuid", "daemon", "--regid", "daemon", "--clear-groups", "--"];
    const { exit, stderr } = await run([...daemon, BINARY, "check", ...places(folder)]);
    const remedy = "run this as root, or let user 1 read it";
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: `linkrd: ${path} cannot be read: ${remedy}\n`,
    });
  });
});
