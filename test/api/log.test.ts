/**
 * GET /api/log with a real journal, and how its readers end. What it prints without a journal is in
 * pikvm/log.ts.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { LIMITS } from "../../src/base/limits.ts";
import { must, run, until } from "../lab/guest/run.ts";
import { freePort, Linkrd, makeFolder } from "./linkrd.ts";

const REMOTE = "/lib/systemd/systemd-journal-remote";
/** Standard error becomes what systemd says that it is. */
const AS_UNIT = 'JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) exec "$@"';

let place: string;
let linkrd: Linkrd;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "linkrd-journal-"));
  const now = Date.now() * 1000;
  const hour = 3_600_000_000;
  await append(
    entry(now - 2 * hour, "linkrd.service", "MESSAGE=long ago"),
    entry(now - hour, "ssh.service", "MESSAGE=of another unit"),
    entry(now, "linkrd-gadget.service", "MESSAGE=a gadget, grün\n"),
    entry(now + 1, "linkrd.service", "MESSAGE\n\x05\0\0\0\0\0\0\0ab\xffcd"),
    entry(now + 2, "linkrd.service", `MESSAGE=${"x".repeat(9000)}`),
  );
  const journalctl = `#!/bin/sh\nexec /usr/bin/journalctl --file=${place}/linkrd.journal "$@"\n`;
  await writeFile(join(place, "journalctl"), journalctl);
  await chmod(join(place, "journalctl"), 0o755);
  const port = await freePort();
  const path = `PATH=${place}${delimiter}${process.env["PATH"]}`;
  const wrapper = ["env", path, "bash", "-c", AS_UNIT, "--"];
  linkrd = new Linkrd(await makeFolder(port), port, wrapper);
  await linkrd.ready();
  linkrd.token = await linkrd.newToken("test");
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
  await rm(place, { recursive: true });
});

/** An entry in systemd's Journal Export Format. @param us microseconds since the epoch */
function entry(us: number, unit: string, message: string): string {
  const times = `__REALTIME_TIMESTAMP=${us}\n__MONOTONIC_TIMESTAMP=${us}\n`;
  return `${times}_BOOT_ID=BOOT\n_SYSTEMD_UNIT=${unit}\n${message}\n\n`;
}

async function append(...entries: string[]): Promise<void> {
  const boot = (await Bun.file("/proc/sys/kernel/random/boot_id").text()).replace(/[-\n]/g, "");
  const text = entries.join("").replaceAll("=BOOT", `=${boot}`);
  // One byte of it is no UTF-8.
  const bytes = Buffer.concat(
    text
      .split("\xff")
      .flatMap((part, at) => [...(at > 0 ? [Buffer.of(0xff)] : []), Buffer.from(part)]),
  );
  await writeFile(join(place, "entries"), bytes);
  await must([REMOTE, `--output=${join(place, "linkrd.journal")}`, join(place, "entries")]);
}

/** A follower, and what it was sent so far. */
async function follow(query: string, token = linkrd.token) {
  const leaving = new AbortController();
  const response = await fetch(`http://127.0.0.1:${linkrd.port}/api/log?follow=1${query}`, {
    headers: { authorization: `token ${token}` },
    signal: leaving.signal,
  });
  const seen = { status: response.status, text: "", ended: false };
  const reading = (async () => {
    for await (const chunk of response.body ?? []) seen.text += new TextDecoder().decode(chunk);
  })();
  reading
    .catch(() => {})
    .finally(() => {
      seen.ended = true;
    });
  return { seen, leave: () => leaving.abort() };
}

/** Waits until so many journalctl run; one that has said all is there for a moment still. */
async function untilReaders(readers: number): Promise<void> {
  await until(`${readers} readers of the journal`, 15, async () => {
    const { stdout } = await run(["pgrep", "-c", "-P", `${linkrd.pid}`, "journalctl"]);
    return Number(stdout) === readers ? true : undefined;
  });
}

test("the journal of this boot is printed as kvmd prints it, without other units", async () => {
  const { status, headers, text } = await linkrd.ask("/api/log");
  expect([status, headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
  const stamp = String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
  expect(text).toMatch(
    new RegExp(
      `^${stamp} linkrd.service\\] --- long ago\r\n` +
        `${stamp} linkrd-gadget.service\\] --- a gadget, grün\r\n` +
        `${stamp} linkrd.service\\] --- ab\ufffdcd\r\n` +
        `${stamp} linkrd.service\\] --- \\(a line that cannot be shown here.*\\)\r\n$`,
    ),
  );
  const recent = await linkrd.ask("/api/log?seek=600");
  expect(recent.text).not.toContain("long ago");
  expect(recent.text).toContain("a gadget");
  await untilReaders(0);
});

test("a follower is told what comes, and its reader ends when it leaves", async () => {
  const { seen, leave } = await follow("&seek=600");
  await until("the lines of before", 15, () => seen.text.includes("ab") || undefined);
  await append(entry(Date.now() * 1000, "linkrd.service", "MESSAGE=just now"));
  await until("the new line", 15, () => seen.text.includes("just now\r\n") || undefined);
  await untilReaders(1);
  leave();
  await untilReaders(0);
});

test("a follower ends with its credential, and so does its reader", async () => {
  const token = await linkrd.newToken("short");
  const { seen } = await follow("", token);
  await until("the lines of before", 15, () => seen.text.includes("ab") || undefined);
  await linkrd.cli("token", "revoke", "short");
  await until("the end", 15, () => seen.ended || undefined);
  await untilReaders(0);
});

test("there are so many readers and no more, and one who leaves makes room", async () => {
  const many = await Promise.all(
    Array.from({ length: LIMITS.log_readers_max }, () => follow("&seek=600")),
  );
  expect(many.map(({ seen }) => seen.status)).toEqual(many.map(() => 200));
  expect((await linkrd.ask("/api/log")).status).toBe(429);
  for (const { leave } of many) leave();
  await until("room again", 15, async () => {
    return (await linkrd.ask("/api/log")).status === 200 || undefined;
  });
  await untilReaders(0);
});

test("without leave to read the journal, it prints its own lines", async () => {
  await writeFile(join(place, "journalctl"), "#!/bin/sh\nexit 1\n");
  expect((await linkrd.ask("/api/log")).text).toMatch(/ linkrd.service\] --- info {2}linkrd: /);
});
