#!/usr/bin/env bash
# Makes drivers/ beside the base: kernel modules of the capture devices that Debian's kernel leaves
# out (image/drivers), and device-tree overlays (image/boards). The modules are those of Debian's
# own kernel source, cross-built for exactly the kernel of the base. Kept until that kernel, the
# overlays or this script change.
#
#   [VARIANT=rk3588] scripts/image-drivers.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC LC_ALL=C.UTF-8
variant=${VARIANT:-common}
out=$PWD/build/image${VARIANT:+/$VARIANT}
drivers=$out/drivers
inputs=(image/drivers/build.sh "image/drivers/$variant" "image/boards/$variant")

say() { printf 'image: %s\n' "$*"; }

kernel=$(tar -tf "$out/base.tar" --wildcards './boot/vmlinuz-*' | sed 's#./boot/vmlinuz-##')
key=$({
	echo "$kernel"
	find "$0" "${inputs[@]}" -type f | LC_ALL=C sort | xargs sha256sum
} | sha256sum)
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
	--customize-hook='mkdir -p "$1/build/modules" "$1/build/overlays"' \
	--customize-hook="copy-in '$PWD/image/drivers/build.sh' /build" \
	--customize-hook="sync-in '$PWD/image/drivers/$variant' /build/modules" \
	--customize-hook="sync-in '$PWD/image/boards/$variant' /build/overlays" \
	--customize-hook="chroot \"\$1\" sh /build/build.sh '$kernel' '$SOURCE_DATE_EPOCH'" \
	--customize-hook="sync-out /build/out '$drivers'" \
	trixie /dev/null "${sources[@]}" 2>&1 | grep --line-buffered -E '^(E|W): |error|drivers: '
echo "$key" >"$drivers/key"
