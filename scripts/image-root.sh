#!/usr/bin/env bash
# Makes root.sqfs beside the base, the read-only root: the base with linkrd's Debian package and
# image/overlay. Runs in the namespace of scripts/image-namespace.sh.
#
#   scripts/image-root.sh FOLDER DEB CERT    FOLDER is taken for work, and emptied
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC LC_ALL=C.UTF-8 PATH="$PATH:/usr/sbin:/sbin"
work=$1
deb=$2
cert=$3
out=$PWD/build/image${VARIANT:+/$VARIANT}
root=$work/root

say() { printf 'image: %s\n' "$*"; }

rm -rf "$root"
mkdir -p "$root"
tar -C "$root" --numeric-owner --xattrs --xattrs-include='*' --exclude='./dev/*' -xf "$out/base.tar"

# Its files keep their owner when the root is replaced by an update: the number stays the same.
chroot "$root" systemd-sysusers --inline 'u linkrd 800 "linkrd" /var/lib/linkrd'
cp "$deb" "$root/tmp/linkrd.deb"
mount -t proc proc "$root/proc"
chroot "$root" dpkg --install /tmp/linkrd.deb
umount "$root/proc"
rm "$root/tmp/linkrd.deb"

kernel=$(ls "$root/usr/lib/modules")
install -D -m 644 -t "$root/usr/lib/modules/$kernel/updates" "$out"/drivers/*.ko
depmod -b "$root" "$kernel"

# The kernel, its RAM disk and the device trees are on the boot partition.
rm -rf "${root:?}"/boot/* "${root:?}"/usr/lib/linux-image-* \
	"${root:?}/usr/lib/modules/$kernel"/{vmlinuz,System.map,dtb}
cp -R image/overlay/. "$root/"
# Which updates the device takes, and whose.
sed -i "s/^compatible=.*/&${VARIANT:+-$VARIANT}/" "$root/usr/lib/rauc/system.conf"
install -m 644 "$cert" "$root/usr/lib/rauc/keyring.pem"
chown -R 0:0 "$root"/usr/lib/linkrd "$root"/usr/lib/rauc "$root"/etc/fstab
mkdir -p "$root/data" "$root/boot/firmware"
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
echo linkrd >"$root/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"

enable() { systemctl --quiet --root="$root" enable "$@"; }
enable systemd-networkd systemd-resolved systemd-timesyncd
enable linkrd-grow linkrd-provision linkrd-ssh-keys linkrd-console linkrd-judge
# Nothing waits for the network or for the time.
for unit in systemd-networkd-wait-online.service systemd-time-wait-sync.service \
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer; do
	ln -sf /dev/null "$root/etc/systemd/system/$unit"
done

# dpkg's own names, for the list of packages and the SBOM.
# shellcheck disable=SC2016
fields='${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n'
chroot "$root" dpkg-query --show --showformat "$fields" >"$out/packages.tsv"
: >"$root/etc/machine-id"
rm -rf "$root"/var/log/* "$root"/var/cache/apt/* "$root"/var/cache/debconf/*-old \
	"$root"/var/lib/apt/lists/* "$root"/var/lib/dpkg/*-old "$root"/tmp/*
# A clock that lost the time begins here; and nothing has to be brought up to date at first boot.
touch "$root/usr/lib/clock-epoch" "$root/etc/.updated" "$root/var/.updated"
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +

say "packing the root file system"
rm -f "$out/root.sqfs"
mksquashfs "$root" "$out/root.sqfs" -quiet -no-progress -comp zstd -Xcompression-level 15 \
	-b 131072 -reproducible
rm -rf "$root"
say "root: $(($(stat -c %s "$out/root.sqfs") / 1000000)) MB"
