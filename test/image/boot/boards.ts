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

/** A board with UEFI firmware. */
export const UEFI: Board = {
  name: "virt, UEFI",
  qemu: (card) => [
    ...["-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024", "-bios", FIRMWARE],
    ...["-drive", `if=none,id=card,cache=writeback,${card}`],
    ...["-device", "virtio-blk-pci,drive=card", "-device", "virtio-rng-pci"],
  ],
  network: "virtio-net-pci,romfile=",
};

/**
 * A Raspberry Pi 3 with the kernel, RAM disk and device tree of `image`, which its own firmware
 * would load; that firmware nobody can emulate.
 */
export async function raspberryPi3(image: string, folder: string): Promise<Board> {
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
  const words = (await Bun.file(line).text()).trim();
  return {
    name: "raspi3b",
    qemu: (card) => [
      ...["-M", "raspi3b", "-kernel", kernel, "-initrd", disk, "-dtb", tree, "-append", words],
      ...["-drive", `if=sd,cache=writeback,${card}`],
      // The console is the second UART; what follows is that.
      ...["-serial", "null"],
    ],
    network: "usb-net",
  };
}
