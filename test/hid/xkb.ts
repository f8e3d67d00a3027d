/** What a Linux desktop makes of key events, by libxkbcommon (xkb.c), whose keymaps are its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { xkbName } from "../../scripts/xkb-names.ts";
import type { LayoutName } from "../../src/base/layout-names.ts";
import { KEY_USAGES } from "../../src/hid/keys.ts";
import type { HidReport } from "../../src/hid/reports.ts";
import { LINUX_KEYS } from "../lab/guest/keys.ts";

/** An evdev code, and 1 for down or 0 for up. */
export type KeyEvent = readonly [code: number, value: number];

/**
 * Whether this machine has the keymaps that src/hid/layouts.txt was made of: Debian's releases
 * differ in what some rare keys type.
 */
export function hasRecordedKeymaps(): boolean {
  const table = readFileSync(join(import.meta.dir, "../../src/hid/layouts.txt"), "utf8");
  const [, recorded] = /xkb-data ([\d.]+)/.exec(table) ?? [];
  const { stdout } = Bun.spawnSync(["dpkg-query", "--status", "xkb-data"]);
  const [, installed] = /^Version: ([\d.]+)/m.exec(stdout.toString()) ?? [];
  if (installed === undefined) throw new Error("xkb-data is missing: run scripts/setup.sh test");
  return installed === recorded;
}

/** Compiles the interpreter. @returns its path, in `folder` */
export function compileXkb(folder: string): string {
  const program = join(folder, "xkb");
  const source = join(import.meta.dir, "xkb.c");
  const made = Bun.spawnSync(["gcc", "-Wall", "-Werror", "-o", program, source, "-lxkbcommon"]);
  if (!made.success) throw new Error(made.stderr.toString());
  return program;
}

/** The text that `events` type on a desktop set to `layout`. */
export function typedOn(program: string, layout: LayoutName, events: readonly KeyEvent[]): string {
  const stdin = Buffer.from(events.map(([code, value]) => `${code} ${value}\n`).join(""));
  const { stdout, stderr, success } = Bun.spawnSync([program, ...xkbName(layout)], { stdin });
  if (!success) throw new Error(stderr.toString());
  return stdout.toString();
}

/** The events that a kernel makes of keyboard reports: modifiers first, as hid-input does. */
export function keyEvents(reports: readonly HidReport[]): readonly KeyEvent[] {
  let before: readonly number[] = [];
  return reports.flatMap(({ bytes }) => {
    const modifiers = Array.from({ length: 8 }, (_, bit) =>
      ((bytes[0] ?? 0) >> bit) & 1 ? 0xe0 + bit : 0,
    );
    const now = [...modifiers, ...bytes.slice(2)].filter((usage) => usage !== 0);
    const up = before.filter((usage) => !now.includes(usage)).map((usage) => event(usage, 0));
    const down = now.filter((usage) => !before.includes(usage)).map((usage) => event(usage, 1));
    before = now;
    return [...up, ...down];
  });
}

function event(usage: number, value: number): KeyEvent {
  const [name = ""] = [...KEY_USAGES].find(([, each]) => each === usage) ?? [];
  const code = LINUX_KEYS.get(name);
  if (code === undefined) throw new Error(`no evdev code for usage ${usage}`);
  return [code, value];
}
