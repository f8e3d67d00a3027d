import { expect, test } from "bun:test";
import { join } from "node:path";
import { Device } from "./fixture.ts";
import type { Story } from "./full-disk.ts";

const SCRIPT = join(import.meta.dir, "full-disk.ts");
const canMount = Bun.spawnSync(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).success;

test.skipIf(!canMount)(
  "a full or read-only disk refuses new tokens, and all else goes on",
  async () => {
    await using device = new Device();
    const mount = `mount -t tmpfs -o size=96k tmpfs ${device.root}`;
    const run = `exec ${process.execPath} ${SCRIPT} ${device.root}`;
    const { stdout, stderr } = Bun.spawnSync(["unshare", "-rm", "sh", "-c", `${mount} && ${run}`]);
    expect(stderr.toString()).toBe("");
    const story: Story = JSON.parse(stdout.toString());
    expect(story).toEqual([
      ["full: create", expect.stringMatching(/access.toml cannot be written: free some space/)],
      ["full: verify", "Active"],
      ["full: the file", "as before"],
      ["space: create", "done"],
      ["read-only: create", expect.stringMatching(/: remount the file system writable: EROFS/)],
      [
        "read-only: a command's revoke",
        expect.stringMatching(/^kept is not revoked and stays as it was: .*EROFS/),
      ],
      ["read-only: revoke", expect.stringMatching(/^kept is refused now, but a restart .*EROFS/)],
      ["read-only: verify", "Revoked"],
      ["writable: revoke", "done"],
      ["restarted: verify", "Revoked"],
    ]);
  },
);
