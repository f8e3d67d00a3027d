/**
 * Flaws of other KVMs over IP in what a request may reach: files, programs, networks. The numbers
 * are those of the project's list of flaws.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdir, readFile, readlink } from "node:fs/promises";
import { Linkrd } from "./api/linkrd.ts";

let linkrd: Linkrd;

beforeAll(async () => {
  linkrd = await Linkrd.start();
});

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

const WAYS_OUT = [
  "/assets/../../../../etc/passwd",
  "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
  "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
  "/assets/....//....//etc/passwd",
  "/assets/..%5c..%5cetc%5cpasswd",
  "/assets/%00/etc/passwd",
  "//etc/passwd",
  "/etc/passwd",
  "/proc/self/environ",
  "/access.toml",
  "/assets/access.toml",
  "/api/msd/read?image=../../../etc/passwd",
  "/api/msd/read?image=%2fetc%2fpasswd",
];

test("18: no path leads to a file that is not the page's", async () => {
  for (const path of WAYS_OUT) {
    // As it is: an URL's own parser would take the dots away.
    const url = `http://127.0.0.1:${linkrd.port}`;
    const words = ["curl", "-s", "--path-as-is", "-H", `Authorization: token ${linkrd.token}`];
    const child = Bun.spawn([...words, "-o", "-", "-w", "\n%{http_code}", `${url}${path}`]);
    const answer = await child.stdout.text();
    expect(`${path} ${answer.split("\n").at(-1)}`).toMatch(/ 4\d\d$/);
    expect(answer).not.toMatch(/root:|sha256|PATH=/);
  }
});

test("19: what other programs are handed is read by no shell, nor as options", async () => {
  const mark = `${linkrd.folder}/made-by-a-shell`;
  const hostile = [`;touch ${mark}`, `$(touch ${mark})`, `\`touch ${mark}\``, `|touch ${mark}`];
  const words = [...hostile, "--output=/etc/x", "-o", "--file=/etc/passwd", "a\nb", "a\0b"];
  for (const word of words.map(encodeURIComponent)) {
    const paths = [
      `/api/log?seek=${word}`,
      `/api/streamer/snapshot?ocr=1&ocr_langs=${word}`,
      `/api/public/snapshot?crop=${word}`,
    ];
    for (const path of paths) {
      expect([path, (await linkrd.ask(path)).status]).toEqual([path, 400]);
    }
  }
  for (const mac of hostile) {
    const body = JSON.stringify({ mac });
    expect((await linkrd.ask("/api/wol", { method: "POST", body })).status).toBe(400);
  }
  expect(await readdir(linkrd.folder)).not.toContain("made-by-a-shell");
});

interface Connection {
  readonly kind: string;
  readonly local: string;
  readonly isListening: boolean;
}

/** The network sockets of the daemon, by the kernel's tables (proc_net(5)). */
async function connections(): Promise<readonly Connection[]> {
  const folder = `/proc/${linkrd.pid}/fd`;
  const links = (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => ""));
  const found = (await Promise.all(links)).map((link) => /^socket:\[(\d+)\]/.exec(link)?.[1]);
  const inodes = new Set(found.filter((inode) => inode !== undefined));
  const tables = ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"].map(async (kind) => {
    const [, ...rows] = (await readFile(`/proc/${linkrd.pid}/net/${kind}`, "utf8")).split("\n");
    const columns = rows.map((row) => row.trim().split(/\s+/));
    const own = columns.filter((each) => inodes.has(each[9] ?? ""));
    return own.map(([, local = "", , state]) => ({ kind, local, isListening: state === "0A" }));
  });
  return (await Promise.all(tables)).flat();
}

test("27, 30: it listens where it was told to, and calls nobody", async () => {
  const here = `0100007F:${linkrd.port.toString(16).toUpperCase().padStart(4, "0")}`;
  const found = await connections();
  expect(found).toContainEqual({ kind: "tcp", local: here, isListening: true });
  const others = found.filter(({ kind, local }) => kind !== "tcp" || local !== here);
  expect(others).toEqual([]);
});
