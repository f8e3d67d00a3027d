#!/usr/bin/env bash
# Fills a folder with what the boot partition holds: systemd-boot for UEFI, the folder of slot a
# with kernel and RAM disk, linkrd/ for settings, and what the boards want: the firmware of the
# Raspberry Pi with its device trees, or the device trees of RK3588 boards.
#
#   [VARIANT=rk3588] scripts/image-boot.sh FOLDER VERSION
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC LC_ALL=C.UTF-8
boot=$1
version=$2
common=$PWD/build/image
out=$common${VARIANT:+/$VARIANT}
slot=$boot/a
disk=4c4e4b52
root="root=PARTUUID=$disk-02 rootfstype=squashfs ro panic=10"

place_raspberry_pi() {
	local firmware board
	# The firmware looks for its own names of the boards; the kernel's are of the chips inside.
	for board in bcm2837-rpi-3-b bcm2837-rpi-3-b-plus bcm2837-rpi-3-a-plus \
		bcm2837-rpi-zero-2-w bcm2711-rpi-4-b bcm2711-rpi-400; do
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
	echo "console=tty0 console=ttyS1,115200 $root" >"$slot/cmdline.txt"
}

# U-Boot looks for its board's tree in /dtb/rockchip before it starts systemd-boot, and so does
# edk2-rk3588. That is before a slot is chosen: both slots share the trees.
place_rockchip_trees() {
	local tree name names
	mkdir -p "$boot/dtb/rockchip"
	while read -r tree names; do
		if [ "$(fdtget "$trees/$tree.dtb" /hdmi_receiver@fdee0000 status)" != okay ]; then
			echo "image: $tree has no HDMI receiver: take it out of image/boards/rk3588" >&2
			exit 1
		fi
		for name in $tree $names; do cp "$trees/$tree.dtb" "$boot/dtb/rockchip/$name.dtb"; done
	done < <(sed '/^#/d' image/boards/rk3588/device-trees)
}

case ${VARIANT:-} in
rk3588)
	place_trees=place_rockchip_trees
	trees='usr/lib/modules/*/dtb/rockchip'
	# The driver of its receiver says as an error, several times a second, that there is no signal.
	root="$root loglevel=3"
	;;
*)
	place_trees=place_raspberry_pi
	trees='usr/lib/linux-image-*/broadcom'
	;;
esac

rm -rf "$boot" "$boot.tmp"
mkdir -p "$slot" "$boot.tmp" "$boot/EFI/BOOT" "$boot/loader/entries"

tar -C "$boot.tmp" --no-same-owner --wildcards -xf "$out/base.tar" './boot/vmlinuz-*' \
	'./boot/initrd.img-*' "./$trees"
for deb in "$common"/blobs/*.deb; do dpkg -x "$deb" "$boot.tmp"; done

cp "$boot.tmp"/boot/vmlinuz-* "$slot/vmlinuz"
# Ours goes first and uncompressed, as microcode does: the kernel unpacks one archive after another.
# Its times are not those of this checkout, which no two have in common.
cp -R image/early "$boot.tmp/early"
find "$boot.tmp/early" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
(cd "$boot.tmp/early" && find . | LC_ALL=C sort |
	cpio --quiet --create --format newc --owner 0:0 --reproducible) >"$slot/initrd.img"
truncate -s %4 "$slot/initrd.img"
cat "$boot.tmp"/boot/initrd.img-* >>"$slot/initrd.img"

trees=$(compgen -G "$boot.tmp/$trees")
$place_trees
cp -R image/boot/linkrd "$boot/"

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
