/** `make run` after it has built: what it prints can be pasted, and does what it says. */
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort, needBinary } from "./api/linkrd.ts";
import { consoleLines } from "./api/screen.ts";
import { must, run, until } from "./lab/guest/run.ts";

const ROOT = resolve(import.meta.dir, "..");

function start(port: number) {
  return Bun.spawn(["bash", "scripts/run.sh"], {
    cwd: ROOT,
    env: { ...process.env, PORT: `${port}`, SIZE: "640x360" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
}

/** The command that is printed after `label`, its continuation lines put together. */
function printed(text: string, label: string): string {
  const found = new RegExp(`^ {2}${label} +(curl (?:.*\\\\\\n)*.*)$`, "m").exec(text)?.[1];
  if (found === undefined) throw new Error(`no command for ${label} in: ${text}`);
  return found;
}

test("what is printed works as it is, and a second start leaves the first alone", async () => {
  needBinary();
  const port = await freePort();
  const place = await mkdtemp(join(tmpdir(), "linkrd-run-"));
  const script = start(port);
  let text = "";
  const reading = (async () => {
    for await (const chunk of script.stdout) text += new TextDecoder().decode(chunk);
  })();
  try {
    await until("the end of what it prints", 15, () => {
      if (script.exitCode !== null) throw new Error(`it ended at once: ${text}`);
      return text.includes("Ctrl-C ends it.") ? true : undefined;
    });
    expect(text).toContain(`http://127.0.0.1:${port}\n`);
    expect(text).toMatch(/^ {2}login {5}admin \/ \S{16}$/m);

    const typed = await must(["sh", "-c", `cd ${place} && ${printed(text, "type")}`]);
    expect(JSON.parse(typed)).toEqual({ code: 0, data: null, message: "Request succeeded!" });

    const second = start(port);
    expect(await second.exited).toBe(1);

    await must(["sh", "-c", `cd ${place} && ${printed(text, "picture")}`]);
    const lines = await consoleLines(await Bun.file(join(place, "screen.jpg")).bytes());
    expect(lines).toContain("$ hello");
  } finally {
    script.kill("SIGINT");
    await script.exited;
    await reading;
    await rm(place, { recursive: true, force: true });
    await rm(join(ROOT, "build/run", `${port}`), { recursive: true, force: true });
  }
  const { exit } = await run(["curl", "-s", `http://127.0.0.1:${port}/`]);
  expect(exit).not.toBe(0);
}, 90_000);
