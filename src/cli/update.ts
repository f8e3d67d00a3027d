/** `linkrd update`: which slot runs, a new image into the other one, and back to the old one. */
import { geteuid } from "node:process";
import { Fault } from "../base/fault.ts";
import { install, readBundle } from "./bundle.ts";
import type { Call } from "./command.ts";
import { BOOT_SLOT, readSlots, type Slot, startNext } from "./slots.ts";
import { table } from "./table.ts";

/** The programs that do the work. */
export interface Programs {
  readonly bootSlot: string;
  readonly rauc: string;
  /** A command that starts the machine again. */
  readonly restart: readonly string[];
}

/** In a moment: whoever orders it over SSH is told how it ended before the connection goes. */
const SOON = ["systemd-run", "--on-active=1", "--timer-property=AccuracySec=100ms"];

const PROGRAMS: Programs = {
  bootSlot: BOOT_SLOT,
  rauc: "rauc",
  restart: [...SOON, "systemctl", "reboot"],
};

export async function update(call: Call): Promise<void> {
  if (geteuid?.() !== 0) throw new Fault("no_access", "updates are root's: log in as root");
  await updateWith(PROGRAMS, call);
}

/** {@link update} by programs at other places. */
export async function updateWith(programs: Programs, call: Call): Promise<void> {
  const { operands, options, io } = call;
  const [file] = operands;
  const isBack = options["back"] === true;
  if (isBack && file !== undefined) {
    throw new Fault("usage", "--back takes no FILE: it starts what is in the other slot already");
  }
  if (isBack) return await goBack(programs, call);
  if (file !== undefined) return await takeUpdate(programs, call, file);
  const { running, other } = await readSlots(programs.bootSlot);
  for (const line of table([running, other].map(rowOf))) io.print(line);
}

async function takeUpdate(programs: Programs, call: Call, file: string): Promise<void> {
  const { io, options } = call;
  const { running, other } = await readSlots(programs.bootSlot);
  if (running.state === "trial") {
    throw new Fault(
      "conflict",
      `slot ${running.name} is still on trial, and an update would take the place of what it can ` +
        "fall back to: wait until `linkrd update` calls it good",
    );
  }
  if (!(await Bun.file(file).exists())) {
    throw new Fault("not_found", `${file} is not there: copy it to the device first`);
  }
  const bundle = await readBundle(programs.rauc, file);
  if (options["older"] !== true && Bun.semver.order(bundle.version, io.version.linkrd) < 0) {
    throw new Fault(
      "conflict",
      `${file} is linkrd ${bundle.version}, older than ${io.version.linkrd}, which runs: ` +
        "--older takes it all the same",
    );
  }
  await install(programs.rauc, bundle, (percent, doing) => {
    io.print(`${String(percent).padStart(3)}%  ${doing}`);
  });
  io.print(`linkrd ${bundle.version} is in slot ${other.name}, and starts now, on trial`);
  await restart(programs);
}

/** What runs is left; if the other slot was ordered to start and did not yet, what runs stays. */
async function goBack(programs: Programs, { io }: Call): Promise<void> {
  const { running, other } = await readSlots(programs.bootSlot);
  const target = running.startsNext ? other : running;
  if (!["good", "trial"].includes(target.state)) {
    const why = STATES[target.state];
    throw new Fault("conflict", `slot ${target.name} cannot start, ${why}: update it with a FILE`);
  }
  await startNext(programs.bootSlot, target);
  if (target.runs) {
    io.print(`linkrd ${target.version} in slot ${target.name} goes on, and starts next time too`);
    return;
  }
  io.print(`linkrd ${target.version} in slot ${target.name} starts now, on trial`);
  await restart(programs);
}

async function restart({ restart: command }: Programs): Promise<void> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  if ((await child.exited) !== 0) throw new Fault("system", "no restart: do it by hand");
}

const STATES: Readonly<Record<Slot["state"], string>> = {
  good: "good",
  trial: "on trial",
  failed: "it did not start",
  bad: "it was not written whole",
  empty: "it is empty",
};

function rowOf(slot: Slot): string[] {
  const words = [
    slot.runs ? "runs" : "",
    slot.startsNext && !slot.runs ? "starts next" : "",
    STATES[slot.state],
  ];
  return [`slot ${slot.name}`, slot.version, words.filter((word) => word !== "").join(", ")];
}
