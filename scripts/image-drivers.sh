#!/usr/bin/env bash
# Makes build/image/drivers: kernel modules of the capture devices that Debian's kernel leaves out,
# and the device-tree overlays of image/boards. The modules are those of Debian's own kernel source,
# cross-built for exactly the kernel of the base. Kept until that kernel, the overlays or this
# script change.
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC LC_ALL=C.UTF-8
out=$PWD/build/image
drivers=$out/drivers

say() { printf 'image: %s\n' "$*"; }

kernel=$(tar -tf "$out/base.tar" --wildcards './boot/vmlinuz-*' | sed 's#./boot/vmlinuz-##')
key=$({ echo "$kernel"; sha256sum "$0" image/boards/* image/drivers/*; } | sha256sum)
if [ "$(cat "$drivers/key" 2>/dev/null)" = "$key" ]; then
	say "capture drivers kept, of Linux $kernel"
	exit 0
fi

# As it was noted when the base was made: both have to be of the same day.
mapfile -t sources <"$out/sources"
version=${kernel%-arm64}
series=$(cut -d . -f 1,2 <<<"$kernel")
say "building the capture drivers of Linux $kernel; their compiler is fetched, and not kept"
rm -rf "$drivers"
mkdir -p "$drivers"
# What mmdebstrap's hooks run sees $1, the new root.
# shellcheck disable=SC2016
scripts/image-namespace.sh mmdebstrap --mode=root --variant=apt --architectures=amd64,arm64 \
	--format=null --skip=chroot/mount/sys --aptopt='APT::Install-Recommends "false"' \
	--include="gcc-14-aarch64-linux-gnu,make,xz-utils,kmod,device-tree-compiler" \
	--include="linux-source-$series,linux-kbuild-$version,linux-headers-$version-common" \
	--customize-hook='mkdir -p "$1/build"' \
	--customize-hook="sync-in '$PWD/image/drivers' /build" \
	--customize-hook="sync-in '$PWD/image/boards' /build" \
	--customize-hook="chroot \"\$1\" sh /build/build.sh '$kernel' '$SOURCE_DATE_EPOCH'" \
	--customize-hook="sync-out /build/out '$drivers'" \
	trixie /dev/null "${sources[@]}" 2>&1 | grep --line-buffered -E '^(E|W): |error|drivers: '
echo "$key" >"$drivers/key"
