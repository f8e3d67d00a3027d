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

/** A file of slot a of an image, copied to `folder`. @returns where it is */
async function copied(image: string, folder: string, name: string): Promise<string> {
  const target = join(folder, name);
  await must(["mcopy", "-o", "-i", `${image}@@${BOOT_AT}`, `::a/${name}`, target]);
  return target;
}

/** What a boot loader puts into memory, as qemu's arguments. @param more words for the kernel */
async function load(image: string, folder: string, more: string): Promise<readonly string[]> {
  const [kernel = "", disk = "", line = ""] = await Promise.all(
    ["vmlinuz", "initrd.img", "cmdline.txt"].map((name) => copied(image, folder, name)),
  );
  const words = (await Bun.file(line).text()).trim();
  return ["-kernel", kernel, "-initrd", disk, "-append", `${words} ${more}`];
}

/**
 * A board whose boot loader has put the kernel into memory and asks no more: a Raspberry Pi's takes
 * a card that ends before its last partition does, UEFI firmware sees no partition on that at all.
 */
export async function loaded(image: string, folder: string): Promise<Board> {
  const boot = await load(image, folder, "console=ttyAMA0");
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
  const boot = await load(image, folder, "systemd.watchdog_sec=0");
  const tree = await copied(image, folder, "bcm2710-rpi-3-b.dtb");
  return {
    name: "raspi3b",
    qemu: (card) => [
      ...["-M", "raspi3b", ...boot, "-dtb", tree],
      ...["-drive", `if=sd,cache=writeback,${card}`],
      // The console is the second UART; what follows is that.
      ...["-serial", "null"],
    ],
    network: "usb-net",
  };
}
