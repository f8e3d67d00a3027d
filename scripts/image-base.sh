#!/usr/bin/env bash
# Makes build/image/base.tar: Debian for arm64 with the packages of image/packages, unpacked and
# configured by qemu-user in a user namespace of its own. Nobody needs to be root, nothing is
# mounted or registered outside.
#
# It takes minutes, so it is kept until one of its inputs changes: image/packages,
# image/initramfs, this file. REFRESH=1 makes it anew with what Debian has today.
set -euo pipefail
cd "$(dirname "$0")/.."
# Not the time of the commit, by which the base would be another one each time.
export TZ=UTC LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1790000000
suite=trixie
out=$PWD/build/image
base=$out/base.tar

say() { printf 'image: %s\n' "$*"; }

inputs() {
	printf '%s\n' "$SOURCE_DATE_EPOCH"
	find image/packages image/initramfs scripts/image-base.sh scripts/image-namespace.sh -type f |
		LC_ALL=C sort | xargs sha256sum
}

key=$(inputs | sha256sum | cut -d ' ' -f 1)
if [ -z "${REFRESH:-}" ] && [ "$(cat "$base.key" 2>/dev/null)" = "$key" ]; then
	say "base kept, of $(date -u -r "$base.key" +%F); REFRESH=1 takes what Debian has today"
	exit 0
fi

# The archives that this machine itself uses: no server is named here.
archive() {
	apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' 'Origin: Debian' \
		"Label: $1" | sort -u | head -n 1
}
main=$(archive Debian)
security=$(archive Debian-Security)
if [ -z "$main" ] || [ -z "$security" ]; then
	say "apt knows no Debian archive here: name Debian and its security archive in its sources" >&2
	exit 1
fi

rm -rf "$base" "$base.key" "$out/blobs"
mkdir -p "$out/debs"
sources="deb $main $suite main non-free-firmware
deb $main $suite-updates main non-free-firmware
deb $security $suite-security main non-free-firmware"

# What is nothing but files of the boot partition is fetched, and never installed: its scripts would
# look for a partition of their own.
fetch_firmware() {
	local apt=$out/apt
	rm -rf "$apt"
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$out/blobs"
	: >"$apt/status"
	printf '%s\n' "$sources" >"$apt/sources.list"
	options=(-qq -o APT::Architecture=arm64 -o APT::Architectures=arm64
		-o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache"
		-o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=-
		-o APT::Sandbox::User="$(id -un)")
	apt-get "${options[@]}" update
	(cd "$out/blobs" && apt-get "${options[@]}" download raspi-firmware systemd-boot-efi)
	rm -rf "$apt"
}

packages=$(sed 's/#.*//' image/packages | xargs | tr ' ' ',')
say "making the base from Debian $suite: some ten minutes, each package tells when it is there"
started=$SECONDS
# The RAM disk takes minutes to make: once is enough, when all is there that wants to be in it.
export INITRD=No
# What mmdebstrap's hooks run sees $1, the new root.
# shellcheck disable=SC2016
scripts/image-namespace.sh mmdebstrap --verbose --mode=root --arch=arm64 --variant=minbase \
	--format=tar \
	--skip=chroot/mount/sys,download/empty,essential/unlink \
	--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
	--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/doc/*' \
	--dpkgopt='path-include=/usr/share/doc/*/copyright' \
	--include="$packages" \
	--setup-hook='mkdir -p "$1/var/cache/apt/archives"' \
	--setup-hook="cp '$out'/debs/*.deb \"\$1/var/cache/apt/archives/\" 2>/dev/null || true" \
	--essential-hook="sync-in '$PWD/image/initramfs' /" \
	--customize-hook="cp -n --no-preserve=all \"\$1\"/var/cache/apt/archives/*.deb \\
		'$out/debs/' || true" \
	--customize-hook='env -u INITRD chroot "$1" update-initramfs -c -k all' \
	--customize-hook='rm -f "$1"/etc/ssh/ssh_host_*_key* "$1"/var/lib/dbus/machine-id' \
	--customize-hook='rm -f "$1"/etc/.resolv.conf.systemd-resolved.bak "$1"/boot/*.old' \
	--customize-hook='rm -f "$1"/vmlinuz* "$1"/initrd* "$1"/etc/resolv.conf' \
	--customize-hook=': > "$1/etc/machine-id"; rm -f "$1/etc/hostname"' \
	--customize-hook='rm -f "$1"/var/cache/apt/archives/*.deb' \
	"$suite" "$base.new" - <<<"$sources" 2>&1 |
	grep --line-buffered -E '^(I|W|E): |^Setting up |^update-initramfs'

mv "$base.new" "$base"
printf '%s\n' "$sources" >"$out/sources"
fetch_firmware
printf '%s\n' "$key" >"$base.key"
say "base made in $((SECONDS - started)) s, $(($(stat -c %s "$base") / 1000000)) MB"
