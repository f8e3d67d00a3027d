#!/usr/bin/env bash
# Makes build/image/VARIANT/base.tar: the base with the kernel of Debian's backports in place of its
# own, for boards whose drivers came after the release. Whatever else the base holds stays as it is.
# Kept until the base or this file changes; REFRESH=1 takes what Debian has today.
#
#   VARIANT=rk3588 scripts/image-kernel.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1790000000
common=$PWD/build/image
out=$common/$VARIANT
base=$out/base.tar
suite=trixie-backports

say() { printf 'image: %s\n' "$*"; }

# What the base lacks of that kernel, found by the base's own list of packages. apt's state is
# private, so that this machine's own packages are left alone.
fetch_kernel() {
	local apt=$out/apt
	rm -rf "$apt"
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
	tar -xOf "$common/base.tar" ./var/lib/dpkg/status >"$apt/status"
	options=(-qq -o APT::Architecture=arm64 -o APT::Architectures=arm64
		-o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache"
		-o Dir::Etc::SourceList="$out/sources" -o Dir::Etc::SourceParts=-
		-o APT::Install-Recommends=false -o APT::Sandbox::User="$(id -un)")
	apt-get "${options[@]}" update
	apt-get "${options[@]}" --yes --download-only install "linux-image-arm64/$suite"
	mv "$apt"/cache/archives/*.deb "$out/debs/"
	rm -rf "$apt"
}

# Inside the namespace: arm64 programs run, and whoever calls is root.
exchange_kernel() {
	local root=$out/work/root old new
	rm -rf "$root"
	mkdir -p "$root"
	tar -C "$root" --numeric-owner --xattrs --xattrs-include='*' --exclude='./dev/*' \
		-xf "$common/base.tar"
	old=$(ls "$root/usr/lib/modules")
	mount -t proc proc "$root/proc"
	mount --rbind /dev "$root/dev"
	cp "$out"/debs/*.deb "$root/tmp/"
	# The RAM disk takes minutes to make: once is enough, when the old kernel is gone.
	# Of files alone: apt knows their order.
	chroot "$root" env INITRD=No DEBIAN_FRONTEND=noninteractive \
		sh -c 'apt-get -qq --yes --no-install-recommends install /tmp/*.deb'
	chroot "$root" env INITRD=No dpkg --purge "linux-image-$old"
	rm "$root/boot/initrd.img-$old"
	new=$(ls "$root/usr/lib/modules")
	chroot "$root" update-initramfs -c -k "$new"
	umount "$root/proc"
	umount --lazy "$root/dev"
	rm -rf "$root"/tmp/*.deb "$root"/boot/*.old "$root"/vmlinuz* "$root"/initrd* \
		"$root"/run/reboot-required* "$root"/var/log/{apt,dpkg.log} \
		"$root"/var/cache/apt/*.bin "$root"/var/lib/dpkg/*-old
	# In a tar of its own each file has to be whole: some are links to others of the kernel.
	tar -C "$root" --sort=name --numeric-owner --xattrs --xattrs-include='*' --hard-dereference \
		--mtime="@$SOURCE_DATE_EPOCH" --clamp-mtime --exclude='./dev/*' -cf "$base.new" .
	rm -rf "$out/work"
}

if [ "${1:-}" = --inside ]; then
	exchange_kernel
	exit 0
fi

key=$({
	cat "$common/base.tar.key"
	stat -c %Y "$common/base.tar"
	sha256sum "$0"
} | sha256sum)
if [ -z "${REFRESH:-}" ] && [ "$(cat "$base.key" 2>/dev/null)" = "$key" ]; then
	say "kernel of $suite kept"
	exit 0
fi
say "taking the kernel of Debian $suite: a few minutes, most of them for its RAM disk"
started=$SECONDS
rm -rf "$base" "$base.key" "$out/debs"
mkdir -p "$out/debs"
archive=$(awk 'NR == 1 { print $2 }' "$common/sources")
{
	cat "$common/sources"
	echo "deb $archive $suite main"
} >"$out/sources"
fetch_kernel
scripts/image-namespace.sh "$0" --inside 2>&1 |
	grep --line-buffered -E '^(Setting up|Removing|update-initramfs|(E|W|dpkg|tar):)|rror'
mv "$base.new" "$base"
echo "$key" >"$base.key"
say "base with Linux of $suite made in $((SECONDS - started)) s"
