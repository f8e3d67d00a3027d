#!/usr/bin/env bash
# Puts the image together: MBR, boot partition (FAT), root A, root B (empty), data (ext4). Files
# alone: no loop device, nobody needs to be root. MBR, because the boot ROM of the Raspberry Pi 3
# knows no other, and UEFI takes it as well.
#
#   scripts/image-disk.sh BOOT-FOLDER IMAGE
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC LC_ALL=C.UTF-8 PATH="$PATH:/usr/sbin:/sbin"
boot=$1
image=$2
out=$PWD/build/image${VARIANT:+/$VARIANT}
# Fixed: the kernel finds its root by it, and two builds are the same.
disk=4c4e4b52

# In MiB. The gap is where boards of other makers keep their boot loaders.
gap=16 boot_size=256 root_size=512 data_size=64
boot_at=$gap
a_at=$((boot_at + boot_size))
b_at=$((a_at + root_size))
data_at=$((b_at + root_size))

if [ "$(stat -c %s "$out/root.sqfs")" -gt $((root_size << 20)) ]; then
	echo "image: the root is larger than its slot of $root_size MiB: take packages out" >&2
	exit 1
fi

# No bytes of the one before are left over: each is made from nothing.
rm -f "$out/boot.fat" "$out/data.ext4" "$image"
truncate -s ${boot_size}M "$out/boot.fat"
mkfs.vfat -F 32 -n LINKRD -i "$disk" --invariant "$out/boot.fat" >/dev/null
(
	cd "$boot"
	find . -mindepth 1 -type d | LC_ALL=C sort | while read -r folder; do
		mmd -i "$out/boot.fat" "::${folder#./}"
	done
	find . -type f | LC_ALL=C sort | while read -r file; do
		mcopy -m -i "$out/boot.fat" "$file" "::${file#./}"
	done
)

truncate -s ${data_size}M "$out/data.ext4"
# Of several -E only the last one counts.
options=hash_seed=4c4e4b52-0000-4000-8000-000000000005,lazy_itable_init=0,lazy_journal_init=0
E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mkfs.ext4 -q -b 4096 -L linkrd-data -e remount-ro \
	-U 4c4e4b52-0000-4000-8000-000000000004 -E "$options,root_owner=0:0" "$out/data.ext4"

truncate -s $((data_at + data_size))M "$image"
sfdisk --quiet "$image" <<END
label: dos
label-id: 0x$disk
start=${boot_at}MiB, size=${boot_size}MiB, type=c, bootable
start=${a_at}MiB, size=${root_size}MiB, type=83
start=${b_at}MiB, size=${root_size}MiB, type=83
start=${data_at}MiB, size=${data_size}MiB, type=83
END

put() { dd if="$1" of="$image" bs=1M seek="$2" conv=notrunc,sparse status=none; }
put "$out/boot.fat" $boot_at
put "$out/root.sqfs" $a_at
put "$out/data.ext4" $data_at
rm "$out/boot.fat" "$out/data.ext4"
