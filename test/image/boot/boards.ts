/** The boards that qemu can be, as far as the image is for them. */
import { join } from "node:path";
import { must } from "../../lab/guest/run.ts";
import { BOOT_AT } from "./card.ts";

const FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd";

export interface Board {
  readonly name: string;
  /** What makes this board, up to the network; `card` is a drive, as qemu describes it. */
  readonly qemu: (card: string) => readonly string[];
  /** The network device of it. */
  readonly network: string;
}

const VIRT = ["-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024"];

function diskOf(card: string): readonly string[] {
  const devices = ["-device", "virtio-blk-pci,drive=card", "-device", "virtio-rng-pci"];
  return ["-drive", `if=none,id=card,cache=writeback,${card}`, ...devices];
}

/** A board with UEFI firmware. */
export const UEFI: Board = {
  name: "virt, UEFI",
  qemu: (card) => [...VIRT, "-bios", FIRMWARE, ...diskOf(card)],
  network: "virtio-net-pci,romfile=",
};

/** What a boot loader finds in slot a of an image. */
interface Loaded {
  readonly kernel: string;
  readonly disk: string;
  readonly tree: string;
  readonly words: string;
}

async function load(image: string, folder: string): Promise<Loaded> {
  const from = ["-i", `${image}@@${BOOT_AT}`];
  const copy = async (name: string) => {
    const target = join(folder, name);
    await must(["mcopy", "-o", ...from, `::a/${name}`, target]);
    return target;
  };
  const [kernel, disk, tree, line] = await Promise.all([
    copy("vmlinuz"),
    copy("initrd.img"),
    copy("bcm2710-rpi-3-b.dtb"),
    copy("cmdline.txt"),
  ]);
  return { kernel, disk, tree, words: (await Bun.file(line).text()).trim() };
}

/**
 * A board whose boot loader has put the kernel into memory and asks no more: a Raspberry Pi's takes
 * a card that ends before its last partition does, UEFI firmware sees no partition on that at all.
 */
export async function loaded(image: string, folder: string): Promise<Board> {
  const { kernel, disk, words } = await load(image, folder);
  const boot = ["-kernel", kernel, "-initrd", disk, "-append", `${words} console=ttyAMA0`];
  return {
    name: "virt, kernel loaded",
    qemu: (card) => [...VIRT, ...boot, ...diskOf(card)],
    network: "virtio-net-pci,romfile=",
  };
}

/**
 * A Raspberry Pi 3 with the kernel, RAM disk and device tree of `image`, which its own firmware
 * would load; that firmware nobody can emulate. qemu's watchdog of this board does not count: to
 * start it is to reset, so it stays off.
 */
export async function raspberryPi3(image: string, folder: string): Promise<Board> {
  const { kernel, disk, tree, words } = await load(image, folder);
  return {
    name: "raspi3b",
    qemu: (card) => [
      ...["-M", "raspi3b", "-kernel", kernel, "-initrd", disk, "-dtb", tree],
      ...["-append", `${words} systemd.watchdog_sec=0`],
      ...["-drive", `if=sd,cache=writeback,${card}`],
      // The console is the second UART; what follows is that.
      ...["-serial", "null"],
    ],
    network: "usb-net",
  };
}
