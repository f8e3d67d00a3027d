import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
const LAB = join(ROOT, "build/lab");
const EXIT_LINE = /^lab: exit (\d+)$/m;

export interface LabRun {
  /** Shell text for the guest, run as root in the checkout's folder. */
  script: string;
  memoryMiB: number;
  timeoutSeconds: number;
}

export interface LabResult {
  /** The script's exit status; 124 if it still ran at the timeout, 125 if the guest died. */
  exit: number;
  /** What the script printed; when it did not end by itself, the kernel's last words as well. */
  output: string;
}

/**
 * Boots Debian's kernel in emulation with vivid, dummy_hcd and the bridge loaded, and runs `script`
 * in it as root. The guest sees this machine's files read-only under a layer of memory, and has no
 * network but `lo`. Lines are passed on to stderr as they come, so that a person sees life.
 * Needs `scripts/lab-setup.sh`.
 */
export async function bootLab(run: LabRun): Promise<LabResult> {
  await mkdir(LAB, { recursive: true });
  const folder = await mkdtemp(join(LAB, "run-"));
  try {
    const script = join(folder, "script");
    const log = join(folder, "kernel.log");
    await writeFile(script, run.script);
    const guest = Bun.spawn(qemuCommand(script, log, run.memoryMiB), {
      // Held open: at the end of its input, qemu would take the port for unplugged.
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      guest.kill("SIGKILL");
    }, run.timeoutSeconds * 1000);
    const output = await follow(guest.stdout);
    await guest.exited;
    clearTimeout(timer);
    const exit = EXIT_LINE.exec(output)?.[1];
    if (exit !== undefined) return { exit: Number(exit), output };
    const why = late ? `still running after ${run.timeoutSeconds} s` : "the guest died";
    const kernel = await Bun.file(log).text();
    return {
      exit: late ? 124 : 125,
      output: `${output}lab: ${why}; the kernel's last words:\n${kernel.slice(-4000)}\n`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function qemuCommand(script: string, log: string, memoryMiB: number): string[] {
  return [
    "qemu-system-x86_64",
    ...["-accel", "tcg,thread=multi", "-smp", "2", "-m", `${memoryMiB}`],
    // Bun's x86-64 build wants AVX2.
    ...["-cpu", "max"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-kernel", join(LAB, "vmlinuz"), "-initrd", join(LAB, "initrd")],
    "-append",
    `console=ttyS0 panic=-1 quiet mitigations=off -- ${ROOT} ${script}`,
    "-virtfs",
    "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
    // The script's output has a door of its own: kernel messages never land inside a line of it.
    ...["-chardev", "stdio,id=out,signal=off", "-device", "virtio-serial-pci"],
    ...["-device", "virtserialport,chardev=out,name=out"],
    ...["-chardev", `file,id=log,path=${log}`, "-serial", "chardev:log"],
  ];
}

/** Collects the output, and passes on whole lines as they come. */
async function follow(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let output = "";
  let shown = 0;
  for await (const chunk of stream) {
    output += decoder.decode(chunk, { stream: true });
    const end = output.lastIndexOf("\n") + 1;
    if (end > shown)
      process.stderr.write(output.slice(shown, end).replace(/^(?=.|\n)/gm, "guest │ "));
    shown = Math.max(shown, end);
  }
  return output;
}
