/** Small tools of every check: run a program, wait for a condition, say what was expected. */

export interface Outcome {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs `command` to its end with `input` on stdin. @throws when it cannot be started */
export async function run(command: readonly string[], input = ""): Promise<Outcome> {
  const child = Bun.spawn([...command], {
    stdin: new TextEncoder().encode(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exit, stdout, stderr };
}

/** Like {@link run}, but anything but exit 0 is an error that quotes stderr. Answers stdout. */
export async function must(command: readonly string[], input = ""): Promise<string> {
  const { exit, stdout, stderr } = await run(command, input);
  if (exit !== 0) throw new Error(`${command.join(" ")}: exit ${exit}: ${stderr.trim()}`);
  return stdout;
}

/** Looks again every 20 ms until `look` answers something, for at most `seconds`. */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await Bun.sleep(20);
  }
}

/** Fails with both values, as JSON, unless they are the same in all their parts. */
export function same(what: string, got: unknown, wanted: unknown): void {
  if (Bun.deepEquals(got, wanted, true)) return;
  throw new Error(`${what}: got ${brief(got)}, wanted ${brief(wanted)}`);
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length <= 600 ? text : `${text.slice(0, 400)} … ${text.slice(-200)}`;
}
