import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Audit, readAudit } from "../../src/access/audit.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { Device } from "./fixture.ts";

function open(device: Device): Audit {
  const { stateDir, log, time } = device;
  return new Audit({
    stateDir,
    log,
    now: () => time.system,
    monotonic: () => time.monotonic,
  });
}

const EVENT = { event: "token-new", who: "admin", from: "192.0.2.1", outcome: "ok" } as const;

describe("the audit", () => {
  test("has one line an event, in the log and in a file for nobody else's eyes", async () => {
    await using device = new Device("version = 1\n");
    const audit = open(device);
    audit.note({ ...EVENT, about: "ci-1" });
    audit.note({ ...EVENT, about: "ci-2" });
    await audit.close();
    expect(await readAudit(device.stateDir)).toEqual([
      "2026-11-21T12:00:00Z token-new who=admin from=192.0.2.1 about=ci-1 outcome=ok",
      "2026-11-21T12:00:00Z token-new who=admin from=192.0.2.1 about=ci-2 outcome=ok",
    ]);
    expect(device.said("token-new who=admin from=192.0.2.1 about=ci-1 outcome=ok")).toBe(1);
    expect(statSync(device.state("audit.log")).mode & 0o777).toBe(0o600);
  });

  test("keeps what strangers say in one short word, whatever that is", async () => {
    await using device = new Device("version = 1\n");
    const audit = open(device);
    const nasty = ["a\nb", "\u001b[31m", "a b", "\u202eadmin", 'say "x"', "\u2028", "=", ""];
    for (const who of nasty) audit.note({ ...EVENT, who });
    audit.note({ ...EVENT, who: "x".repeat(1 << 20) });
    await audit.close();
    const lines = await readAudit(device.stateDir);
    expect(lines).toHaveLength(nasty.length + 1);
    for (const line of lines) {
      expect(line).toMatch(
        /^2026-11-21T12:00:00Z token-new who=(".*"|x+) from=192\.0\.2\.1 outcome=ok$/,
      );
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(line.length).toBeLessThan(250);
    }
  });

  test("tells of what comes in a stream once a minute", async () => {
    await using device = new Device("version = 1\n");
    const audit = open(device);
    for (let times = 0; times < 100; times++) audit.noteOnce(EVENT);
    audit.noteOnce({ ...EVENT, from: "192.0.2.2" });
    device.time.monotonic += LIMITS.audit_repeat_ms;
    audit.noteOnce(EVENT);
    await audit.close();
    expect(await readAudit(device.stateDir)).toHaveLength(3);
  });

  test("is bounded on the disk, and keeps the newest", async () => {
    await using device = new Device("version = 1\n");
    const audit = open(device);
    const about = "x".repeat(LIMITS.audit_word_characters_max);
    let written = 0;
    while (written < 4 * LIMITS.audit_file_bytes_max) {
      for (let times = 0; times < 500; times++) audit.note({ ...EVENT, about });
      written += 500 * 200;
      await audit.close();
    }
    audit.note({ ...EVENT, about: "last" });
    await audit.close();
    const sizes = ["audit.log", "audit.log.1"].map((name) => statSync(device.state(name)).size);
    for (const size of sizes) expect(size).toBeLessThan(1.5 * LIMITS.audit_file_bytes_max);
    expect((await readAudit(device.stateDir)).at(-1)).toContain("about=last");
  }, 60_000);

  test("is bounded in memory, and says how much it lost", async () => {
    await using device = new Device("version = 1\n");
    const audit = open(device);
    for (let times = 0; times < 3 * LIMITS.audit_lines_max; times++) audit.note(EVENT);
    await audit.close();
    const lines = await readAudit(device.stateDir);
    expect(lines.length).toBeLessThanOrEqual(LIMITS.audit_lines_max + 2);
    expect(lines.filter((line) => /lost=\d+$/.test(line))).toHaveLength(1);
  });

  test("says once that the disk does not take it, and goes on in the log", async () => {
    await using device = new Device("version = 1\n");
    mkdirSync(join(device.stateDir, "audit.log"));
    const audit = open(device);
    audit.note(EVENT);
    await audit.close();
    audit.note(EVENT);
    await audit.close();
    expect(device.said("this is not kept")).toBe(1);
    expect(device.said("token-new")).toBe(2);
    rmSync(join(device.stateDir, "audit.log"), { recursive: true });
    audit.note(EVENT);
    await audit.close();
    expect(await readAudit(device.stateDir)).toHaveLength(1);
  });

  test("of a device without one is empty", async () => {
    await using device = new Device("version = 1\n");
    expect(await readAudit(device.stateDir)).toEqual([]);
  });
});
