/** A signed update, which is a bundle of RAUC: what RAUC finds in it, and RAUC at work on it. */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { linesOf } from "../base/lines.ts";
import { printable } from "../base/log.ts";

export interface Bundle {
  readonly file: string;
  readonly version: string;
}

const COPY_ANEW = "hold it against its .sha256, and copy it anew";

/**
 * Has RAUC hold the signature of `file` against the device's keyring, and tell what it holds.
 *
 * @throws {Fault} `conflict` when it is signed by nobody known, or is no whole update
 */
export async function readBundle(rauc: string, file: string): Promise<Bundle> {
  const child = Bun.spawn([rauc, "info", "--output-format=json", file], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: LIMITS.update_ms_max,
  });
  const [stdout, stderr, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const { version } = exit === 0 ? (JSON.parse(stdout) as { version?: string }) : {};
  if (version !== undefined) return { file, version };
  if (/signature verification failed/i.test(stderr)) {
    throw new Fault(
      "conflict",
      `${file} is signed with a key that this device does not know: ` +
        "take the update from where its image came from",
    );
  }
  throw new Fault("conflict", `${file} is no update, or not whole: ${COPY_ANEW}`);
}

/**
 * Has RAUC write the bundle into the slot that does not run, and order its start.
 *
 * @param tell is given percent, which never go down, and what is being done
 * @throws {Fault} `conflict` with the reason that RAUC or the update itself gave
 */
export async function install(
  rauc: string,
  { file }: Bundle,
  tell: (percent: number, doing: string) => void,
): Promise<void> {
  const child = Bun.spawn([rauc, "install", file], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    timeout: LIMITS.update_ms_max,
  });
  let [told, reason] = [-1, "RAUC did not say why, journalctl -u rauc may"];
  for await (const line of linesOf(child.stdout)) {
    const [, percent, doing] = /^ *(\d+)% (.*)$/.exec(line) ?? [];
    if (percent !== undefined && doing !== undefined && Number(percent) > told) {
      told = Number(percent);
      tell(told, printable(doing));
    }
    const [, error] = /^LastError: (.*)$/.exec(line) ?? [];
    if (error !== undefined) reason = printable(reasonOf(error));
  }
  if ((await child.exited) === 0) return;
  throw new Fault("conflict", `${file} was not taken, and this slot stays: ${reason}`);
}

/** What an update says of itself is quoted in what RAUC says; its damage the kernel finds. */
function reasonOf(error: string): string {
  if (/Input\/output error/.test(error)) return `it is damaged: ${COPY_ANEW}`;
  return /Hook returned: '(.*)'/.exec(error)?.[1] ?? error;
}
