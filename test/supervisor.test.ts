/** The datagrams of the built daemon, as they arrive where systemd listens. */
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSys } from "../src/ffi/sys.ts";
import { Supervisor } from "../src/supervisor.ts";
import { freePort, Linkrd, makeFolder } from "./api/linkrd.ts";
import { until } from "./lab/guest/run.ts";

/** Perl is part of every Debian, and has the datagram sockets that Bun lacks. */
const LISTENER = `
  use Socket; $| = 1;
  my $name = $ENV{NAME}; $name =~ s/^@/\\0/;
  socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
  bind($socket, pack_sockaddr_un($name)) or die $!;
  print "listening\\n";
  while (defined recv($socket, my $message, 4096, 0)) { print "$message\\n" }`;

/** Listens on a unix socket of its own; `lines` grows with each datagram. */
async function listen(name: string) {
  const perl = Bun.spawn(["perl", "-e", LISTENER], { env: { NAME: name }, stdout: "pipe" });
  const lines: string[] = [];
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of perl.stdout) {
      lines.push(...decoder.decode(chunk).split("\n").filter(Boolean));
    }
  })();
  await until("the listener", 15, () => lines.shift());
  return {
    lines,
    [Symbol.asyncDispose]: async () => {
      perl.kill();
      await reading;
    },
  };
}

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "linkrd-supervisor-"));
  const remove = () => rm(path, { recursive: true, force: true });
  return { path, [Symbol.asyncDispose]: remove };
}

test("a daemon says when it is ready, that it lives, and when it goes", async () => {
  await using place = await folder();
  const socket = join(place.path, "notify");
  await using systemd = await listen(socket);
  const port = await freePort();
  const wrapper = ["env", `NOTIFY_SOCKET=${socket}`, "WATCHDOG_USEC=150000"];
  await using linkrd = new Linkrd(await makeFolder(port), port, wrapper);
  await until("READY=1", 15, () => systemd.lines[0]);
  expect((await linkrd.cli("status")).exit).toBe(0);
  await until("signs of life", 15, () => systemd.lines[4]);
  process.kill(linkrd.pid, "SIGTERM");
  expect(await linkrd.ended()).toBe(0);
  await until("the last word", 15, () => systemd.lines.find((line) => line === "STOPPING=1"));
  const [first, ...others] = systemd.lines;
  expect(first).toBe("READY=1");
  expect(new Set(others.slice(0, -1))).toEqual(new Set(["WATCHDOG=1"]));
  expect(others.at(-1)).toBe("STOPPING=1");
});

test("a socket without a file is named with an @", async () => {
  const name = `@linkrd-test-${crypto.randomUUID()}`;
  await using systemd = await listen(name);
  openSys().sendTo(name, "hello");
  expect(await until("the datagram", 15, () => systemd.lines[0])).toBe("hello");
});

test("a watchdog that is another process's is not fed", async () => {
  const name = `@linkrd-test-${crypto.randomUUID()}`;
  await using systemd = await listen(name);
  const environment = { NOTIFY_SOCKET: name, WATCHDOG_USEC: "3000", WATCHDOG_PID: "1" };
  const supervisor = new Supervisor(environment, openSys(), fail);
  supervisor.ready();
  supervisor.stopping();
  await until("the last word", 15, () => systemd.lines[1]);
  expect(systemd.lines).toEqual(["READY=1", "STOPPING=1"]);
});

test("nobody to tell is no fault, and one who does not listen is named once", () => {
  new Supervisor({}, openSys(), fail).ready();
  const warnings: string[] = [];
  const gone = { NOTIFY_SOCKET: "/nowhere/notify" };
  const supervisor = new Supervisor(gone, openSys(), (message) => warnings.push(message));
  supervisor.ready();
  supervisor.stopping();
  expect(warnings).toEqual([
    "systemd does not hear that linkrd is alive: sendto /nowhere/notify: ENOENT",
  ]);
});

function fail(message: string): void {
  throw new Error(message);
}
