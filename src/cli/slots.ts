/**
 * The two slots of the SD image, of which one runs and the other takes the update. What the boot
 * loaders know of them is told by boot-slot, a program of the image (docs/image.md).
 */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";

export const BOOT_SLOT = "/usr/lib/linkrd/boot-slot";

/**
 * good: has started, and linkrd answered; trial: not yet; failed: it did not; bad: not written
 * whole; empty: never written.
 */
export type SlotState = "good" | "trial" | "failed" | "bad" | "empty";

export interface Slot {
  /** a or b. */
  readonly name: string;
  /** Of the image in it. */
  readonly version: string;
  readonly state: SlotState;
  readonly runs: boolean;
  readonly startsNext: boolean;
}

export interface Slots {
  readonly running: Slot;
  readonly other: Slot;
}

/** @throws {Fault} `conflict` where this is not the SD image */
export async function readSlots(program: string): Promise<Slots> {
  if (!(await Bun.file(program).exists())) {
    throw new Fault(
      "conflict",
      "this is not the SD image, which alone has two slots: update linkrd as it was installed",
    );
  }
  const [running, next, list] = await Promise.all([
    bootSlot(program, "get-current"),
    bootSlot(program, "get-primary"),
    bootSlot(program, "list"),
  ]);
  const slots = list.split("\n").map((line): Slot => {
    const [name = "", version = "", state = ""] = line.split(" ");
    return {
      name,
      version,
      state: state as SlotState,
      runs: name === running,
      startsNext: name === next,
    };
  });
  const [current, other] = [slots.find(({ runs }) => runs), slots.find(({ runs }) => !runs)];
  if (current === undefined || other === undefined) {
    throw new Fault("system", `${program} knows no slots: write the card anew`);
  }
  return { running: current, other };
}

/** Orders the start of a slot: at once and on trial, unless it is the one that runs. */
export async function startNext(program: string, { name }: Slot): Promise<void> {
  await bootSlot(program, "set-primary", name);
}

/** @throws {Fault} `system` in its own words */
async function bootSlot(program: string, ...words: readonly string[]): Promise<string> {
  const child = Bun.spawn([program, ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: LIMITS.boot_slot_ms_max,
  });
  const [stdout, stderr, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exit === 0) return stdout.trim();
  const why =
    stderr.trim().replace(/^boot-slot: /, "") || `${program} ended with ${exit}: try again`;
  throw new Fault("system", why);
}
