#!/usr/bin/env bash
# Packs a root and the folder of its slot as a signed update, a bundle of RAUC.
#
#   scripts/image-bundle.sh SLOT-FOLDER ROOT VERSION COMPATIBLE BUNDLE
#
# KEY and CERT are whose it is, as scripts/image-key.sh takes them.
set -euo pipefail
cd "$(dirname "$0")/.."
slot=$1
root=$2
version=$3
compatible=$4
bundle=$5
work=$bundle.work

{ read -r key && read -r cert; } < <(scripts/image-key.sh)
rm -rf "$work" "$bundle"
trap 'rm -rf "$work" "$bundle.log"' EXIT
mkdir -p "$work"
cp -R "$slot" "$work/boot"
cp image/bundle/hook "$work/"
cp --sparse=always "$root" "$work/root.squashfs"
cat >"$work/manifest.raucm" <<END
[update]
compatible=$compatible
version=$version

[bundle]
format=verity

[hooks]
filename=hook
hooks=install-check

[image.rootfs]
filename=root.squashfs
hooks=post-install
END
rauc bundle --cert="$cert" --key="$key" --mksquashfs-args="-comp zstd -Xcompression-level 9" \
	"$work" "$bundle" >"$bundle.log" 2>&1 || {
	cat "$bundle.log" >&2
	exit 1
}
