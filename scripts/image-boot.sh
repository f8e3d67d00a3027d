#!/usr/bin/env bash
# Fills a folder with what the boot partition holds: the firmware of the Raspberry Pi, systemd-boot
# for UEFI, the folder of slot a with kernel, RAM disk and device trees, and linkrd/ for settings.
#
#   scripts/image-boot.sh FOLDER VERSION
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC LC_ALL=C.UTF-8
boot=$1
version=$2
out=$PWD/build/image
slot=$boot/a
disk=4c4e4b52
root="root=PARTUUID=$disk-02 rootfstype=squashfs ro rootwait panic=10"

rm -rf "$boot" "$boot.tmp"
mkdir -p "$slot" "$boot.tmp" "$boot/EFI/BOOT" "$boot/loader/entries"

tar -C "$boot.tmp" --no-same-owner --wildcards -xf "$out/base.tar" './boot/vmlinuz-*' \
	'./boot/initrd.img-*' './usr/lib/linux-image-*/broadcom'
for deb in "$out"/blobs/*.deb; do dpkg -x "$deb" "$boot.tmp"; done

cp "$boot.tmp"/boot/vmlinuz-* "$slot/vmlinuz"
# Ours goes first and uncompressed, as microcode does: the kernel unpacks one archive after another.
(cd image/early && find . | LC_ALL=C sort |
	cpio --quiet --create --format newc --owner 0:0 --reproducible) >"$slot/initrd.img"
truncate -s %4 "$slot/initrd.img"
cat "$boot.tmp"/boot/initrd.img-* >>"$slot/initrd.img"

# The firmware looks for its own names of the boards; the kernel's are of the chips inside.
trees=$(echo "$boot.tmp"/usr/lib/linux-image-*/broadcom)
for board in bcm2837-rpi-3-b bcm2837-rpi-3-b-plus bcm2837-rpi-3-a-plus bcm2837-rpi-zero-2-w \
	bcm2711-rpi-4-b bcm2711-rpi-400; do
	cp "$trees/$board.dtb" "$slot/${board/bcm2837/bcm2710}.dtb"
done
cp "$trees/bcm2711-rpi-cm4-io.dtb" "$slot/bcm2711-rpi-cm4.dtb"
# The firmware takes a slot's own overlays if there is a README among them.
mkdir "$slot/overlays"
cp "$out"/drivers/*.dtbo "$slot/overlays/"
echo 'Each is for one line of config.txt, dtoverlay=NAME.' >"$slot/overlays/README"
firmware=$boot.tmp/usr/lib/raspi-firmware
cp "$firmware"/{bootcode.bin,start.elf,fixup.dat,start4.elf,fixup4.dat} "$boot/"
cp image/boot/config.txt "$boot/"
cp -R image/boot/linkrd "$boot/"
echo "console=tty0 console=ttyS1,115200 $root" >"$slot/cmdline.txt"

cp "$boot.tmp/usr/lib/systemd/boot/efi/systemd-bootaa64.efi" "$boot/EFI/BOOT/BOOTAA64.EFI"
printf 'timeout 0\n' >"$boot/loader/loader.conf"
# A slot's own part of its entry; what is put behind it orders the slots (image/overlay, boot-slot).
cat >"$slot/entry.conf" <<-END
	title linkrd $version
	sort-key linkrd
	linux /a/vmlinuz
	initrd /a/initrd.img
	options $root
END
{
	cat "$slot/entry.conf"
	echo "version 1"
} >"$boot/loader/entries/a.conf"
rm -rf "$boot.tmp"
find "$boot" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
