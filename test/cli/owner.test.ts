import { expect, test } from "bun:test";
import { chown, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { geteuid } from "node:process";
import { must } from "../lab/guest/run.ts";

const DAEMON = 65_500;
const MAIN = resolve(import.meta.dir, "../../src/main.ts");

test.if(geteuid?.() === 0)("what root leaves beside the files is the daemon's", async () => {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-owner-"));
  try {
    await chown(folder, DAEMON, DAEMON);
    const places = ["--config", folder, "--state", folder];
    await must([process.execPath, MAIN, "token", "new", "one", ...places]);
    await must([process.execPath, MAIN, "token", "revoke", "one", ...places]);
    const names = await readdir(folder);
    expect(names).toContain("access.toml");
    expect(names).toContain("revoked");
    for (const name of names) {
      const { uid, gid } = await stat(join(folder, name));
      expect([name, uid, gid]).toEqual([name, DAEMON, DAEMON]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
